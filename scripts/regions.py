"""Score and draw what runs on pictures say of their validation pictures.

    python scripts/regions.py RUN... --out OUT [--count 4] [--device cuda]

A RUN is a folder that ``veernet train data=folder`` wrote. The pictures are those that
the first run was validated on, and the others must have held out the same ones. It is
the last network of a run that is scored: the best was chosen on these pictures. Writes
``regions.csv`` (a row for each run and class), ``regions.md`` (a row for each run, mean
over the classes) and ``regions.png`` (picture, truth, and what each run says).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from omegaconf import OmegaConf
from PIL import Image

from veernet.checkpoint import load
from veernet.errors import InputError
from veernet.files import replacing, write_text
from veernet.study.claims.regions import MADE
from veernet.synth.folder import FolderData
from veernet.training.score_pictures import draw_sheet, score_pictures

SHOWN = (
    "iou",
    "f1",
    "coverage",
    "area_ratio",
    "holes",
    "pieces",
    "edge_band",
    "edge_f1",
)
SPLIT = ("folder", "validation_share", "split_by", "seed", "names", "ignore")
"""What decides which pictures are held out, and what their classes are."""


def main(argv: Sequence[str] | None = None) -> None:
    """Write the scores and the sheet of the runs that the command line names."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("runs", type=Path, nargs="+", metavar="RUN")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=4, help="pictures on the sheet")
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args(argv)
    names = [run.name for run in options.runs]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        msg = f"{twice[0]} is the name of two runs: name their folders differently"
        raise InputError(msg)
    given = [data_of(run) for run in options.runs]
    for run, other in zip(options.runs, given, strict=True):
        if any(other.get(key) != given[0].get(key) for key in SPLIT):
            msg = f"{run} was validated on other pictures than {options.runs[0]}"
            raise InputError(msg)
    data = FolderData(**given[0])
    window: dict[str, Any] = {
        "size": (given[0]["rows"], given[0]["columns"]),
        "overlap": given[0]["overlap"],
        "device": options.device,
    }
    networks = {run.name: load(run / "last") for run in options.runs}
    arms = {run.name: arm_of(run) for run in options.runs}
    rows = [
        {"run": name, **arms[name], **row, **{key: spec.made.get(key) for key in MADE}}
        for name, (model, spec) in networks.items()
        for row in score_pictures(model, spec, data.validation_pictures, **window).rows(
            [output.name for output in spec.outputs]
        )
    ]
    table = pd.DataFrame(rows)
    options.out.mkdir(parents=True, exist_ok=True)
    write_text(options.out / "regions.csv", table.to_csv(index=False))
    means = table[table["class"] == "mean"].set_index("run")[list(SHOWN)]
    write_text(options.out / "regions.md", markdown(means))
    print(markdown(means))
    palette = given[0]["palette"]
    if palette is not None and given[0]["ignore"] is not None:
        pairs = zip(given[0]["names"], palette, strict=True)
        palette = [colour for name, colour in pairs if name != given[0]["ignore"]]
    sheet = draw_sheet(
        data.validation_pictures[: options.count], networks, palette=palette, **window
    )
    with replacing(options.out / "regions.png") as temporary:
        Image.fromarray(sheet).save(temporary, format="PNG", optimize=True)


def arm_of(run: Path) -> dict[str, Any]:
    """Return the loss of a run by the name that was chosen, and its seed."""
    loss = _config(run, "hydra.yaml").hydra.runtime.choices.loss
    return {"loss": loss, "seed": _config(run, "config.yaml").seed}


def _config(run: Path, name: str) -> Any:  # noqa: ANN401 - a tree of plain values
    path = run / ".hydra" / name
    if not path.is_file():
        msg = f"there is no {path}: name the folder of a run of veernet train"
        raise InputError(msg)
    return OmegaConf.load(path)


def data_of(run: Path) -> dict[str, Any]:
    """Return the arguments of the data that a run was trained on.

    They are read as plain values: nothing that a run's folder names is called.
    """
    reported = _config(run, "config.yaml").data
    data: Any = OmegaConf.to_container(reported, resolve=True)
    if data["_target_"] != "veernet.synth.folder.FolderData":
        msg = f"{run} was trained on {data['_target_']}, not on data=folder"
        raise InputError(msg)
    return {key: value for key, value in data.items() if not key.startswith("_")}


def markdown(table: pd.DataFrame) -> str:
    """Format a table of numbers."""
    lines = [["run", *table.columns], ["---"] * (1 + table.shape[1])]
    lines += [[str(name), *(f"{v:.3f}" for v in row)] for name, row in table.iterrows()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


if __name__ == "__main__":
    main()
