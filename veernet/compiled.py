"""Functions compiled by numba, and kept compiled from run to run where that can be."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

from veernet.errors import Note

Function = TypeVar("Function", bound=Callable[..., Any])

UNKEPT = (
    "no folder for compiled code can be written, so each run compiles anew, which "
    "takes some 20 seconds: name one in NUMBA_CACHE_DIR"
)

_warned: list[str] = []
"""What this process has been told of already."""


def compiled(*, fastmath: set[str] | bool = False) -> Callable[[Function], Function]:
    """Compile a function when it is first called, without holding the GIL.

    What was compiled is kept beside the source, or in the user's cache. Where neither
    can be written (an installation that is read-only, in a container without a home)
    the function is compiled in each run, and a warning says so once.

    Parameters
    ----------
    fastmath
        What may be done to floating-point arithmetic, as numba has it.
    """

    def decorate(function: Function) -> Function:
        make: Any = functools.partial(numba.njit, nogil=True, fastmath=fastmath)
        try:
            made = make(function, cache=True)
        except RuntimeError as error:
            # What numba says where it finds no place; all else is a defect.
            if "locator" not in str(error):
                raise
            _note()
            return cast("Function", make(function))
        _let_fail(made)
        return cast("Function", made)

    return decorate


def _let_fail(made: Any) -> None:  # noqa: ANN401 - of numba, which has no types
    """Go on where compiled code cannot be written after all, as on a full disk."""
    cache = made._cache
    save = cache.save_overload

    def saved(signature: object, data: object) -> None:
        try:
            save(signature, data)
        except OSError:
            _note()

    cache.save_overload = saved


def _note() -> None:
    # Not left to Python: it forgets what it has told when filters of warnings change.
    if not _warned:
        _warned.append(UNKEPT)
        warnings.warn(UNKEPT, Note, stacklevel=1)
