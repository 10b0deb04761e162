"""Wrongs that stay well formed: parsers let them through, and what is behind sees them.

A file is taken apart, one thing in it is changed, and it is put together again; one
that cannot be taken apart, as it was wronged already, has a few bits changed.
"""

from __future__ import annotations

import copy
import datetime as dt
import io
import json
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from fault_campaign.mutate import Mutation, flip

ODD: tuple[Any, ...] = (
    *(None, True, "", " ", "Ω", "a\nb", "=1+1", "x" * 300, "NaN", "1,5", "1:30"),
    *(0, -1, 1, 1e308, -1e308, 1e-308, float("nan"), float("inf"), 10**40, 2**63),
    *([], {}, [1, 2], {"row": 1}, dt.date(2024, 1, 1), b"\0\xff"),
)
"""What may stand where something else belongs."""

FACTORS = (-1, 0, 1e-9, 0.001, 0.5, 1.0001, 2, 10, 1000, 1e9)
"""By which a number is multiplied."""


def _guarded(mutation: Mutation) -> Mutation:
    """Change a few bits where a file cannot be taken apart."""

    def mutated(data: bytes, rng: np.random.Generator) -> bytes:
        try:
            return mutation(data, rng)
        except Exception:
            return flip(data, rng)

    return mutated


def _otherwise(value: Any, rng: np.random.Generator) -> Any:  # noqa: ANN401
    """Return something odd, or a number times something."""
    if isinstance(value, int | float) and rng.random() < 0.5:
        return value * FACTORS[int(rng.integers(len(FACTORS)))]
    return ODD[int(rng.integers(len(ODD)))]


def _places(node: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401
    """Yield every container with each key or index in it."""
    keys = list(node) if isinstance(node, dict) else range(len(node))
    for key in keys:
        yield node, key
        if isinstance(node[key], dict | list):
            yield from _places(node[key])


def _edit_tree(tree: Any, rng: np.random.Generator) -> None:  # noqa: ANN401
    """Change one thing in nested lists and mappings."""
    places = list(_places(tree))
    node, key = places[int(rng.integers(len(places)))]
    deed = int(rng.integers(6))
    if deed == 0:
        del node[key]
    elif deed == 1:
        other, place = places[int(rng.integers(len(places)))]
        node[key] = copy.deepcopy(other[place])
    elif deed == 2 and isinstance(node, list):
        node.insert(key, copy.deepcopy(node[key]))
    elif deed == 3 and isinstance(node, list):
        node.reverse()
    elif deed == 4 and isinstance(node, dict):
        node[str(_otherwise(key, rng))] = node.pop(key)
    else:
        node[key] = _otherwise(node[key], rng)


def yaml_value(data: bytes, rng: np.random.Generator) -> bytes:
    """Change a value, a key or an entry of a YAML document."""
    tree = yaml.safe_load(data)
    _edit_tree(tree, rng)
    return str(yaml.safe_dump(tree, sort_keys=False)).encode()


def xml_value(data: bytes, rng: np.random.Generator) -> bytes:
    """Change a text or an attribute, or take, repeat or move an element."""
    root = ET.fromstring(data)
    parents = [node for node in root.iter() if len(node)]
    parent = parents[int(rng.integers(len(parents)))]
    place = int(rng.integers(len(parent)))
    child = parent[place]
    deed = int(rng.integers(5))
    odd = str(_otherwise(_number(child.text), rng)).replace("\0", "")
    if deed == 0:
        parent.remove(child)
    elif deed == 1:
        parent.insert(place, copy.deepcopy(child))
    elif deed == 2:
        parents[int(rng.integers(len(parents)))].append(copy.deepcopy(child))
    elif deed == 3 and child.attrib:
        names = sorted(child.attrib)
        child.set(names[int(rng.integers(len(names)))], odd)
    else:
        child.text = odd
    return bytes(ET.tostring(root))


def _number(text: str | None) -> float | str:
    try:
        return float(text or "")
    except ValueError:
        return text or ""


def las_value(data: bytes, rng: np.random.Generator) -> bytes:
    """Change one word of one line, and leave the columns as they are."""
    lines = data.decode().split("\n")
    filled = [k for k, line in enumerate(lines) if line.strip()]
    k = filled[int(rng.integers(len(filled)))]
    words = lines[k].split()
    word = int(rng.integers(len(words)))
    odd = str(_otherwise(_number(words[word]), rng)).replace("\n", " ")
    words[word] = odd.replace(" ", "_") or "-"
    lines[k] = " ".join(words)
    return "\n".join(lines).encode()


def parquet_value(data: bytes, rng: np.random.Generator) -> bytes:
    """Change cells, the kind, name or order of a column, or a word of the metadata."""
    table = pq.read_table(io.BytesIO(data))
    table.validate(full=True)  # writing one that is wrong already ends the process
    deeds = (_cells, _kind, _names, _rows, _metadata)
    table = deeds[int(rng.integers(len(deeds)))](table, rng)
    out = io.BytesIO()
    pq.write_table(table, out, compression="none")
    return out.getvalue()


def _cells(table: pa.Table, rng: np.random.Generator) -> pa.Table:
    """Change some cells of a column, where its kind takes what is put there."""
    at = int(rng.integers(table.num_columns))
    values = table.column(at).to_pylist()
    first = int(rng.integers(len(values)))
    for k in range(first, min(len(values), first + int(rng.choice([1, 1, 30])))):
        values[k] = _otherwise(values[k], rng)
    kept = pa.array(values, table.schema.field(at).type)
    return table.set_column(at, table.schema.field(at).name, kept)


def _kind(table: pa.Table, rng: np.random.Generator) -> pa.Table:
    at = int(rng.integers(table.num_columns))
    kinds = (pa.string(), pa.float32(), pa.int64(), pa.bool_(), pa.binary(), pa.null())
    column = table.column(at)
    kind = kinds[int(rng.integers(len(kinds)))]
    cast = pa.nulls(len(column)) if kind == pa.null() else column.cast(kind)
    return table.set_column(at, table.schema.field(at).name, cast)


def _names(table: pa.Table, rng: np.random.Generator) -> pa.Table:
    names = list(table.column_names)
    at, other = rng.integers(len(names), size=2)
    deed = int(rng.integers(3))
    if deed == 0:
        return table.drop_columns([names[at]])
    if deed == 1:
        names[at], names[other] = names[other], names[at]
    else:
        names[at] = str(_otherwise(names[at], rng))
    return table.rename_columns(names)


def _rows(table: pa.Table, rng: np.random.Generator) -> pa.Table:
    deed = int(rng.integers(4))
    if deed == 0:
        return table.take(rng.permutation(table.num_rows))
    if deed == 1:
        return table.slice(int(rng.integers(table.num_rows)), 1)
    if deed == 2:
        return table.slice(0, 0)
    start = int(rng.integers(table.num_rows))
    return pa.concat_tables([table.slice(0, start), table.slice(start + 9)])


def _metadata(table: pa.Table, rng: np.random.Generator) -> pa.Table:
    known = dict(table.schema.metadata or {})
    name = sorted(known)[int(rng.integers(len(known)))]
    try:
        tree = {"": json.loads(known[name])}
        _edit_tree(tree, rng)
        known[name] = json.dumps(tree.get("")).encode()
    except (ValueError, TypeError):
        known[name] = str(_otherwise(known[name].decode(), rng)).encode()
    return table.replace_schema_metadata(known)


def image_value(data: bytes, rng: np.random.Generator) -> bytes:
    """Change a tag of a TIFF, or a chunk of a PNG whose checksum is made right."""
    if data[:4] == b"II*\0":
        return _tag(data, rng)
    if data[:4] == b"\x89PNG":
        return _chunk(data, rng)
    return flip(data, rng)


def _tag(data: bytes, rng: np.random.Generator) -> bytes:
    out = bytearray(data)
    (at,) = struct.unpack_from("<I", out, 4)
    (count,) = struct.unpack_from("<H", out, at)
    entry = at + 2 + 12 * int(rng.integers(count))
    odd = (0, 1, 2, 3, 7, 8, 16, 255, 32773, 65535, 2**31, 2**32 - 1)
    field, size = ((0, "<H"), (2, "<H"), (4, "<I"), (8, "<I"))[int(rng.integers(4))]
    value = odd[int(rng.integers(len(odd)))]
    struct.pack_into(size, out, entry + field, value & (65535 if size == "<H" else -1))
    return bytes(out)


def _chunk(data: bytes, rng: np.random.Generator) -> bytes:
    chunks, at = [], 8
    while at < len(data):
        (size,) = struct.unpack_from(">I", data, at)
        chunks.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + size]))
        at += size + 12
    k = int(rng.integers(len(chunks)))
    name, body = chunks[k]
    deed = int(rng.integers(4))
    if deed == 0:
        del chunks[k]
    elif deed == 1:
        chunks.insert(k, chunks[k])
    else:
        chunks[k] = name, flip(body, rng) if body else b"\1"
    out = data[:8]
    for name, body in chunks:
        check = struct.pack(">I", zlib.crc32(name + body))
        out += struct.pack(">I", len(body)) + name + body + check
    return out


FORMED: dict[str, Callable[[bytes, np.random.Generator], bytes]] = {
    "YAML": _guarded(yaml_value),
    "XML": _guarded(xml_value),
    "LAS": _guarded(las_value),
    "Parquet": _guarded(parquet_value),
    "image": _guarded(image_value),
}
"""For each kind of file."""
