"""All instruments on a network of the house: names, repeatability, files."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from tests.networks import TwoLines, spec
from veernet.checkpoint import save
from veernet.errors import InputError
from veernet.losses import CrossEntropyLoss, TverskyLoss
from veernet.model import build
from veernet.study.landscape import (
    Landscape,
    Probes,
    Settings,
    measure,
    read,
    read_landscape,
    write,
)
from veernet.study.landscape.basin import basin_steps
from veernet.study.landscape.measure import leading, opened

FEW = Settings(
    slice_pictures=1,
    directions=2,
    ladder=(0.1, 0.5),
    plane_points=3,
    gradient_pictures=1,
    worst_steps=2,
    keskar_steps=2,
    pairs=2,
    hessian_pictures=1,
    lanczos_steps=2,
    trace_draws=2,
)


def batches() -> list[dict[str, Tensor]]:
    samples = [TwoLines(3)[index] for index in range(3)]
    return [
        {key: torch.stack([s[key] for s in some]) for key in samples[0]}
        for some in (samples[:1], samples[1:])
    ]


@pytest.fixture(scope="module")
def network() -> nn.Module:
    torch.manual_seed(0)
    layers = nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 3, 3, padding=1)
    return nn.Sequential(*layers).train()


@pytest.fixture(scope="module")
def landscape(network: nn.Module) -> Landscape:
    return measure(
        network,
        batches(),
        classes=3,
        loss=TverskyLoss(),
        own_sharpness=True,
        seed=5,
        settings=FEW,
    )


SHARPNESS = [
    "worst_l2",
    "worst_linf",
    "asam",
    "sam",
    "average",
    "average_error",
    "average_plain",
    "average_plain_error",
    "keskar_0.001",
    "keskar_0.0005",
    "adaptive_eigenvalue",
    "adaptive_eigenvalue_error",
    "adaptive_trace",
    "adaptive_trace_error",
    "eigenvalue",
    "eigenvalue_error",
    "trace",
    "trace_error",
]


def test_every_measure_is_there_for_either_objective(landscape: Landscape) -> None:
    expected = {f"{m}/{o}" for m in SHARPNESS for o in ("matched_cross_entropy", "own")}
    common = ("matched_cross_entropy", "one_minus_miou", "curve_mae")
    expected |= {f"value/{probe}" for probe in (*common, "loss/own")} | {"temperature"}
    found = {name for name in landscape.numbers if not name.startswith("basin/")}
    assert found == expected
    for probe in common:
        for part in ("mean", "median", "spread", "censored", "step"):
            assert f"basin/{probe}/{part}" in landscape.numbers
    assert set(landscape.lines.values) == {*common, "loss/own"}


def test_values_are_of_all_batches_and_slices_of_the_leading_ones(
    network: nn.Module, landscape: Landscape
) -> None:
    probes = Probes(
        3, landscape.numbers["temperature"] or 0, losses={"own": TverskyLoss()}
    )
    for probe, value in read(network, batches(), probes).items():
        assert landscape.numbers[f"value/{probe}"] == value
    for probe, value in read(network, batches()[:1], probes).items():
        middle = len(landscape.lines.deltas) // 2
        assert landscape.lines.deltas[middle] == 0
        assert all(row[middle] == value for row in landscape.lines.values[probe])


def test_the_first_two_lines_run_through_the_plane(landscape: Landscape) -> None:
    plane, (first, second, *_) = (
        landscape.plane,
        landscape.lines.values["matched_cross_entropy"],
    )
    assert plane is not None
    values = plane.values["matched_cross_entropy"]
    ends = {delta: index for index, delta in enumerate(landscape.lines.deltas)}
    for index, delta in enumerate(plane.deltas):
        assert values[index][1] == pytest.approx(first[ends[delta]])
        assert values[1][index] == pytest.approx(second[ends[delta]])


def test_the_same_seed_gives_the_same_bytes_and_the_network_stays(
    network: nn.Module, landscape: Landscape
) -> None:
    before = [p.detach().clone() for p in network.parameters()]
    options = {"loss": TverskyLoss(), "own_sharpness": True, "settings": FEW}
    again = measure(network, batches(), classes=3, seed=5, **options)
    assert again == landscape
    other = measure(network, batches(), classes=3, seed=6, **options)
    assert other.numbers["value/curve_mae"] == landscape.numbers["value/curve_mae"]
    assert other.numbers["sam/own"] == landscape.numbers["sam/own"]
    assert other.numbers["average/own"] != landscape.numbers["average/own"]
    assert other.lines != landscape.lines
    for parameter, kept in zip(network.parameters(), before, strict=True):
        assert torch.equal(parameter, kept)
    assert network.training


def test_a_checkpoint_is_opened_as_the_network_that_it_holds(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = build(spec().architecture)
    save(tmp_path / "net", network, spec())
    found, classes = opened(tmp_path / "net", None)
    assert classes == 3
    for one, other in zip(found.parameters(), network.parameters(), strict=True):
        assert torch.equal(one, other)


def test_what_is_written_is_read_again(landscape: Landscape, tmp_path: Path) -> None:
    path = tmp_path / "landscape.json"
    write(path, landscape)
    found = read_landscape(path)
    settings = json.loads(json.dumps(landscape.settings))
    assert found == dataclasses.replace(landscape, settings=settings)
    assert found.settings["seed"] == 5
    assert found.settings["batches"] == [1, 2]
    assert found.settings["ladder"] == [0.1, 0.5]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "cannot be read"),
        ("[]", "no landscape of version 1"),
        ('{"version": 0}', "no landscape of version 1"),
        ('{"version": 1, "numbers": {}}', "has the parts"),
    ],
)
def test_files_that_are_no_landscapes_are_refused(
    text: str, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "landscape.json"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        read_landscape(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_landscape(tmp_path / "none.json")


def test_what_is_not_said_is_asked_for(network: nn.Module) -> None:
    with pytest.raises(InputError, match="give classes"):
        measure(network, batches())
    with pytest.raises(InputError, match="give the loss"):
        measure(network, batches(), classes=3, own_sharpness=True)
    with pytest.raises(InputError, match="no batches"):
        measure(network, [], classes=3)


def test_leading_batches_are_whole() -> None:
    for pictures, expected in ((1, 1), (2, 2), (3, 2), (99, 2)):
        assert len(leading(batches(), pictures)) == expected


def test_steps_are_shares_of_what_guessing_is_worth() -> None:
    some = batches()
    mask = torch.cat([b["mask"] for b in some])
    share = torch.bincount(mask.flatten()).double() / mask.numel()
    entropy = -float((share * share.log()).sum())
    origin = {"matched_cross_entropy": 0.1, "curve_mae": 0.2, "loss/own": 0.05}
    probes = Probes(3, losses={"own": CrossEntropyLoss()})
    found = basin_steps([{"mask": mask}], probes, origin, Settings())
    assert found["matched_cross_entropy"] == pytest.approx(0.1 * entropy)
    assert found["loss/own"] == pytest.approx(0.1 * (entropy - 0.05), rel=1e-5)
    assert found["curve_mae"] == Settings().curve_step
    assert "one_minus_miou" not in found  # as it was not read


def test_a_loss_that_is_worse_than_guessing_has_no_basin() -> None:
    origin = {"matched_cross_entropy": 0.1, "loss/own": 99.0}
    probes = Probes(3, losses={"own": CrossEntropyLoss()})
    assert "loss/own" not in basin_steps(batches(), probes, origin, Settings())
