"""Propose a registration: where a scan's sections, tracks and depths are."""
