"""Letters that a LAS cannot hold: their nearest in ASCII, and what was replaced."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

LETTERS = str.maketrans(
    {
        "µ": "u",
        "μ": "u",
        "°": "deg",
        "Ø": "O",
        "ø": "o",
        "Æ": "AE",
        "æ": "ae",
        "ß": "ss",
    }
    | {"Ð": "D", "ð": "d", "Ł": "L", "ł": "l", "\N{EN DASH}": "-", "Ω": "ohm"}
)


def one_line(text: str) -> str:
    """One line of plain letters: the nearest, or a question mark where none is near."""
    plain = unicodedata.normalize("NFKD", text.translate(LETTERS))
    kept = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(kept.encode("ascii", "replace").decode("ascii").split())


def replaced(texts: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Say which letters of some texts a LAS cannot hold, one by one.

    Parameters
    ----------
    texts
        What each is called, and the text.

    Returns
    -------
    tuple of str
        A sentence for each text with such letters: ``FLD 'Åsgard' is written 'Asgard'
        in the LAS, which is ASCII: Å as A``.
    """
    notes: dict[str, None] = {}
    for name, text in texts:
        strange = dict.fromkeys(letter for letter in text if not letter.isascii())
        if strange:
            replacements = ", ".join(
                f"{s} as {one_line(s) or 'nothing'}" for s in strange
            )
            short = " ".join(text.split())
            note = f"{name} {short!r} is written {one_line(text)!r} in the LAS, "
            notes[f"{note}which is ASCII: {replacements}"] = None
    return tuple(notes)
