"""What curves are, in words: the descriptions that a LAS gives its mnemonics."""

from __future__ import annotations

import re

DESCRIPTIONS: dict[str, str] = {
    "GR": "Gamma ray",
    "CGR": "Gamma ray without uranium",
    "SGR": "Spectral gamma ray, total",
    "POTA": "Potassium",
    "THOR": "Thorium",
    "URAN": "Uranium",
    "SP": "Spontaneous potential",
    "CALI": "Caliper",
    "CAL": "Caliper",
    "HCAL": "Caliper",
    "DCAL": "Differential caliper",
    "BS": "Bit size",
    "DT": "Sonic transit time",
    "DTC": "Sonic transit time, compressional",
    "DTS": "Sonic transit time, shear",
    "SPOR": "Sonic porosity",
    "SPHI": "Sonic porosity",
    "NPHI": "Neutron porosity",
    "TNPH": "Thermal neutron porosity",
    "NPOR": "Neutron porosity",
    "DPHI": "Density porosity",
    "DPOR": "Density porosity",
    "RHOB": "Bulk density",
    "RHOZ": "Bulk density",
    "DRHO": "Density correction",
    "PEF": "Photoelectric factor",
    "PE": "Photoelectric factor",
    "TENS": "Cable tension",
    "LTEN": "Line tension",
    "TTEN": "Total tension",
    "RWA": "Apparent water resistivity",
    "ILD": "Deep induction resistivity",
    "ILM": "Medium induction resistivity",
    "CILD": "Deep induction conductivity",
    "LL8": "Laterolog 8 resistivity",
    "LLD": "Deep laterolog resistivity",
    "LLS": "Shallow laterolog resistivity",
    "MSFL": "Micro spherically focused resistivity",
    "SFL": "Spherically focused resistivity",
    "SFLU": "Spherically focused resistivity",
    "MNOR": "Micro normal resistivity",
    "MINV": "Micro inverse resistivity",
    "NEUT": "Neutron counts",
    "RES": "Resistivity",
    "COND": "Conductivity",
}
"""By the mnemonic of the field; what `standard_of` gives is in it or in `_MADE`."""

_MADE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"N(10|16|18|38|64)"), "Normal resistivity, spacing {} in"),
    (re.compile(r"RT(\d{2,3})"), "Array resistivity, depth of investigation {} in"),
    (re.compile(r"CT(\d{2,3})"), "Array conductivity, depth of investigation {} in"),
    (re.compile(r"LAT(\d{2})"), "Lateral resistivity, spacing {} in the header's unit"),
)
"""Mnemonics that carry a number, and what it is."""


def describe(mnemonic: str) -> str | None:
    """Return what a curve is in words, None where the vocabulary has no such mnemonic.

    The word before an underscore is looked up where the whole is not known: GR_EDTC is
    a gamma ray.
    """
    upper = mnemonic.strip().upper()
    for name in dict.fromkeys((upper, upper.split("_")[0])):
        if name in DESCRIPTIONS:
            return DESCRIPTIONS[name]
        for pattern, words in _MADE:
            made = pattern.fullmatch(name)
            if made:
                return words.format(made[1])
    return None
