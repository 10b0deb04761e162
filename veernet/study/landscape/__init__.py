"""The landscape around a trained network: slices, basins, sharpness and curvature.

Every instrument leaves the network as it was, reads it in evaluation mode with its
statistics frozen, and draws from a generator that it is given. The measures that are to
be compared between networks do not change when rectified layers are scaled against each
other, nor, by a temperature fitted once, with how sure the network is of itself; those
that do are there as controls.

References
----------
.. [Din17] Dinh et al., Sharp Minima Can Generalize For Deep Nets, ICML 2017.
"""

from veernet.study.landscape.basin import Basin, basin, half_width
from veernet.study.landscape.directions import directions, filter_normalised, gaussian
from veernet.study.landscape.hessian import largest_eigenvalue, trace
from veernet.study.landscape.measure import measure
from veernet.study.landscape.objective import (
    fit_temperature,
    matched_cross_entropy,
    own_loss,
)
from veernet.study.landscape.probes import Probes, read, reader
from veernet.study.landscape.record import Landscape, Settings, read_landscape, write
from veernet.study.landscape.sharpness import (
    SharpnessEstimate,
    average_case,
    keskar,
    one_step,
    worst_case,
)
from veernet.study.landscape.slices import (
    Lines,
    Plane,
    SliceLine,
    even,
    lines,
    plane,
    symmetric,
)
from veernet.study.landscape.weights import Weights, lent

__all__ = [
    "Basin",
    "Landscape",
    "Lines",
    "Plane",
    "Probes",
    "Settings",
    "SharpnessEstimate",
    "SliceLine",
    "Weights",
    "average_case",
    "basin",
    "directions",
    "even",
    "filter_normalised",
    "fit_temperature",
    "gaussian",
    "half_width",
    "keskar",
    "largest_eigenvalue",
    "lent",
    "lines",
    "matched_cross_entropy",
    "measure",
    "one_step",
    "own_loss",
    "plane",
    "read",
    "read_landscape",
    "reader",
    "symmetric",
    "trace",
    "worst_case",
    "write",
]
