"""Settings that all tests share."""

from hypothesis import settings

# The same examples in every run: a change is judged, not the luck of a draw.
settings.register_profile("veernet", derandomize=True, deadline=None)
settings.load_profile("veernet")
