"""Masks as people store them: class indices, grey values, or colours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from veernet.errors import InputError
from veernet.losses.inputs import IGNORE_INDEX
from veernet.records import Grey

HEX = re.compile(r"#[0-9a-fA-F]{6}")
LOSSY = {".jpg", ".jpeg"}


def parse_colour(text: str) -> tuple[int, int, int]:
    """Return red, green and blue, 0 to 255, of a colour written as #rrggbb.

    Raises
    ------
    InputError
        If it is written in another way.
    """
    if not HEX.fullmatch(text):
        msg = f"colour {text!r} is not written as '#rrggbb', such as '#3c1098'"
        raise InputError(msg)
    red, green, blue = (int(text[i : i + 2], 16) for i in (1, 3, 5))
    return red, green, blue


def format_colour(colour: Sequence[int]) -> str:
    """Write red, green and blue as #rrggbb."""
    return "#" + "".join(f"{int(part):02x}" for part in colour)


@dataclass(frozen=True)
class MaskCode:
    """How the classes are written in masks.

    Parameters
    ----------
    names
        Of the classes, in the order of their indices; None where nobody named them.
    palette
        Colour of each class as #rrggbb, for masks of colour.
    values
        Grey value of each class, for grey masks. Without either, the masks hold class
        indices, as grey values or as the indices of a picture with a colour table.
    ignore
        Name of the class that does not count: its pixels get ``IGNORE_INDEX``, and the
        classes after it move up by one.

    Raises
    ------
    InputError
        If a colour, a value or a name is given twice, the numbers of classes differ, or
        both colours and values are given.
    """

    names: tuple[str, ...] | None = None
    palette: tuple[str, ...] | None = None
    values: tuple[int, ...] | None = None
    ignore: str | None = None

    def __post_init__(self) -> None:
        if self.palette is not None and self.values is not None:
            msg = "both palette and values are given: masks hold colours or grey values"
            raise InputError(msg)
        for colour in self.palette or ():
            parse_colour(colour)
        for value in self.values or ():
            if not 0 <= value <= 255:
                msg = f"value {value} is no grey value: give 0 to 255"
                raise InputError(msg)
        written = self.palette or self.values
        for what, items in (("class", self.names), ("code", self._lower(written))):
            if items is not None and len(set(items)) < len(items):
                msg = f"a {what} is given twice in {list(items)}: keep one"
                raise InputError(msg)
        if self.names is not None and written and len(self.names) != len(written):
            msg = f"{len(self.names)} classes {list(self.names)}, but {list(written)}"
            raise InputError(msg)
        if self.ignore is not None and self.ignore not in (self.names or ()):
            msg = f"ignore {self.ignore!r} is not among the names {self.names}"
            raise InputError(msg)

    @staticmethod
    def _lower(codes: Sequence[str | int] | None) -> list[str] | None:
        return None if codes is None else [str(code).lower() for code in codes]

    def classes_of(self, path: Path) -> NDArray[np.int64]:
        """Read a mask, (rows, columns) class indices, ``IGNORE_INDEX`` among them.

        Raises
        ------
        InputError
            If the file is no picture, or a pixel is of no class: with the file, what
            the pixel holds and where it lies.
        """
        # The white of a bilevel mask is 1 as an index and 255 as a grey value.
        white = 255 if 255 in (self.values or ()) else 1
        codes = _read(path, colour=self.palette is not None, white=white)
        classes = self._decode(codes, path)
        if self.ignore is None or self.names is None:
            return classes
        index = self.names.index(self.ignore)
        moved = classes - (classes > index)
        return np.where(classes == index, IGNORE_INDEX, moved)

    def write(self, classes: NDArray[np.integer[Any]]) -> Image.Image:
        """Return the picture of a mask, (rows, columns) indices of ``names``, as coded.

        The counterpart of :meth:`classes_of` where no class is ignored.
        """
        if self.palette is not None:
            table = np.array([parse_colour(c) for c in self.palette], dtype=np.uint8)
        elif self.values is not None:
            table = np.array(self.values, dtype=np.uint8)
        else:
            table = np.arange(256, dtype=np.uint8)
        return Image.fromarray(table[classes])

    def _decode(self, codes: NDArray[np.int64], path: Path) -> NDArray[np.int64]:
        if self.palette is not None:
            known = [_pack(np.array(parse_colour(c))).item() for c in self.palette]
        elif self.values is not None:
            known = list(self.values)
        elif self.names is not None:
            known = list(range(len(self.names)))
        else:
            return codes
        order = np.argsort(known)
        ranked = np.array(known, dtype=np.int64)[order]
        place = np.minimum(np.searchsorted(ranked, codes), len(known) - 1)
        stray = ranked[place] != codes
        if stray.any():
            self._refuse(codes, stray, path)
        return np.asarray(order[place], dtype=np.int64)

    def _refuse(
        self, codes: NDArray[np.int64], stray: NDArray[np.bool_], path: Path
    ) -> None:
        row, column = (int(i) for i in np.argwhere(stray)[0])
        code, count = int(codes[row, column]), int(stray.sum())
        if self.palette is not None:
            held = f"the colour {format_colour(code.to_bytes(3, 'big'))}"
            known = f"the palette {', '.join(self.palette)}"
        elif self.values is not None:
            held, known = f"the value {code}", f"the values {list(self.values)}"
        else:
            held, known = f"the index {code}", f"the {len(self.names or ())} classes"
        msg = (
            f"{path} holds {held} at row {row}, column {column}, which is not in "
            f"{known} ({count} such pixels): {_advice(path)}"
        )
        raise InputError(msg)


def _advice(path: Path) -> str:
    """Say what likely went wrong with a mask that holds what no class is written as."""
    if path.suffix.lower() in LOSSY:
        return "JPEG blurs the edges of a mask; save masks as PNG, without smoothing"
    return (
        "a mask that was a JPEG, or was drawn or resized with smoothing, has mixtures "
        "at its edges; else add the class"
    )


def _pack(colours: NDArray[Any]) -> NDArray[np.int64]:
    """Return (..., 3) colours as one number each."""
    parts = colours.astype(np.int64)
    return np.asarray((parts[..., 0] << 16) | (parts[..., 1] << 8) | parts[..., 2])


def _read(path: Path, *, colour: bool, white: int) -> NDArray[np.int64]:
    """Return the numbers in a mask, (rows, columns): packed colours, or grey values."""
    try:
        with Image.open(path) as opened:
            image = ImageOps.exif_transpose(opened)
            if colour:
                return _pack(np.asarray(image.convert("RGB")))
            if image.mode == "1":
                return white * np.asarray(image).astype(np.int64)
            if image.mode == "LA":
                image = image.convert("L")
            if image.mode in {"RGB", "RGBA"}:
                return _grey_of(np.asarray(image.convert("RGB")), path)
            if image.mode not in {"L", "P", "I", "I;16", "I;16B"}:
                msg = (
                    f"{path} is a mask of mode {image.mode}, whose numbers are no "
                    "classes: save it as grey, indexed or RGB"
                )
                raise InputError(msg)
            # The numbers of a picture with a colour table are the indices, not the
            # greys of their colours: that is how index masks are often stored.
            return np.asarray(image).astype(np.int64)
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        msg = f"{path} cannot be read as a picture: is it damaged?"
        raise InputError(msg) from error


def _grey_of(colours: Grey, path: Path) -> NDArray[np.int64]:
    """Return the grey of (rows, columns, 3), refused where it is no grey."""
    tinted = (colours != colours[..., :1]).any(axis=-1)
    if tinted.any():
        row, column = (int(i) for i in np.argwhere(tinted)[0])
        found = format_colour(colours[row, column])
        msg = (
            f"{path} is a mask of colour ({found} at row {row}, column {column}): give "
            "the palette, a colour for each class"
        )
        raise InputError(msg)
    return colours[..., 0].astype(np.int64)
