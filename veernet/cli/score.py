"""Score: what a trained network makes of labelled pictures."""

from __future__ import annotations

import argparse
from pathlib import Path

from veernet.cli.arguments import Verbs, add_overwrite, add_verb
from veernet.cli.output import DONE
from veernet.errors import InputError

SHOWN = ("iou", "f1", "coverage", "area_ratio", "holes", "pieces", "edge_f1", "regions")
"""Columns that are printed; the table has them all."""


def add_arguments(verbs: Verbs) -> None:
    """Add the verb ``score`` and what it takes."""
    verb = add_verb(
        verbs,
        "score",
        run,
        "score a trained network on labelled pictures",
        "PICTURES holds images/ and masks/, as for veernet train data=folder. Printed "
        "for each class: IoU, F1, the share of a true region that is found, predicted "
        "over true area, holes and pieces of a region, F1 of the edges.",
    )
    add = verb.add_argument
    says = "best.json or last.json of a training, its weights beside it"
    add("network", type=Path, metavar="NETWORK.json", help=says)
    add("pictures", type=Path, metavar="PICTURES", help="folder of images and masks")
    codes = verb.add_mutually_exclusive_group()
    says = "grey value of each class in the masks; its index unless given"
    codes.add_argument(
        "--values", dest="greys", type=int, nargs="+", metavar="GREY", help=says
    )
    says = "colour of each class in the masks"
    codes.add_argument("--palette", nargs="+", metavar="#RRGGBB", help=says)
    says = "rows and columns of the tiles (256 256)"
    add("--size", type=int, nargs=2, default=(256, 256), metavar=("R", "C"), help=says)
    says = "pixels that tiles share (0)"
    add("--overlap", type=int, default=0, metavar="PX", help=says)
    add("--device", default="cpu", help="cpu or cuda")
    add("--out", type=Path, metavar="SCORES.csv", help="every score, as CSV")
    add_overwrite(verb)


def run(options: argparse.Namespace) -> int:
    """Print the scores of a network by class."""
    try:
        from veernet.checkpoint import load
        from veernet.synth.folder import read_folder
        from veernet.synth.masks import MaskCode
        from veernet.training.score_pictures import score_pictures
    except ImportError as error:
        msg = "score needs more than the core: install veernet[train], see README"
        raise InputError(msg) from error
    import pandas as pd

    from veernet.files import check_places, write_text

    _check_tiles(tuple(options.size), options.overlap)
    if options.out is not None:
        check_places([options.out], [options.network], overwrite=options.overwrite)
    model, spec = load(options.network)
    names = tuple(output.name for output in spec.outputs)
    code = MaskCode(
        names=names,
        palette=tuple(options.palette) if options.palette else None,
        values=tuple(options.greys) if options.greys else None,
    )
    pictures = read_folder(options.pictures, code=code, channels=spec.input_channels)
    found = score_pictures(
        model,
        spec,
        list(pictures.values()),
        size=tuple(options.size),
        overlap=options.overlap,
        device=options.device,
    )
    table = pd.DataFrame(found.rows(names)).set_index("class")
    print(table[list(SHOWN)].to_string(float_format="{:.3f}".format))
    print(f"{len(pictures)} pictures")
    if options.out is not None:
        write_text(options.out, table.to_csv())
        print(options.out)
    return DONE


def _check_tiles(size: tuple[int, int], overlap: int) -> None:
    """Refuse tiles that cannot cover a picture.

    Raises
    ------
    InputError
        If a side is not positive, or tiles overlap by all of themselves.
    """
    if min(size) < 1:
        msg = f"--size {size[0]} {size[1]}: give two positive numbers"
        raise InputError(msg)
    if not 0 <= overlap < min(size):
        msg = f"--overlap {overlap}: give 0 to {min(size) - 1}, less than a tile"
        raise InputError(msg)
