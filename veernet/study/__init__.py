"""The study of segmentation losses on thin curves: runs, figures, claims and theory.

What the references tell of five losses under heavy imbalance is taken apart here into
statements that can be computed or trained, each with its test. A run is trained and
scored (``run``, ``scores``, ``watch``), its landscape measured (``landscape``), kept in
the file of its sweep (``parts``, ``kept``) and read with the others (``results``).
Figures come of all of them draw by draw (``measures``, ``statistics``), and every
comparison of arms is one paired difference of those (``arms``, ``comparison``,
``ranking``); so are the verdicts (``claims``). What needs no training is in ``theory``;
``report`` shows it all as one page, and ``town`` draws pictures with six classes.
Nothing outside imports the study but its verbs.
"""
