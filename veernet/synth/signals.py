"""Shapes of curves: a stochastic model of logs, and windows of real ones.

The model, in feet of depth and in units of the curve's own spread:

1. Beds. Boundaries are a Poisson process (bed thickness is exponential); a bed's value
   is drawn from two facies (clean and shaly, one spread apart on either side) with a
   normal scatter of its own.
2. Within a bed, an Ornstein-Uhlenbeck process: exponentially correlated noise whose
   size differs from bed to bed.
3. Drift: a straight trend and one slow sine over the interval.
4. The tool's vertical response: a Gaussian of half a foot to some feet smooths that.
5. Spikes: a Poisson process of triangles one to three samples wide with exponential
   height (cycle skips, thin tight streaks, washed-out holes).
6. Saturation: a tool that reads no further stays at its limit.

A quiet curve (tension, calliper in gauge hole) has drift and very little of the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from veernet.axes import Floats
from veernet.errors import InputError
from veernet.export.lasread import read_las

Kind = Literal["beds", "active", "smooth", "quiet"]
KINDS: tuple[Kind, ...] = ("beds", "active", "smooth", "quiet")

FEET_PER_METRE = 1 / 0.3048
"""Exactly (international foot, 1959)."""


@dataclass(frozen=True)
class Model:
    """Parameters of the stochastic model; lengths in feet, heights in spreads.

    Parameters
    ----------
    bed
        Range of the mean bed thickness.
    noise
        Range of the size of the noise within beds.
    correlation
        Range of the noise's correlation length.
    response
        Range of the standard deviation of the tool's vertical response.
    spikes
        Range of the number of spikes per 100 feet.
    drift
        Largest drift over the interval.
    contrast
        Height of the beds against everything else.
    """

    bed: tuple[float, float] = (3.0, 30.0)
    noise: tuple[float, float] = (0.05, 0.4)
    correlation: tuple[float, float] = (0.5, 4.0)
    response: tuple[float, float] = (0.5, 2.5)
    spikes: tuple[float, float] = (0.0, 2.0)
    drift: float = 0.5
    contrast: float = 1.0


MODELS: dict[Kind, Model] = {
    "beds": Model(),
    "active": Model(
        bed=(1.5, 8.0), noise=(0.3, 1.0), response=(0.3, 1.2), spikes=(1.0, 12.0)
    ),
    "smooth": Model(
        bed=(10.0, 60.0), noise=(0.0, 0.06), response=(2.0, 6.0), spikes=(0.0, 0.3)
    ),
    "quiet": Model(
        bed=(40.0, 400.0),
        noise=(0.0, 0.05),
        correlation=(0.3, 8.0),
        spikes=(0.0, 0.4),
        drift=0.6,
        contrast=0.12,
    ),
}


def model_shape(
    rng: np.random.Generator, count: int, step: float, kind: Kind
) -> Floats:
    """Draw a curve from the stochastic model of this module.

    Parameters
    ----------
    rng
        Where every draw comes from.
    count, step
        Number of samples and the feet between them.
    kind
        Which parameters: see ``MODELS``.

    Returns
    -------
    (count,) float64
        Values in spreads about zero.
    """
    model = MODELS[kind]
    beds, noise_size = _beds(rng, count, step, model)
    correlation = rng.uniform(*model.correlation) / step
    noise = correlated_noise(rng, count, correlation) * noise_size
    along = np.linspace(-1.0, 1.0, count)
    drift = model.drift * (
        rng.uniform(-1, 1) * along
        + 0.3 * np.sin(rng.uniform(1, 6) * along + rng.uniform(0, 2 * np.pi))
    )
    response = rng.uniform(*model.response) / step
    shape = smooth(model.contrast * beds + noise, response) + drift
    return shape + _spikes(rng, count, rng.uniform(*model.spikes) * step / 100)


def _beds(
    rng: np.random.Generator, count: int, step: float, model: Model
) -> tuple[Floats, Floats]:
    """Value and noise size of the bed that each sample lies in, each (count,)."""
    mean = np.exp(rng.uniform(*np.log(model.bed))) / step
    thickness = rng.exponential(mean, int(2 * count / mean) + 8)
    bed = np.searchsorted(np.cumsum(thickness), np.arange(count), side="right")
    facies = rng.choice(np.array([-1.0, 1.0]), thickness.size + 1)
    value = facies * rng.uniform(0.2, 1.0) + rng.normal(0, 0.4, thickness.size + 1)
    size = rng.uniform(*model.noise) * rng.exponential(1.0, thickness.size + 1)
    return value[bed], np.minimum(size, 1.5)[bed]


def correlated_noise(rng: np.random.Generator, count: int, length: float) -> Floats:
    """Ornstein-Uhlenbeck noise of unit variance; the length is in samples."""
    taps = np.exp(-np.arange(min(int(4 * length) + 1, 400)) / max(length, 1e-6))
    taps /= np.sqrt(np.sum(taps**2))
    return np.convolve(rng.standard_normal(count + taps.size - 1), taps, mode="valid")


def _spikes(rng: np.random.Generator, count: int, rate: float) -> Floats:
    """Triangular spikes, (count,), so many a sample."""
    spikes = np.zeros(count)
    for _ in range(int(rng.poisson(rate * count))):
        at, half = int(rng.integers(count)), int(rng.integers(1, 4))
        height = rng.exponential(1.2) * (1 if rng.random() < 0.6 else -1)
        window = slice(max(0, at - half + 1), at + half)
        place = np.arange(count)[window]
        spikes[window] += height * (1 - np.abs(place - at) / half)
    return spikes


def smooth(values: Floats, sigma: float) -> Floats:
    """Gaussian smoothing over samples, the ends held; sigma is in samples."""
    if sigma < 0.3:
        return values
    reach = min(int(3 * sigma) + 1, 200)
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    first, last = np.full(reach, values[0]), np.full(reach, values[-1])
    padded = np.concatenate([first, values, last])
    return np.convolve(padded, taps / taps.sum(), mode="valid")


@dataclass(frozen=True)
class RealShapes:
    """Curves of LAS files, standardised, to cut windows from.

    Parameters
    ----------
    curves
        Each (samples,), in robust spreads about the median; NaN where null.
    steps
        Feet between the samples of each.
    """

    curves: tuple[Floats, ...]
    steps: tuple[float, ...]

    def window(self, rng: np.random.Generator, count: int, step: float) -> Floats:
        """Cut a window at random and resample it; mirrored and turned half the time.

        Returns
        -------
        (count,) float64
            Values in spreads about zero, nulls bridged.

        Raises
        ------
        InputError
            If the windows tried hold next to nothing but nulls.
        """
        for _ in range(20):
            which = int(rng.integers(len(self.curves)))
            curve, own = self.curves[which], self.steps[which]
            length = int(np.ceil((count - 1) * step / own)) + 2
            if length > curve.size:
                continue
            start = int(rng.integers(curve.size - length + 1))
            piece = curve[start : start + length]
            known = np.isfinite(piece)
            if known.mean() < 0.9 or np.ptp(piece[known]) < 1e-3:
                continue
            feet = np.arange(length) * own
            at = np.arange(count) * step
            shape: Floats = np.interp(at, feet[known], piece[known])
            if rng.random() < 0.5:
                shape = shape[::-1]
            return -shape if rng.random() < 0.5 else shape
        msg = f"no LAS curve has {count * step:g} ft without nulls: use other files"
        raise InputError(msg)


def read_shapes(folder: Path | str) -> RealShapes:
    """Read every curve of the LAS files of a folder as a shape.

    Parameters
    ----------
    folder
        Searched for ``*.las``, in either case; curves without at least 200 values are
        passed over.

    Raises
    ------
    InputError
        If a file cannot be read, or the folder holds no usable curve.
    """
    curves: list[Floats] = []
    steps: list[float] = []
    for path in sorted(Path(folder).glob("*.[lL][aA][sS]")):
        table = read_las(path)
        scale = FEET_PER_METRE if table.depth_unit == "m" else 1.0
        step = float(np.median(np.diff(table.depth))) * scale
        for values in table.values.values():
            shape = _standardise(values)
            if shape is not None:
                curves.append(shape)
                steps.append(step)
    if not curves:
        msg = f"no LAS file with a usable curve in {folder}: name another folder"
        raise InputError(msg)
    return RealShapes(tuple(curves), tuple(steps))


def _standardise(values: Floats) -> Floats | None:
    """Values in robust spreads about the median, logs of a wide positive range."""
    known = values[np.isfinite(values)]
    if known.size < 200:
        return None
    low, middle, high = np.percentile(known, [5, 50, 95])
    if low > 0 and high / low > 30:
        values = np.log(np.where(values > 0, values, np.nan))
        low, middle, high = np.log([low, middle, high])
    if high - low < 1e-9:
        return None
    return np.asarray((values - middle) / ((high - low) / 3.3))
