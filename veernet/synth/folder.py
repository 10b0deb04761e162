"""Folders of pictures and masks, with any number of classes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from veernet.errors import InputError
from veernet.records import Grey
from veernet.synth.pictures import LabelledPicture, PictureData

PICTURES = {".png", ".tif", ".tiff", ".jpg", ".jpeg", ".bmp"}


def read_folder(
    folder: Path, values: Sequence[int] | None = None
) -> dict[str, LabelledPicture]:
    """Read pictures and masks of the same names from ``images`` and ``masks``.

    Parameters
    ----------
    folder
        Holds the two folders.
    values
        Grey value of each class in the masks, background first; class indices as they
        are unless given.

    Raises
    ------
    InputError
        If a picture has no mask, or of another size, or a mask holds another value.
    """
    found: dict[str, LabelledPicture] = {}
    for path in sorted((folder / "images").glob("*")):
        if path.suffix.lower() not in PICTURES:
            continue
        masks = [p for p in (folder / "masks").glob(f"{path.stem}.*") if _is_picture(p)]
        if len(masks) != 1:
            msg = f"{path} has {len(masks)} masks in {folder / 'masks'}: give it one"
            raise InputError(msg)
        image, mask = _read_grey(path), _read_grey(masks[0])
        if image.shape != mask.shape:
            msg = f"{masks[0]} is {mask.shape}, its picture {image.shape}: make one fit"
            raise InputError(msg)
        found[path.stem] = LabelledPicture(
            name=str(path),
            image=image,
            mask=_to_classes(mask, values, masks[0]),
            columns=np.full((0, image.shape[0]), np.nan),
            curve_class=(),
        )
    if not found:
        msg = f"no picture in {folder / 'images'}: expected PNG, TIFF, JPEG or BMP"
        raise InputError(msg)
    return found


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in PICTURES


def _read_grey(path: Path) -> Grey:
    image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if image is None:
        msg = f"{path} cannot be read as a picture: is it damaged?"
        raise InputError(msg)
    return np.asarray(image, dtype=np.uint8)


def _to_classes(
    mask: Grey, values: Sequence[int] | None, path: Path
) -> NDArray[np.int64]:
    if values is None:
        return mask.astype(np.int64)
    table = np.full(256, -1, dtype=np.int64)
    table[list(values)] = np.arange(len(values))
    classes = table[mask]
    if (classes < 0).any():
        stray = sorted(set(mask[classes < 0].tolist()))
        msg = f"{path} holds the values {stray[:5]}, the classes are {list(values)}"
        raise InputError(msg)
    return classes


class FolderData(PictureData):
    """Pictures and masks of a folder, split at random by the seed.

    Parameters
    ----------
    folder
        Holds ``images`` and ``masks``.
    values
        Grey value of each class in the masks, background first; class indices as they
        are unless given.
    validation_share
        Of the pictures.
    seed, options
        Of :class:`~veernet.synth.pictures.PictureData`.
    """

    def __init__(
        self,
        folder: str | Path,
        values: Sequence[int] | None = None,
        *,
        validation_share: float = 0.2,
        seed: int = 0,
        **options: Any,  # noqa: ANN401 - passed on as they are
    ) -> None:
        pictures = list(read_folder(Path(folder), values).values())
        order = np.random.default_rng(seed).permutation(len(pictures))
        held = round(validation_share * len(pictures))
        super().__init__(
            [pictures[i] for i in order[held:]],
            [pictures[i] for i in order[:held]],
            seed=seed,
            **options,
        )
