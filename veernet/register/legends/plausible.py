"""Whether a curve can be printed on the scale that was read for it.

Digits that run together and names that stand beside another curve's values make scales
that no log has: a gamma ray from 5 to 15, a resistivity up to ten million. The table
says what a curve of a mnemonic and a unit spans on paper, with room for odd prints.
"""

from __future__ import annotations

from dataclasses import dataclass

from veernet.register.legends.vocabulary import unit_in


@dataclass(frozen=True)
class Reach:
    """What a curve is printed on: values at the edges, and what lies between them."""

    least: float
    most: float
    span: tuple[float, float]


_POROSITY = {"PU": Reach(-60, 150, (5, 160)), "V/V": Reach(-0.6, 1.5, (0.05, 1.6))}
_RESISTIVITY = {
    "OHMM": Reach(0, 200_000, (0.5, 200_000)),
    "MMHO/M": Reach(-500, 20_000, (10, 20_000)),
}
_LENGTH = {
    "IN": Reach(-5, 80, (1, 80)),
    "MM": Reach(-100, 2000, (25, 2000)),
    "CM": Reach(-10, 200, (2, 200)),
}

REACHES: dict[str, dict[str, Reach]] = {
    "GR": {
        "GAPI": Reach(-50, 2000, (40, 2000)),
        "UGRAEQ/TON": Reach(0, 200, (2, 200)),
        "CPS": Reach(0, 10_000, (20, 10_000)),
    },
    "SP": {"MV": Reach(-1000, 1000, (20, 1000))},
    "CALI": _LENGTH,
    "DCAL": _LENGTH,
    "BS": _LENGTH,
    "DT": {
        "US/F": Reach(0, 500, (20, 500)),
        "US/M": Reach(0, 1600, (60, 1600)),
    },
    "NPHI": {**_POROSITY, "CPS": Reach(0, 20_000, (20, 20_000))},
    "DPHI": _POROSITY,
    "SPOR": _POROSITY,
    "RHOB": {"G/C3": Reach(0, 4, (0.2, 4)), "K/M3": Reach(0, 4000, (200, 4000))},
    "DRHO": {"G/C3": Reach(-2, 2, (0.1, 2)), "K/M3": Reach(-2000, 2000, (100, 2000))},
    "PEF": {"B/E": Reach(-1, 40, (1, 40))},
    **dict.fromkeys(("ILD", "ILM", "LL8", "SFL", "RES", "COND", "RWA"), _RESISTIVITY),
    "MNOR": _RESISTIVITY,
    "MINV": _RESISTIVITY,
}
"""By mnemonic and unit, from the prints of the public record that were looked at."""


def implausible(
    mnemonic: str, unit: str | None, left: float, right: float
) -> str | None:
    """Say why no log prints a curve so, None where one may or nothing is known.

    Parameters
    ----------
    mnemonic, unit
        As a LAS has them; the unit None where it was not read.
    left, right
        Values at the edges.

    Returns
    -------
    str
        A phrase for the note beside the suggestion.
    """
    if unit_in(mnemonic) is not None or mnemonic.isdigit():
        return f"{mnemonic} is a unit or a number, not the name of a curve"
    known = REACHES.get(mnemonic)
    if known is None:
        return None
    if unit is not None and unit not in known:
        return f"{mnemonic} is not measured in {unit}"
    reaches = [known[unit]] if unit is not None else list(known.values())
    low, high = sorted((left, right))
    fits = any(
        r.least <= low and high <= r.most and r.span[0] <= high - low <= r.span[1]
        for r in reaches
    )
    return None if fits else f"no log prints {mnemonic} from {left:g} to {right:g}"
