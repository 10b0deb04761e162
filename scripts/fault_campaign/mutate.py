"""Small wrongs done to files, the same for the same seed."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

Mutation = Callable[[bytes, np.random.Generator], bytes]

ODD = [
    *(b"", b"0", b"-1", b"1e308", b"1e-308", b"nan", b"inf", b"-inf", b"9" * 40),
    *(b"null", b"~", b"[]", b"{}", b"&a", b"*a", b"!!x", b"'", b'"', b"\t", b"%"),
    *(b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\r", b"<", b"&lt;", b"]]>", b"true"),
    *(b'"\\UFFFFFFFF"', b"0x10", b"1_000", b"1:30", b"2024-01-01", "Ω".encode()),
]
"""What may stand where something else belongs."""

_TOKEN = re.compile(rb"[^\s:,<>\"'=\[\]{}|]+")


def flip(data: bytes, rng: np.random.Generator) -> bytes:
    """Change a few bits, most of them near the beginning, where headers are."""
    out = bytearray(data)
    for _ in range(rng.integers(1, 9)):
        place = int(len(out) * rng.random() ** 3)
        out[place] ^= 1 << int(rng.integers(8))
    return bytes(out)


def cut(data: bytes, rng: np.random.Generator) -> bytes:
    """End the file early."""
    return data[: int(rng.integers(len(data)))]


def remove(data: bytes, rng: np.random.Generator) -> bytes:
    """Take some bytes out."""
    start = int(rng.integers(len(data)))
    return data[:start] + data[start + int(rng.integers(1, 400)) :]


def repeat(data: bytes, rng: np.random.Generator) -> bytes:
    """Write some bytes twice or many times."""
    start = int(rng.integers(len(data)))
    piece = data[start : start + int(rng.integers(1, 200))]
    return data[:start] + piece * int(rng.choice([2, 3, 50])) + data[start:]


def replace(data: bytes, rng: np.random.Generator) -> bytes:
    """Put something odd in the place of a word or a number."""
    found = list(_TOKEN.finditer(data[:100_000]))
    if not found:
        return flip(data, rng)
    token = found[int(rng.integers(len(found)))]
    odd = ODD[int(rng.integers(len(ODD)))]
    return data[: token.start()] + odd + data[token.end() :]


def swap_lines(data: bytes, rng: np.random.Generator) -> bytes:
    """Exchange two lines."""
    lines = data.split(b"\n")
    a, b = rng.integers(len(lines), size=2)
    lines[a], lines[b] = lines[b], lines[a]
    return b"\n".join(lines)


def overwrite(data: bytes, rng: np.random.Generator) -> bytes:
    """Put 0, ones or noise over a stretch."""
    out = bytearray(data)
    start = int(len(out) * rng.random() ** 3)
    stop = min(len(out), start + int(rng.integers(1, 64)))
    kind = int(rng.integers(3))
    noise = rng.bytes(stop - start)
    out[start:stop] = [b"\0" * len(noise), b"\xff" * len(noise), noise][kind]
    return bytes(out)


BINARY: tuple[Mutation, ...] = (flip, cut, remove, repeat, overwrite)
TEXT: tuple[Mutation, ...] = (replace, replace, swap_lines, remove, repeat, cut, flip)
