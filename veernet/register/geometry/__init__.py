"""Where things are on a page: sections, tracks, depth lines, the turn of the paper."""
