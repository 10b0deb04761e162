"""The study of segmentation losses on thin curves: theory, instruments and figures.

What the references tell of five losses under heavy imbalance is taken apart here into
statements that can be computed or trained, each with its test. Instruments measure any
loss that maps logits and class indices to a scalar; what they return are plain records
whose fields are numbers, texts and tuples of them, so that a report can plot them and
``json`` can write ``dataclasses.asdict`` of them.
"""
