"""What is drawn in each track: the legends above and below a section."""
