"""Check a registration: by itself, and against the ink of the page that it is of."""
