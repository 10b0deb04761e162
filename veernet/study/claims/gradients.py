"""S7 and S8: what the gradients of Focal and Lovasz-Softmax do, on frozen scenes."""

from __future__ import annotations

import numpy as np

from veernet.losses import CrossEntropyLoss, DiceLoss, LovaszSoftmaxLoss
from veernet.study.claims.record import (
    Answer,
    Claim,
    Row,
    Statement,
    above,
    below,
    verdict,
)
from veernet.study.published import PAIR
from veernet.study.statistics import BootstrapDraws, Estimate, estimate, exact
from veernet.study.theory.gradient_claims import focal_collapse, rank_response
from veernet.study.theory.moved import thin_and_thick
from veernet.study.theory.scene import draw_strokes, frozen_scene

SCENES = 48
"""Drawn anew, each with strokes and noise of its own."""
SIDE = 96
"""Pixels of a scene, in rows and in columns."""

COLLAPSED = 0.1
"""Share that Focal leaves of what easy pixels have in cross-entropy's gradient."""
EQUAL, DIFFERENT = 1.001, 2.0
"""Largest over smallest gradient of one pixel, as its rank changes and nothing else."""
NEARLY_ALL = 0.9
"""Share of the foreground."""
LEVEL = 1
"""Of ``moved``: the second, a tenth of the largest gradient of any pixel."""

S7 = Statement(
    "S7",
    "Focal's gradient on easy pixels collapses; pixels of equal confidence get equal "
    "gradients from Focal and, by their rank, different ones from Lovasz-Softmax.",
    PAIR,
    f"On {SCENES} frozen scenes of thin strokes, the share of pixels surer than .9 in "
    "Focal's gradient (gamma 2) over their share in cross-entropy's; and for a pixel "
    "of a curve and one of the background whose probability is held, the largest over "
    "the smallest gradient as up to 1000 pixels of background become worse than it. "
    f"Confirmed if the first is below {COLLAPSED} by its whole interval, the second "
    f"below {EQUAL} for Focal and above {DIFFERENT} for Lovasz; refuted if one is not.",
)
S8 = Statement(
    "S8",
    "On curves of one pixel nearly all pixels of the foreground move Lovasz-Softmax, "
    "on thick shapes few do.",
    PAIR,
    f"On {SCENES} frozen scenes, the share of the foreground whose gradient (by the "
    "logits) is a tenth of the largest or more, on strokes of 1 px and on a disc. "
    f"Confirmed if it is above {NEARLY_ALL} on the strokes and larger there than "
    "on the disc, both by the whole interval; refuted if one is not, by the whole "
    "interval.",
)


def s7(rng: np.random.Generator) -> Claim:
    """Test the collapse of Focal, and that rank moves Lovasz and not Focal."""
    found = []
    for _ in range(SCENES):
        strokes = draw_strokes(SIDE, SIDE, [2, 1], rng)
        found.append(focal_collapse(frozen_scene(strokes, rng)))
    left = _over_scenes([f.easy_focal / f.easy_cross_entropy for f in found], rng)
    ranked = {side: rank_response(side) for side in ("curve", "background")}
    focal = exact(max(max(r.focal) / min(r.focal) for r in ranked.values()))
    lovasz = exact(min(max(r.lovasz) / min(r.lovasz) for r in ranked.values()))
    answers = (
        below(left, COLLAPSED),
        below(focal, EQUAL),
        above(lovasz, DIFFERENT),
    )
    factors = zip(
        found[0].probability, found[0].factor, found[0].modulation, strict=True
    )
    return Claim(
        S7,
        verdict(*answers),
        left,
        "share of easy pixels in the gradient, Focal over cross-entropy",
        (
            _row("share of easy pixels, Focal over cross-entropy", left, answers[0]),
            Row("largest over smallest by rank, Focal", focal, answers[1]),
            Row("largest over smallest by rank, Lovasz", lovasz, answers[2]),
            _row(
                "share of easy pixels among all",
                _over_scenes([f.easy_pixels for f in found], rng),
            ),
            *(
                Row(
                    f"what Focal leaves of the gradient at p = {p:g} (of the loss: "
                    f"{modulation:.3g})",
                    exact(factor),
                )
                for p, factor, modulation in factors
            ),
        ),
        "Near p = 1 Focal leaves 1 + gamma times the share of the gradient that it "
        "leaves of the loss.",
    )


def s8(rng: np.random.Generator) -> Claim:
    """Test how much of the foreground moves Lovasz."""
    losses = {
        "lovasz": LovaszSoftmaxLoss(),
        "dice": DiceLoss(),
        "cross_entropy": CrossEntropyLoss(),
    }
    seeds = rng.integers(2**31, size=SCENES).tolist()
    found = [thin_and_thick(losses, seed, widths=(1, 3), side=SIDE) for seed in seeds]
    shapes, stroke, disc = list(found[0]), "stroke of 1 px", "disc"
    moved = {
        (shape, loss): [scene[shape][loss].above[LEVEL] for scene in found]
        for shape in shapes
        for loss in losses
    }
    thin = _over_scenes(moved[stroke, "lovasz"], rng)
    pairs = zip(moved[stroke, "lovasz"], moved[disc, "lovasz"], strict=True)
    less = _over_scenes([one - other for one, other in pairs], rng)
    answers = above(thin, NEARLY_ALL), above(less)
    rows = [
        _row("share moved on strokes of 1 px, Lovasz", thin, answers[0]),
        _row("the same less that on a disc", less, answers[1]),
        *(
            _row(f"share moved, {shape}, {loss}", _over_scenes(values, rng))
            for (shape, loss), values in moved.items()
        ),
        _row(
            "share with any gradient at all, strokes of 1 px, Lovasz",
            _over_scenes([scene[stroke]["lovasz"].nonzero for scene in found], rng),
        ),
    ]
    alike = min(float(np.mean(moved[stroke, n])) for n in ("dice", "cross_entropy"))
    return Claim(
        S8,
        verdict(*answers),
        thin,
        "share of the foreground with a tenth of the largest gradient",
        tuple(rows),
        f"It is not particular to Lovasz: Dice and cross-entropy move {alike:.2f} of a "
        "stroke or more, because no pixel of it is sure.",
    )


def _row(what: str, figure: Estimate, answer: Answer | None = None) -> Row:
    return Row(what, figure, answer, over="scenes")


def _over_scenes(values: list[float], rng: np.random.Generator) -> Estimate:
    """Return the mean over scenes with its interval for new scenes."""
    scenes = range(len(values))
    draws = BootstrapDraws(rng, pictures=0, seeds=scenes)
    by_scene = np.asarray(values)
    return estimate(draws.mean(by_scene, scenes), by_scene)
