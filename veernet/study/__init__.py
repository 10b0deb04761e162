"""The study of segmentation losses on thin curves: runs, figures, claims and theory.

What the references tell of five losses under heavy imbalance is taken apart here into
statements that can be computed or trained, each with its test. A run is trained and
scored (``run``, ``scores``, ``watch``), kept in a small file (``pack``) and read with
the others (``results``); arms and their figures come of all of them (``arms``,
``measures``, ``tables``, ``standings``), and so do the verdicts (``claims``). What
needs no training is in ``theory``.
"""
