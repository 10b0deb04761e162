"""What the study found, in a few lines: the opening of the page.

Every line is computed from the figures of the page and says nothing of what was not
run, so that it cannot disagree with the tables below it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from veernet.study.arms import FIVE
from veernet.study.report.losses import title

ERROR = "test/mae/curves/skeleton"
OVERLAP = "test/iou/curves"
SIZE = "test/called_ratio/curves"

Estimated = Mapping[str, Sequence[Any]]
"""By loss ``[mean, low, high, spread, by seed]``."""


def findings(document: Mapping[str, Any]) -> list[str]:
    """Return what was found, a sentence or two a line.

    Parameters
    ----------
    document
        As :func:`veernet.study.report.document.make_document` makes it; of its profiles
        the first is taken in which two of the losses were trained.
    """
    lines: list[str] = []
    for name, profile in document["profiles"].items():
        plain = _plain(profile)
        if len(plain) > 1:
            lines += [*_of_losses(name, profile, plain), *_of_methods(profile)]
            break
    lines += _of_costs(document["costs"])
    lines += _of_claims(document["claims"])
    return lines


def _plain(profile: Mapping[str, Any]) -> dict[str, int]:
    """Return the place of the plain arm of each of the five losses."""
    found = {
        arm["loss"]: at
        for at, arm in enumerate(profile["arms"])
        if not arm["changed"] and arm["loss"] in FIVE
    }
    return {loss: found[loss] for loss in FIVE if loss in found}


def _of_losses(
    name: str, profile: Mapping[str, Any], plain: Mapping[str, int]
) -> Iterator[str]:
    about, arms = profile["about"], profile["arms"]
    seeds = sorted({len(arms[at]["seeds"]) for at in plain.values()})
    rates = {loss: arms[at]["labels"]["lr"] for loss, at in plain.items()}
    alike = len(set(rates.values())) == 1
    yield (
        f"{len(plain)} losses, {' to '.join(map(str, seeds))} seeds each, trained for "
        f"{about['samples']:,} sample steps on {about['pictures']:,} pictures (profile "
        f"{name}); "
        + (
            f"all at the learning rate {next(iter(rates.values())):g}."
            if alike
            else "each at the learning rate that held-out pictures chose for it."
        )
    )
    for column, says, lowest, digits in (
        (ERROR, "Curve error (share of the track, read by a skeleton)", True, 4),
        (OVERLAP, "IoU of the curves", False, 3),
    ):
        own = _column(profile, column, plain)
        if own:
            yield f"{says}: {_order(own, lowest=lowest, digits=digits)}."
    sizes = _column(profile, SIZE, plain)
    if sizes:
        furthest = max(sizes, key=lambda loss: abs(sizes[loss][0] - 1))
        yield (
            f"The curves are drawn furthest from their true area by {title(furthest)}: "
            f"{sizes[furthest][0]:.2f} times."
        )


def _of_methods(profile: Mapping[str, Any]) -> Iterator[str]:
    """Say what ways to flatter minima, and averages, do for the weakest loss."""
    gaps = [
        row
        for row in profile["gaps"]
        if row["loss"] == "cross_entropy" and row["moved"].get(OVERLAP)
    ]
    reported = [
        f"{row['averaging'] if row['averaging'] != 'none' else row['optimizer']} "
        f"{_interval(row['moved'][OVERLAP])}"
        for row in gaps
    ]
    if reported:
        yield (
            "What other optimisers and averages change in the IoU by which "
            f"cross-entropy is behind Tversky: {'; '.join(reported)}."
        )


def _of_costs(costs: Mapping[str, Any] | None) -> Iterator[str]:
    lovasz = (costs or {}).get("losses", {}).get("lovasz")
    if lovasz and {"to_cross_entropy", "to_smp_lovasz"} <= lovasz.keys():
        yield (
            f"Lovász-Softmax costs {lovasz['to_cross_entropy']:.1f} times "
            f"cross-entropy a step, and {lovasz['to_smp_lovasz']:.2f} of what it costs "
            "in segmentation-models-pytorch."
        )


def _of_claims(claims: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """List the claims by verdict, those that are decided with what they say."""
    by_verdict: dict[str, list[Mapping[str, Any]]] = {}
    for claim in claims:
        by_verdict.setdefault(claim["verdict"], []).append(claim)
    for verdict in ("confirmed", "refuted"):
        for claim in by_verdict.get(verdict, []):
            yield f"{verdict.capitalize()}: {claim['claim']} ({claim['id']})"
    waiting = {
        "not resolvable": "Not decided by these runs",
        "not run": "Waiting for runs",
    }
    for verdict, says in waiting.items():
        if verdict in by_verdict:
            listed = ", ".join(claim["id"] for claim in by_verdict[verdict])
            yield f"{says}: {listed}."


def _column(
    profile: Mapping[str, Any], column: str, plain: Mapping[str, int]
) -> Estimated:
    """Return an estimate by loss, those without a value left out."""
    values = profile["estimates"].get(column, [])
    own = {loss: values[at] for loss, at in plain.items() if at < len(values)}
    return {loss: value for loss, value in own.items() if value[0] is not None}


def _order(own: Estimated, *, lowest: bool, digits: int) -> str:
    """Return the losses from the best to the worst, each with its value."""
    ordered = sorted(own, key=lambda loss: own[loss][0], reverse=not lowest)
    return ", ".join(f"{title(loss)} {own[loss][0]:.{digits}f}" for loss in ordered)


def _interval(estimate: Sequence[Any]) -> str:
    value, low, high = estimate[:3]
    if low is None or high is None:
        return f"{value:+.3f}"
    return f"{value:+.3f} [{low:+.3f}, {high:+.3f}]"
