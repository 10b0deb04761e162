"""Says that all is well, and has written nothing."""
