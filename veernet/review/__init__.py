"""Review a reading in the browser: a server on this machine, and the page it serves.

The pipeline is used as a library; nothing outside this package and its verb imports it,
and the core does without it: `pip install veernet[review]`.
"""
