"""Quality control of a LAS: plotted back beside the scan that it was read from.

A plot-back and overlay is the check that the trade accepts: curves are taken from the
LAS as any reader gets them, put on the paper again with the registration, and compared
with its ink. What no plot shows, as a curve that follows its neighbour's ink on a scale
of its own, remains for other checks: a repeat section, another scale, a reviewer.
"""
