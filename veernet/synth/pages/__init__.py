"""Whole pages of paper with the layouts that the field prints, for finding the log."""
