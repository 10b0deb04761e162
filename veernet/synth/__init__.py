"""The generator: logs drawn with exact truth, scanned, and served as training data.

``signals`` shapes curves; ``curves``, ``dashes``, ``grid`` and ``clutter`` put them on
paper with ``ink`` and ``layout``; ``degrade`` and ``texture`` scan it; ``strips`` joins
picture and truth as a ``recipe`` says. ``dataset`` serves torch, ``write`` and
``sample`` go to disk; ``pictures``, ``folder`` and ``registered`` serve real pictures.
"""
