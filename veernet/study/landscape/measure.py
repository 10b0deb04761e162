"""Every instrument on one network, with one seed: what the study's runner calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from veernet.checkpoint import load
from veernet.errors import InputError
from veernet.losses.inputs import IGNORE_INDEX
from veernet.study.landscape.basin import OWN, Basin, basin, basin_steps
from veernet.study.landscape.directions import directions
from veernet.study.landscape.hessian import hessian_product, hutchinson, lanczos
from veernet.study.landscape.neighbourhood import Norm
from veernet.study.landscape.objective import (
    Objective,
    fit_temperature,
    matched_cross_entropy,
    own_loss,
)
from veernet.study.landscape.probes import (
    MATCHED,
    Batch,
    Probes,
    check_batches,
    read,
    reader,
)
from veernet.study.landscape.record import Landscape, Settings
from veernet.study.landscape.sharpness import average_case, keskar, one_step, worst_case
from veernet.study.landscape.slices import (
    Lines,
    Plane,
    SliceLine,
    even,
    finite,
    plane,
    symmetric,
    tabulate,
)
from veernet.study.landscape.weights import lent

if TYPE_CHECKING:
    from torch import nn


def measure(
    network: nn.Module | Path,
    batches: Sequence[Batch],
    *,
    classes: int | None = None,
    loss: nn.Module | None = None,
    own_sharpness: bool = False,
    seed: int = 0,
    settings: Settings | None = None,
    ignore_index: int = IGNORE_INDEX,
) -> Landscape:
    """Measure the landscape around a trained network.

    To compare networks, give the same batches, seed and settings to all. The numbers,
    by name (probes are those of :func:`veernet.study.landscape.probes.read`):

    ``temperature``
        Fitted on all batches, and kept for everything below.
    ``value/PROBE``
        At the weights, on all batches.
    ``basin/PROBE/mean``, ``median``, ``spread``, ``censored``, ``step``
        Half-width over directions and sides, in filter lengths (see
        :class:`veernet.study.landscape.basin.Basin`); how many sides never rose by
        the step; the step, in the unit of the probe.
    ``worst_l2/OBJECTIVE``, ``worst_linf/...``, ``asam/...``, ``average/...``
        Adaptive sharpness, which rescaled layers do not change, in nats (or in the unit
        of the own loss): the rise at worst in two balls, after one step, under noise;
        ``average_error/...`` is a standard error.
    ``adaptive_eigenvalue/...``, ``adaptive_trace/...``
        Of the Hessian in the measure of the weights' sizes, which rescaled layers do
        not change; ``..._error/...`` the bound by the residual and the standard error.
    ``sam/...``, ``average_plain/...``, ``eigenvalue/...``, ``trace/...``
        The same in the plain measure: controls.
    ``keskar_EPSILON/...``
        Keskar's sharpness in per cent; a control.

    OBJECTIVE is ``matched_cross_entropy``, and ``own`` too if it is asked for.

    Parameters
    ----------
    network
        It is left as it was, to the last bit and in the mode it was in; or the stem of
        its checkpoint.
    batches
        A fixed list, on the network's device; see
        :func:`veernet.study.landscape.probes.read`.
    classes
        Background included; for a checkpoint, that which it says.
    loss
        That the network was trained with, as a further probe.
    own_sharpness
        Whether to take the measures of sharpness of that loss too.
    seed
        Of all directions, starts and noise; the instruments have streams of their own.
    settings
        None for the defaults.
    ignore_index
        Label of the pixels that do not count in the common probes.

    Raises
    ------
    InputError
        If the number of classes is not known, the own loss is asked for and not given,
        or an argument of an instrument is wrong.
    """
    chosen = settings or Settings()
    model, classes = opened(network, classes)
    check_batches(batches)
    if own_sharpness and loss is None:
        msg = "the sharpness of the own loss is asked for: give the loss"
        raise InputError(msg)
    numbers: dict[str, float] = {}
    numbers["temperature"] = fit_temperature(model, batches, classes, ignore_index)
    losses = {} if loss is None else {OWN: loss}
    probes = Probes(classes, numbers["temperature"], losses, ignore_index)
    values = read(model, batches, probes)
    numbers |= {f"value/{probe}": value for probe, value in values.items()}
    lines, flat = _basins(model, batches, probes, chosen, seed)
    numbers |= flat
    flat_plane = _plane(model, batches, probes, chosen, seed)
    temperature = numbers["temperature"]
    objectives = {MATCHED: matched_cross_entropy(classes, temperature, ignore_index)}
    if own_sharpness and loss is not None:
        objectives[OWN] = own_loss(loss, classes)
    for name, objective in objectives.items():
        found = _sharpness(model, batches, objective, chosen, seed)
        found |= _hessian(model, batches, objective, chosen, seed)
        numbers |= {f"{measure}/{name}": value for measure, value in found.items()}
    return Landscape(
        numbers={name: finite(value) for name, value in numbers.items()},
        lines=lines,
        plane=flat_plane,
        settings={
            **asdict(chosen),
            "seed": seed,
            "classes": classes,
            "pictures": _pictures(batches),
            "batches": [len(batch["image"]) for batch in batches],
        },
    )


def leading(batches: Sequence[Batch], pictures: int) -> Sequence[Batch]:
    """Return the first batches that hold so many pictures, whole; all if too few."""
    for count in range(1, len(batches)):
        if _pictures(batches[:count]) >= pictures:
            return batches[:count]
    return batches


def _pictures(batches: Sequence[Batch]) -> int:
    return sum(len(batch["image"]) for batch in batches)


def opened(network: nn.Module | Path, classes: int | None) -> tuple[nn.Module, int]:
    """Return a network, read where it is a checkpoint, and its number of classes."""
    if isinstance(network, Path):
        model, spec = load(network)
        return model, classes or len(spec.outputs)
    if classes is None:
        msg = "a network does not say its number of classes: give classes"
        raise InputError(msg)
    return network, classes


def _stream(seed: int, instrument: int) -> torch.Generator:
    """Return the generator of one instrument, whatever the others have drawn."""
    return torch.Generator().manual_seed(seed * 16 + instrument)


def _basins(
    model: nn.Module,
    batches: Sequence[Batch],
    probes: Probes,
    settings: Settings,
    seed: int,
) -> tuple[Lines, dict[str, float]]:
    some = leading(batches, settings.slice_pictures)
    along = directions(model, settings.directions, _stream(seed, 0))
    reading_of = reader(some, probes)
    with lent(model) as weights:
        origin = reading_of(model)
        found = [SliceLine(model, weights, reading_of, d, origin) for d in along]
        lines = tabulate(found, symmetric(settings.ladder))
        numbers: dict[str, float] = {}
        for probe, step in basin_steps(some, probes, origin, settings).items():
            measured = basin(found, probe, step, settings.ladder)
            numbers |= _flat(probe, measured)
    return lines, numbers


def _flat(probe: str, measured: Basin) -> dict[str, float]:
    nothing = float("nan")  # written as None
    median, spread = measured.median, measured.spread
    return {
        f"basin/{probe}/mean": measured.mean,
        f"basin/{probe}/median": nothing if median is None else median,
        f"basin/{probe}/spread": nothing if spread is None else spread,
        f"basin/{probe}/censored": measured.censored,
        f"basin/{probe}/step": measured.step,
    }


def _plane(
    model: nn.Module,
    batches: Sequence[Batch],
    probes: Probes,
    settings: Settings,
    seed: int,
) -> Plane | None:
    if settings.plane_points == 0:
        return None
    some = leading(batches, settings.slice_pictures)
    # The first two of the slices, so that they run through the plane.
    first, second = directions(model, 2, _stream(seed, 0))
    deltas = even(settings.ladder[-1], settings.plane_points)
    return plane(model, reader(some, probes), first, second, deltas)


def _sharpness(
    model: nn.Module,
    batches: Sequence[Batch],
    objective: Objective,
    settings: Settings,
    seed: int,
) -> dict[str, float]:
    some = leading(batches, settings.gradient_pictures)
    steps, found = settings.worst_steps, {}
    balls: tuple[tuple[Norm, float], ...] = (
        ("l2", settings.adaptive_l2),
        ("linf", settings.adaptive_linf),
    )
    for instrument, (norm, radius) in enumerate(balls, 1):
        draws = _stream(seed, instrument)
        found[f"worst_{norm}"] = worst_case(
            model,
            some,
            objective,
            radius=radius,
            norm=norm,
            steps=steps,
            generator=draws,
        )
    found["asam"] = one_step(model, some, objective, radius=settings.asam_radius)
    found["sam"] = one_step(
        model, some, objective, radius=settings.sam_radius, adaptive=False
    )
    for suffix, sigma in (
        ("", settings.adaptive_sigma),
        ("_plain", settings.plain_sigma),
    ):
        mean = average_case(
            model,
            some,
            objective,
            sigma=sigma,
            adaptive=not suffix,
            pairs=settings.pairs,
            generator=_stream(seed, 3),
        )
        found[f"average{suffix}"] = mean.value
        found[f"average{suffix}_error"] = mean.error
    for epsilon in settings.keskar_epsilons:
        found[f"keskar_{epsilon:g}"] = keskar(
            model,
            some,
            objective,
            epsilon=epsilon,
            steps=settings.keskar_steps,
            generator=_stream(seed, 4),
        )
    return found


def _hessian(
    model: nn.Module,
    batches: Sequence[Batch],
    objective: Objective,
    settings: Settings,
    seed: int,
) -> dict[str, float]:
    some = leading(batches, settings.hessian_pictures)
    found = {}
    for prefix in ("adaptive_", ""):
        with hessian_product(model, some, objective, adaptive=bool(prefix)) as (
            product,
            weights,
        ):
            top = lanczos(
                product, weights.size, settings.lanczos_steps, _stream(seed, 5)
            )
            mean = hutchinson(
                product, weights.size, settings.trace_draws, _stream(seed, 6)
            )
        found[f"{prefix}eigenvalue"] = top.value
        found[f"{prefix}eigenvalue_error"] = top.error
        found[f"{prefix}trace"] = mean.value
        found[f"{prefix}trace_error"] = mean.error
    return found
