"""What is measured: the sets of ``configs/benchmark.yaml``, frozen and hashed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from benchmark.bars import Bar
from veernet.errors import InputError
from veernet.synth.curves import Manner
from veernet.synth.dataset import Stream
from veernet.synth.degrade import Scanner
from veernet.synth.recipe import Recipe

CONFIG = Path(__file__).resolve().parents[2] / "configs" / "benchmark.yaml"

OWN = "own:"
"""Before the path of a file that lies beside this one."""

TWO_CURVES = "two curves"
"""The set that a release is scored on."""

COMMON = frozenset({"name", "about", "bars", "times_better"})

KEYS: dict[str, frozenset[str]] = {
    "generated": COMMON
    | {
        *("count", "seed", "recipe", "parts", "peers", "perfect_network"),
    },
    "plots": COMMON | {"files"},
    "identities": COMMON | {"registration", "from", "to", "below", "offset", "factor"},
    "pairs": COMMON | {"offset", "first", "second", "curves"},
    "all_pairs": COMMON,
    "real_plots": COMMON | {"folder", "variants", "levels"},
    "stability": COMMON | {"sections", "noise", "seed"},
    "engines": COMMON | {"sections"},
    "speed": COMMON | {"registration"},
}
"""What may be said of a set of each kind."""


@dataclass(frozen=True, kw_only=True)
class Definition:
    """What every set has: a name, what it is about, and its bars.

    Of same-style crossings the issue asks that the best baseline be so many
    ``times_better`` beaten.
    """

    name: str
    about: str
    bars: tuple[Bar, ...] = ()
    times_better: float | None = None


@dataclass(frozen=True, kw_only=True)
class GeneratedSet(Definition):
    """Strips from a stream of draws; strip i takes the i-th recipe, round and round.

    ``peers`` says whether programs that read one curve are tried, ``perfect_network``
    whether the tool is also shown evidence that is drawn from the truth.
    """

    count: int
    seed: int
    recipes: tuple[Recipe, ...]
    stream: Stream = "test"
    peers: bool = False
    perfect_network: bool = False


@dataclass(frozen=True, kw_only=True)
class PlotSet(Definition):
    """Pictures drawn from vectors, each with registration and truth beside it."""

    files: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class IdentitySet(Definition):
    """A curve that was printed from another: ``factor * (source - offset)``.

    Compared where the source is below a limit, everywhere if there is none.
    """

    registration: str
    source: str
    result: str
    offset: float
    factor: float
    below: float | None = None


@dataclass(frozen=True)
class PairedCurve:
    """A curve that two sections show, and the depths between which both do."""

    curve: str
    start: float | None = None
    stop: float | None = None


@dataclass(frozen=True, kw_only=True)
class PairSet(Definition):
    """Two readings of one log; the depth offset is sought within so many feet."""

    first: str
    second: str
    offset: float
    curves: tuple[PairedCurve, ...]


@dataclass(frozen=True, kw_only=True)
class AllPairsSet(Definition):
    """What is asked of all pairs together; nothing is read for it."""


@dataclass(frozen=True, kw_only=True)
class RealPlotSet(Definition):
    """Plots of real logs in several variants, with exact truth at even depths.

    Parameters
    ----------
    folder
        Holds CASE.truth.csv, and CASE_VARIANT.yaml beside its picture.
    variants
        The first of them shows the page straight, as the truth has it.
    levels
        How hard a case is, by how its name begins.
    """

    folder: str
    variants: tuple[str, ...]
    levels: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class StabilitySet(Definition):
    """Sections that are traced again from maps with noise of so many levels of 255."""

    sections: tuple[str, ...]
    noise: int
    seed: int


@dataclass(frozen=True, kw_only=True)
class EnginesSet(Definition):
    """Sections that are read with every engine on a processor."""

    sections: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SpeedSet(Definition):
    """The whole command on one section."""

    registration: str


AnySet = (
    GeneratedSet
    | PlotSet
    | RealPlotSet
    | IdentitySet
    | PairSet
    | AllPairsSet
    | StabilitySet
    | EnginesSet
    | SpeedSet
)


def read_definitions(path: Path = CONFIG) -> tuple[AnySet, ...]:
    """Read the sets, in the order of the file.

    Raises
    ------
    InputError
        If a set is not what it should be, or two have one name.
    """
    document = yaml.safe_load(path.read_text("utf-8"))
    readers: dict[str, Callable[[Mapping[str, Any]], AnySet]] = {
        "generated": lambda given: _generated(given, document["strip"]),
        "plots": lambda given: PlotSet(**_plain(given)),
        "real_plots": lambda given: RealPlotSet(**_plain(given)),
        "identities": _identity,
        "pairs": _pair,
        "all_pairs": lambda given: AllPairsSet(**_plain(given)),
        "stability": lambda given: StabilitySet(**_plain(given)),
        "engines": lambda given: EnginesSet(**_plain(given)),
        "speed": lambda given: SpeedSet(**_plain(given)),
    }
    found: list[AnySet] = []
    _refuse_unknown(str(path), document, {*readers, "strip"})
    for kind, reader in readers.items():
        for given in document.get(kind, ()):
            where = f"{path}: set {given.get('name')!r} of {kind}"
            _refuse_unknown(where, given, KEYS[kind])
            try:
                found.append(reader(given))
            except (KeyError, TypeError) as error:
                msg = f"{where}: {error}"
                raise InputError(msg) from error
    names = [each.name for each in found]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        msg = f"{path}: {', '.join(twice)}: each set needs a name of its own"
        raise InputError(msg)
    return tuple(found)


def generated_set(name: str, path: Path = CONFIG) -> GeneratedSet:
    """Return a set of strips by its name."""
    for each in read_definitions(path):
        if each.name == name and isinstance(each, GeneratedSet):
            return each
    msg = f"{path} has no generated set {name!r}"
    raise InputError(msg)


def recipe_from(fields: Mapping[str, Any]) -> Recipe:
    """Make a recipe of plain fields, lists becoming tuples."""
    given = {key: _frozen(value) for key, value in fields.items()}
    for key, kind in (("scanner", Scanner), ("manner", Manner)):
        if key in given:
            given[key] = kind(**{k: _frozen(v) for k, v in given[key].items()})
    return Recipe(**given)


def _refuse_unknown(where: str, given: Mapping[str, Any], known: Iterable[str]) -> None:
    """Refuse what nobody reads: a misspelt bar would be no bar."""
    if unknown := sorted(set(given) - set(known)):
        msg = (
            f"{where}: {', '.join(unknown)}: not known: use {', '.join(sorted(known))}"
        )
        raise InputError(msg)


def _common(given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": given["name"],
        "about": given["about"],
        "bars": tuple(Bar(**bar) for bar in given.get("bars", ())),
        "times_better": given.get("times_better"),
    }


def _plain(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a set whose keys are those of its class."""
    own = {key: _frozen(value) for key, value in given.items() if key not in COMMON}
    return {**_common(given), **own}


def _generated(given: Mapping[str, Any], strip: Mapping[str, Any]) -> GeneratedSet:
    base = {**strip, **given.get("recipe", {})}
    parts = given.get("parts", [{}])
    return GeneratedSet(
        **_common(given),
        count=given["count"],
        seed=given["seed"],
        recipes=tuple(recipe_from({**base, **part}) for part in parts),
        peers=given.get("peers", False),
        perfect_network=given.get("perfect_network", False),
    )


def _identity(given: Mapping[str, Any]) -> IdentitySet:
    same = ("registration", "offset", "factor")
    return IdentitySet(
        **_common(given),
        **{key: given[key] for key in same},
        source=given["from"],
        result=given["to"],
        below=given.get("below"),
    )


def _pair(given: Mapping[str, Any]) -> PairSet:
    return PairSet(
        **_common(given),
        first=given["first"],
        second=given["second"],
        offset=given["offset"],
        curves=tuple(
            PairedCurve(each["curve"], each.get("from"), each.get("to"))
            for each in given["curves"]
        ),
    )


def _frozen(value: Any) -> Any:  # noqa: ANN401 - whatever a YAML file may hold
    return tuple(_frozen(v) for v in value) if isinstance(value, list) else value
