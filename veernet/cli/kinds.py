"""Values of a config against the kinds that what it calls takes.

``data.batch_size=abc`` is told before anything is made, in one line: the annotations of
what a ``_target_`` names say which kinds go.
"""

from __future__ import annotations

import collections.abc
import inspect
import types
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from omegaconf import DictConfig, ListConfig, OmegaConf

from veernet.errors import InputError

NAMES: dict[Any, str] = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "a text",
    Path: "a path",
    type(None): "null",
}
"""What may stand in a config, as a message names it."""

HELD_LISTS = (ListConfig, list, tuple)
"""As nodes of a config, and as what a resolver makes."""

LISTS = (list, tuple, collections.abc.Sequence)
MAPPINGS = (dict, collections.abc.Mapping)
UNIONS = (Union, types.UnionType)

TARGETS = ("_target_", "target")
"""Keys of what is called: by Hydra, and by a network that is made from its JSON."""

AS_WRITTEN = {"call.": "", "spec.architecture.": "model."}
"""Beginnings of keys in what is called, and as a user writes them."""


def check_kinds(config: object, key: str = "", every: Any = Any) -> None:  # noqa: ANN401
    """Refuse values of a config that are of no kind that what it calls takes.

    Parameters
    ----------
    config
        A node of Hydra's; what it calls is in its ``_target_``.
    key
        Where the node stands, with a dot behind it.
    every
        Kind of all its values, where it calls nothing.

    Raises
    ------
    InputError
        With the key, the value and what may be given.
    """
    if isinstance(config, ListConfig):
        for index, node in enumerate(config):
            check_kinds(node, f"{key}{index}.")
    if not isinstance(config, DictConfig):
        return
    hints = _hints(next((str(config[k]) for k in TARGETS if k in config), ""))
    for name in map(str, config):
        # What is missing is told by whoever needs it.
        if name in TARGETS or OmegaConf.is_missing(config, name):
            continue
        value, hint = config[name], hints.get(name, every)
        shown = f"{key}{name}."
        for called, written in AS_WRITTEN.items():
            if shown.startswith(called):
                shown = written + shown.removeprefix(called)
        wanted = "" if _fits(value, hint) else _choice(hint)
        if wanted:
            msg = f"{shown[:-1]}={value}: give {wanted}{_quoted(value, hint)}"
            raise InputError(msg)
        held = [get_args(one) for one in _parts(hint) if get_origin(one) in MAPPINGS]
        # ``Dict`` alone says nothing of what it holds.
        check_kinds(value, shown, held[0][1] if held and held[0] else Any)


def _hints(target: str) -> dict[str, Any]:
    """Return the kinds of the arguments of what a dotted path names."""
    from hydra.utils import get_object

    if not target:
        return {}
    try:
        called = get_object(target)
        called = called.__init__ if inspect.isclass(called) else called
        # Many modules import these for their annotations alone.
        return get_type_hints(called, localns=vars(collections.abc))
    # What has no annotations that can be read is judged when it is called.
    except Exception:
        return {}


def _parts(hint: Any) -> tuple[Any, ...]:  # noqa: ANN401 - an annotation
    """Return the kinds of which one will do."""
    return get_args(hint) if get_origin(hint) in UNIONS else (hint,)


def _fits(value: object, hint: Any) -> bool:  # noqa: ANN401 - an annotation
    """Return whether a value may be of a kind; what is called later may be of any."""
    origin, parts = get_origin(hint), get_args(hint)
    anything = hint in (Any, object)
    if anything or (isinstance(value, DictConfig) and "_target_" in value):
        return True
    if origin in UNIONS:
        return any(_fits(value, part) for part in parts)
    if origin is Literal:
        return value in parts
    if origin in LISTS:
        return isinstance(value, HELD_LISTS) and _fit_all(value, origin, parts)
    if origin in MAPPINGS:
        return isinstance(value, DictConfig | dict)
    if hint in (int, float):
        number = isinstance(value, (int, float) if hint is float else int)
        return number and not isinstance(value, bool) and value == value  # noqa: PLR0124
    if hint in NAMES:
        return isinstance(value, str if hint is Path else hint)
    # A part that is made of settings of its own.
    return isinstance(value, DictConfig) if inspect.isclass(hint) else True


def _fit_all(values: Any, origin: Any, parts: tuple[Any, ...]) -> bool:  # noqa: ANN401
    if not parts:
        return True
    if origin is tuple and parts[-1] is not Ellipsis:
        return len(values) == len(parts) and all(map(_fits, values, parts))
    return all(_fits(value, parts[0]) for value in values)


def _choice(hint: Any) -> str:  # noqa: ANN401 - an annotation
    """Return ``a number or null``: what of an annotation a config can hold."""
    names = dict.fromkeys(name for part in _parts(hint) for name in _named(part))
    for name, wider in ((NAMES[int], NAMES[float]), (NAMES[str], NAMES[Path])):
        if wider in names:
            names.pop(name, None)
    if not set(names) - {NAMES[type(None)]} and any(map(inspect.isclass, _parts(hint))):
        names = {"settings of its own": None, **names}
    return " or ".join(names)


def _named(hint: Any) -> list[str]:  # noqa: ANN401 - an annotation
    """Return the kinds of a part of an annotation as messages name them."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Literal:
        return [str(part) for part in parts]
    if origin in LISTS:
        return [_list_named(parts) if parts else "a list"]
    if origin in MAPPINGS:
        return ["a mapping"]
    return [NAMES[hint]] if hint in NAMES else []


def _list_named(parts: tuple[Any, ...]) -> str:
    """Return ``a list of 2, each a number``."""
    count = f" of {len(parts)}" if len(parts) > 1 and parts[-1] is not Ellipsis else ""
    each = _choice(parts[0])
    return f"a list{count}, each {each}" if each else f"a list{count}"


def _quoted(value: object, hint: Any) -> str:  # noqa: ANN401 - an annotation
    """Say how a number is written where it is to be a text."""
    if str in _parts(hint) and isinstance(value, (int, float)):
        return f": in quotes of its own, as in '\"{value}\"'"
    return ""
