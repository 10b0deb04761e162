"""Where things are on a page: sections, tracks, depth lines, the skew of the paper."""
