"""Folders of pictures and masks, with any number of classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
from PIL import Image

from veernet.errors import InputError
from veernet.losses.inputs import IGNORE_INDEX
from veernet.records import Grey
from veernet.synth.masks import MaskCode
from veernet.synth.pictures import PictureData
from veernet.synth.windows import LabelledPicture

_PLAIN = {"1", "L", "P", "RGB", "YCbCr"}
"""Modes of Pillow whose pictures are read as they are."""

PICTURES = {".png", ".tif", ".tiff", ".jpg", ".jpeg", ".bmp"}
IMAGES, MASKS = "images", "masks"
DARKNESS, COLOUR = ("darkness",), ("red", "green", "blue")


def read_folder(
    folder: Path,
    values: Sequence[int] | None = None,
    *,
    code: MaskCode | None = None,
    channels: Sequence[str] = DARKNESS,
) -> dict[str, LabelledPicture]:
    """Read pictures and masks of the same names from ``images`` and ``masks``.

    The two folders lie in the one that is given or in folders within it, at any depth,
    as in ``Tile 1/images/a.jpg`` and ``Tile 1/masks/a.png``.

    Parameters
    ----------
    folder
        Holds the two folders, or folders that hold them.
    values
        Grey value of each class in the masks, background first; a short form of
        ``code``.
    code
        How classes are written in the masks; as class indices unless given.
    channels
        darkness reads pictures as grey; red, green and blue as they are.

    Returns
    -------
    dict
        By name without suffix, and with the folder's where the two lie deeper.

    Raises
    ------
    InputError
        If a picture has no mask, or of another size, or a mask holds what no class is
        written as, or there are no such folders.
    """
    if values is not None:
        code = MaskCode(values=tuple(values))
    if tuple(channels) not in {DARKNESS, COLOUR}:
        msg = f"channels {list(channels)}: give {list(DARKNESS)} or {list(COLOUR)}"
        raise InputError(msg)
    found: dict[str, LabelledPicture] = {}
    for images in sorted(p for p in folder.rglob(IMAGES) if p.is_dir()):
        masks = _by_stem(images.with_name(MASKS))
        for path in sorted(p for p in images.iterdir() if _is_picture(p)):
            mask = _mask_of(path, masks)
            name = (images.parent.relative_to(folder) / path.stem).as_posix()
            if name in found:
                msg = f"{path} and {found[name].name} have one mask: rename one of them"
                raise InputError(msg)
            found[name] = _read_pair(path, mask, code or MaskCode(), channels)
    if not found:
        msg = f"no picture in {folder / IMAGES}: expected PNG, TIFF, JPEG or BMP"
        raise InputError(msg)
    return found


def _is_picture(path: Path) -> bool:
    # Names that begin with a point are notes of a file system, not pictures.
    return path.suffix.lower() in PICTURES and not path.name.startswith(".")


def _by_stem(folder: Path) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if _is_picture(path):
            found.setdefault(path.stem, []).append(path)
    return found


def _mask_of(path: Path, masks: Mapping[str, list[Path]]) -> Path:
    own = masks.get(path.stem, [])
    if len(own) != 1:
        folder = path.parent.with_name(MASKS)
        msg = f"{path} has {len(own)} masks in {folder}: give it one"
        raise InputError(msg)
    return own[0]


def _read_pair(
    path: Path, mask: Path, code: MaskCode, channels: Sequence[str]
) -> LabelledPicture:
    image, classes = _read_image(path, colour=len(channels) == 3), code.classes_of(mask)
    if image.shape[:2] != classes.shape:
        msg = f"{mask} is {classes.shape}, its picture {image.shape[:2]}: make one fit"
        raise InputError(msg)
    return LabelledPicture(
        name=str(path),
        image=image,
        mask=classes,
        columns=np.full((0, image.shape[0]), np.nan),
        curve_class=(),
    )


def _read_image(path: Path, *, colour: bool) -> Grey:
    _check_bands(path)
    flag = cv2.IMREAD_COLOR_RGB if colour else cv2.IMREAD_GRAYSCALE
    try:
        image = cv2.imread(str(path), flag)
    except cv2.error:  # larger than OpenCV reads
        image = None
    if image is None:
        msg = f"{path} cannot be read as a picture: is it damaged, or far too large?"
        raise InputError(msg)
    return np.asarray(image, dtype=np.uint8)


def _check_bands(path: Path) -> None:
    """Refuse pictures of which a part would be dropped: a fourth band, the low bits.

    Raises
    ------
    InputError
        If there are more than three bands and the fourth is not opacity throughout, or
        more than 8 bits a sample.
    """
    try:
        with Image.open(path) as stored:
            mode = stored.mode
    # What Pillow does not know OpenCV may; what neither knows is told there.
    except Exception:
        mode = "unknown"
    # Pillow takes the first three of a TIFF's bands for all of them.
    sure = path.suffix.lower() not in {".tif", ".tiff"} and not _is_deep_png(path)
    if mode in _PLAIN and sure:
        return
    try:
        whole = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return
    if whole is None:
        return
    if whole.dtype != np.uint8:
        msg = f"{path} has samples of {whole.dtype.itemsize * 8} bits: save it with 8"
        raise InputError(msg)
    bands = whole.shape[2] if whole.ndim == 3 else 1
    # A fourth band is opacity only in formats that have no other, and where it says so.
    opaque = mode == "RGBA" and whole[..., 3:].size and whole[..., 3].min() == 255
    if bands > 3 and not opaque:
        msg = (
            f"{path} has {bands} bands, of which three are read: save it as "
            "RGB, or each band that matters as grey"
        )
        raise InputError(msg)


def _is_deep_png(path: Path) -> bool:
    """Return whether a PNG has 16 bits a sample, which Pillow does not tell of RGB."""
    with path.open("rb") as stream:
        head = stream.read(25)
    return head[:4] == b"\x89PNG" and head[24:] == b"\x10"


class FolderData(PictureData):
    """Pictures and masks of folders, split at random by the seed.

    Parameters
    ----------
    folder
        One or several: see :func:`read_folder`.
    values, palette, names, ignore
        How the classes are written in the masks: see
        :class:`~veernet.synth.masks.MaskCode`.
    channels
        What the network takes: darkness, or red, green and blue.
    validation_share
        Of the pictures, or of the folders.
    split_by
        ``folders`` keeps the pictures of an ``images`` folder together: neighbouring
        tiles of one area are too alike to be validated on.
    seed, options
        Of :class:`~veernet.synth.pictures.PictureData`.

    Raises
    ------
    InputError
        See :func:`read_folder`; or if nothing is left to train or to validate on.
    """

    def __init__(
        self,
        folder: str | Path | Sequence[str | Path],
        values: Sequence[int] | None = None,
        *,
        palette: Sequence[str] | None = None,
        names: Sequence[str] | None = None,
        ignore: str | None = None,
        channels: Sequence[str] = DARKNESS,
        validation_share: float = 0.2,
        split_by: Literal["pictures", "folders"] = "pictures",
        seed: int = 0,
        **options: Any,  # noqa: ANN401 - passed on as they are
    ) -> None:
        code = MaskCode(
            names=None if names is None else tuple(names),
            palette=None if palette is None else tuple(palette),
            values=None if values is None else tuple(values),
            ignore=ignore,
        )
        folders = [folder] if isinstance(folder, (str, Path)) else list(folder)
        pictures = [
            picture
            for each in folders
            for picture in read_folder(
                Path(each), code=code, channels=channels
            ).values()
        ]
        train, held = _split(pictures, validation_share, split_by, seed)
        super().__init__(train, held, seed=seed, outside=IGNORE_INDEX, **options)
        self.channels = tuple(channels)
        self.train_pictures = tuple(train)
        self.validation_pictures = tuple(held)


def _split(
    pictures: Sequence[LabelledPicture], share: float, by: str, seed: int
) -> tuple[list[LabelledPicture], list[LabelledPicture]]:
    """Part pictures into those to train and those to validate on."""
    if by not in {"pictures", "folders"}:
        msg = f"split_by {by!r} is not known: use pictures or folders"
        raise InputError(msg)
    keys = [p.name if by == "pictures" else str(Path(p.name).parent) for p in pictures]
    groups = list(dict.fromkeys(keys))
    order = np.random.default_rng(seed).permutation(len(groups))
    count = round(share * len(groups))
    if not 0 < count < len(groups):
        msg = (
            f"{share:g} of {len(groups)} {by} is {count} to validate on: leave some "
            "for either part, by more of them or another validation_share"
        )
        raise InputError(msg)
    held = {groups[i] for i in order[:count]}
    # In the order that was drawn, so that a set is trained on as it always was.
    rank = {groups[i]: place for place, i in enumerate(order)}
    ranked = sorted(zip(keys, pictures, strict=True), key=lambda pair: rank[pair[0]])
    return (
        [picture for key, picture in ranked if key not in held],
        [picture for key, picture in ranked if key in held],
    )
