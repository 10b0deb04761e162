"""Keep the weights of a run that is not finished, small enough for the repository.

    python scripts/keep_weights.py runs/dense/best --out data/training/dense

Writes the network as JSON and safetensors, its matrices and kernels in float16. A
training goes on from them with ``start=``; they are no release, which
``scripts/release.py`` makes.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from veernet import checkpoint
from veernet.errors import InputError

LARGEST = 5 * 2**20
"""Bytes of a file of weights: what a clone of the repository may grow by."""


def keep(run: Path, out: Path) -> int:
    """Write the weights of a run in half precision.

    Parameters
    ----------
    run, out
        Stems of the checkpoint that is read and of the one that is written.

    Returns
    -------
    int
        Bytes of the file of weights.

    Raises
    ------
    InputError
        If the checkpoint is broken, or the file would be too large to keep.
    """
    model, spec = checkpoint.load(run)
    checkpoint.save(out, model, spec, half=True)
    path = out.with_name(out.name + ".safetensors")
    size = path.stat().st_size
    if size > LARGEST:
        path.unlink()
        msg = f"{path} has {size} bytes, more than {LARGEST}: keep a smaller network"
        raise InputError(msg)
    return size


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, and keep the weights."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path, help="stem of the checkpoint")
    parser.add_argument("--out", type=Path, required=True, help="stem to write")
    options = parser.parse_args(arguments)
    size = keep(options.run, options.out)
    print(f"wrote {options.out}.safetensors, {size / 2**20:.1f} MiB")


if __name__ == "__main__":
    main()
