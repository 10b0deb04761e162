"""Review a reading in the browser: a server on this machine, and the page it serves.

The pipeline is used as a library, and the core does without the server: `pip install
veernet[review]`. What needs none of it, which rows are in doubt, an archive asks too.
"""
