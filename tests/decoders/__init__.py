"""Decoders that do what a damaged file can make one do."""
