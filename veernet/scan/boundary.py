"""The boundary to foreign decoders: what they raise, log and warn of.

A damaged file makes tifffile, Pillow and PDFium raise nearly any exception, and log or
warn of what they guessed. Here, and nowhere else, an exception becomes one line for the
user, and a remark becomes a note of the scan.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from veernet.errors import InputError

_LIBRARIES = ("tifffile", "PIL", "pypdfium2")
_OF_CODE = re.compile(r"^(?:<\w[\w.]* ?[^<>]*>)+ |<tifffile\.\w+ ([^<>]*)>")
"""Names of classes and places of the decoder, which tell a user nothing."""

_LONGEST = 200
"""Characters of a library's words that are passed on."""


@contextmanager
def refusing(where: str) -> Iterator[None]:
    """Turn whatever a decoder raises into an `InputError` that names the file.

    Parameters
    ----------
    where
        The file, and the page if there are several.
    """
    try:
        yield
    except InputError:
        raise
    except MemoryError as error:
        msg = f"{where}: does not fit into memory: cut it, or use a larger machine"
        raise InputError(msg) from error
    # No narrower: a flipped byte can raise struct.error, KeyError, TypeError ...
    except Exception as error:
        if isinstance(error, OSError) and error.strerror:
            msg = f"{where}: cannot be read: {error.strerror}"
        else:
            msg = (
                f"{where}: is damaged, or of a kind that is not read "
                f"({one_line(error)}): copy it again, or save it as a new TIFF"
            )
        raise InputError(msg) from error


@contextmanager
def listening() -> Iterator[list[str]]:
    """Collect what the libraries log and warn of, instead of printing it.

    Yields
    ------
    list of str
        Complete when the block ends; each remark once, in one line.
    """
    remarks: dict[str, None] = {}
    messages: list[str] = []
    ear = _Ear(remarks)
    loggers = [logging.getLogger(name) for name in _LIBRARIES]
    propagate = [logger.propagate for logger in loggers]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        for logger in loggers:
            logger.addHandler(ear)
            logger.propagate = False
        try:
            yield messages
        finally:
            for logger, before in zip(loggers, propagate, strict=True):
                logger.removeHandler(ear)
                logger.propagate = before
            remarks.update((one_line(warning.message), None) for warning in caught)
            messages.extend(f"the decoder says: {remark}" for remark in remarks)


def one_line(what: object) -> str:
    """Return the words of an exception or a remark in one line that is not too long."""
    text = " ".join(_OF_CODE.sub(r"\1", str(what)).split()) or type(what).__name__
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


class _Ear(logging.Handler):
    """Keeps the words of warnings and errors."""

    def __init__(self, remarks: dict[str, None]) -> None:
        super().__init__(logging.WARNING)
        self._remarks = remarks

    def emit(self, record: logging.LogRecord) -> None:
        self._remarks[one_line(record.getMessage())] = None
