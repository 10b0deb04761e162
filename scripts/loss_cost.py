"""Measure what each loss costs a training step: forward and backward, beside smp's.

    python scripts/loss_cost.py [--losses dice tversky ...] [--threads 1] [--rounds 9]
                                [--out runs/loss_cost.json]

Every loss of ``configs/loss`` by its name, on the logits of a batch of 8 x 3 x 512 x
512 with thin curves. All of them take their turn in every round, so that whatever else
the machine does falls on all alike; the ratios, of processor time, are the median of
those within a round, and hold where times by the clock of a busy machine do not.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from statistics import median
from typing import NamedTuple

import segmentation_models_pytorch as smp
import torch
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate
from torch import Tensor, nn

from veernet.files import write_text

CONFIGS = Path(__file__).resolve().parents[1] / "configs"
BASE = "cross_entropy"
LOVASZ = "lovasz"
PEER = "smp lovasz"
MARGIN = 3.0
"""Logits by which the true class leads: half way through a training."""


class Seconds(NamedTuple):
    """How long a step took, by the processor and by the clock."""

    processor: float
    clock: float


def main() -> None:
    """Time the losses, write the figures and print them as a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--losses", nargs="*", help="names, all unless given")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--size", type=int, nargs=4, default=(8, 3, 512, 512))
    parser.add_argument("--out", type=Path, default=Path("runs/loss_cost.json"))
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    names = options.losses or sorted(p.stem for p in CONFIGS.glob("loss/*.yaml"))
    losses = configured(dict.fromkeys([BASE, LOVASZ, *names]))
    losses[PEER] = smp.losses.LovaszLoss("multiclass")
    logits, target = batch(*options.size)
    seconds = measure(losses, logits, target, options.rounds)
    figures = summary(seconds)
    conditions = {
        "size": list(options.size),
        "threads": options.threads,
        "rounds": options.rounds,
        "torch": torch.__version__,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "load": os.getloadavg()[0],
    }
    options.out.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"conditions": conditions, "losses": figures}, indent=2)
    write_text(options.out, text + "\n")
    print(table(conditions, figures))


def configured(names: Iterable[str]) -> dict[str, nn.Module]:
    """Make losses as a training makes them, by the names of their configurations."""
    losses = {}
    with initialize_config_dir(str(CONFIGS), version_base="1.3"):
        for name in names:
            config = compose("train", [f"loss={name}"])
            losses[name] = instantiate(config.loss, _convert_="all")
    return losses


def batch(images: int, classes: int, rows: int, columns: int) -> tuple[Tensor, Tensor]:
    """Return noisy logits that lean to the truth, and wavy curves 2 pixels wide."""
    generator = torch.Generator().manual_seed(0)
    depth = torch.arange(rows)[None, :, None]
    column = torch.arange(columns)
    target = torch.zeros((images, rows, columns), dtype=torch.int64)
    for curve in range(1, classes):
        phase = 6.3 * torch.rand((images, 1, 1), generator=generator)
        sway = (depth / 25 + phase).sin() + 0.5 * (depth / 7 + phase).sin()
        middle = columns * (curve / classes + sway / (3 * classes))
        target[(column - middle).abs() <= 1] = curve
    logits = torch.randn((images, classes, rows, columns), generator=generator)
    ahead = nn.functional.one_hot(target, classes).movedim(-1, 1)
    return 2 * logits + MARGIN * ahead, target


def measure(
    losses: Mapping[str, nn.Module], logits: Tensor, target: Tensor, rounds: int
) -> dict[str, list[Seconds]]:
    """Time forward and backward of every loss in every round, in seconds.

    One round more is run before, for what is compiled or allocated only once.

    Returns
    -------
    dict
        By loss, and of each round, seconds of the processor (of all threads together)
        and by the clock.
    """
    seconds: dict[str, list[Seconds]] = {name: [] for name in losses}
    for number in range(rounds + 1):
        for name, loss in losses.items():
            leaf = logits.clone().requires_grad_()
            start = time.process_time(), time.perf_counter()
            loss(leaf, target).backward()
            took = Seconds(
                time.process_time() - start[0], time.perf_counter() - start[1]
            )
            if number > 0:
                seconds[name].append(took)
    return seconds


def summary(seconds: Mapping[str, list[Seconds]]) -> dict[str, dict[str, float]]:
    """Return by loss the median milliseconds and the median ratios within rounds."""
    return {
        name: {
            "processor_ms": 1e3 * median(took.processor for took in times),
            "clock_ms": 1e3 * median(took.clock for took in times),
            "to_cross_entropy": ratio(times, seconds[BASE]),
            "to_smp_lovasz": ratio(times, seconds[PEER]),
        }
        for name, times in seconds.items()
    }


def ratio(times: list[Seconds], others: list[Seconds]) -> float:
    """Return the median ratio of processor times that were taken in the same rounds."""
    pairs = zip(times, others, strict=True)
    return median(mine.processor / its.processor for mine, its in pairs)


def table(
    conditions: Mapping[str, object], figures: Mapping[str, dict[str, float]]
) -> str:
    """Lay the figures out in lines, the fastest loss first."""
    lines = [
        ", ".join(f"{name} {value}" for name, value in conditions.items()),
        f"{'loss':24}{'CPU ms':>8}{'clock ms':>10}{'/ CE':>8}{'/ smp Lovasz':>14}",
    ]
    for name, row in sorted(figures.items(), key=lambda item: item[1]["processor_ms"]):
        lines.append(
            f"{name:24}{row['processor_ms']:8.1f}{row['clock_ms']:10.1f}"
            f"{row['to_cross_entropy']:8.2f}{row['to_smp_lovasz']:14.3f}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
