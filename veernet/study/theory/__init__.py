"""What can be said of a loss without a network: by its formula, on frozen logits.

Each instrument measures any loss that maps logits and class indices to a scalar, and
returns plain records whose fields are numbers, texts and tuples of them, so that a
report can plot them and ``json`` can write ``dataclasses.asdict`` of them.
"""
