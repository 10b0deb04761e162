"""The references that the study answers to, by the names under which they are cited."""

WELLS = "Sharp Wells and Flat Basins (EarthScan)"
"""Five losses under one sweep, and basin width as what tells them apart."""

SURVEY = "Losses for Heavy Imbalance: a Survey (EarthScan)"
"""Five families of losses, read against a set of raster logs."""

PAIR = "Focal and Lovász on Thin Curves (EarthScan)"
"""Two losses that are judged by the curve and not by the mask."""

SIZES = "Liu et al., Do We Really Need Dice?, Medical Image Analysis 2024"
"""Cross-entropy and Dice as a matching term and a term of the region's size."""

AERIAL = "Loss Functions in Semantic Segmentation: Aerial Images"
"""Cross-entropy, Focal and IoU losses on tiles of six classes."""

VEERNET = "VeerNet (J. Imaging 2023, 9(7), 136)"
"""The published line of work."""
