"""What the sections of a registration share, written once.

A file of several sections may begin with a document that is no section: it holds keys
that all of them have, as the image and the well, and under ``edges`` the edges of
tracks by a name. A track that says ``edges: NAME`` has these; its own ``shift`` is
added to theirs. Resolving works on the nodes of the file, so that an error in a shared
value names the line where it is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from veernet.axes import Edge
from veernet.yamldoc import Entry

EDGES = "edges"
SHARED = ("image", "page", "step", "null_value", "well", EDGES)
"""Keys of a document that is no section."""

SECTION_ONLY = {"depth", "tracks", "section"}

_EDGE_KEYS = ("left", "right", "width", "shift")


def resolve(documents: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return the sections of a file, each with what it shares with the others.

    Parameters
    ----------
    documents
        Of a file, in its order.

    Returns
    -------
    tuple of Entry
        The first document is left out where it is no section.

    Raises
    ------
    InputError
        If a name of edges is not given, or a shared document has another key.
    """
    common: dict[str, Entry] = {}
    sections = list(documents)
    if len(documents) > 1 and _is_shared(documents[0]):
        common = documents[0].mapping(required=(), optional=SHARED)
        sections = sections[1:]
    return tuple(_resolved(document, common) for document in sections)


def shared_edges(documents: Sequence[Entry]) -> list[Entry]:
    """Return the named edges of a file, whether a track has them or not."""
    found: list[Entry] = []
    for document in documents:
        if isinstance(document.node, yaml.MappingNode):
            edges = document.fields().get(EDGES)
            found += [] if edges is None else edges.fields().values()
    return found


def moved(edge: Edge, by: float) -> Edge:
    """Return an edge so many columns further right, to a millionth of a column."""
    return Edge(edge.rows, tuple(round(column + by, 6) for column in edge.columns))


def _is_shared(document: Entry) -> bool:
    return isinstance(document.node, yaml.MappingNode) and not (
        document.fields().keys() & SECTION_ONLY
    )


def _resolved(document: Entry, common: Mapping[str, Entry]) -> Entry:
    """Return a section with the keys that it shares and does not have itself."""
    if not isinstance(document.node, yaml.MappingNode):
        return document
    own = document.fields()
    named: dict[str, Entry] = {}
    for holder in (common, own):
        if EDGES in holder:
            named |= holder[EDGES].fields()
    pairs = []
    for key, value in document.node.value:
        if key.value == "well" and "well" in common:
            pairs.append((key, _joined(value, common["well"].node)))
        elif key.value == "tracks":
            pairs.append((key, _tracks(own["tracks"], named)))
        elif key.value != EDGES:
            pairs.append((key, value))
    for name, entry in common.items():
        if name not in own and name != EDGES:
            pairs.append((_word(name, entry.node), entry.node))
    return Entry(document.file, "", _like(document.node, pairs), document.line)


def _tracks(tracks: Entry, named: Mapping[str, Entry]) -> yaml.Node:
    """Return the list of tracks with the edges that they name."""
    if not isinstance(tracks.node, yaml.SequenceNode):
        return tracks.node
    nodes = []
    for entry in tracks.items() if tracks.node.value else ():
        if isinstance(entry.node, yaml.MappingNode) and EDGES in entry.fields():
            nodes.append(_track(entry, named))
        else:
            nodes.append(entry.node)
    node = tracks.node
    return yaml.SequenceNode(node.tag, nodes, node.start_mark, node.end_mark)


def _track(track: Entry, named: Mapping[str, Entry]) -> yaml.Node:
    own = track.fields()
    name = own[EDGES].name()
    if name not in named:
        known = ", ".join(named) or "none"
        own[EDGES].refuse(f"no edges are named {name!r}: given are {known}")
    edges = named[name].mapping(required=("left",), optional=_EDGE_KEYS)
    for key in ("left", "right", "width"):
        if key in own:
            own[key].refuse(f"{key} is that of the edges {name!r}: keep one of the two")
    pairs = [pair for pair in track.node.value if pair[0].value not in (EDGES, "shift")]
    shifts = [holder["shift"] for holder in (own, edges) if "shift" in holder]
    if shifts:
        total = f"{sum(shift.number() for shift in shifts):.10g}"
        pairs.append((_word("shift", shifts[0].node), _word(total, shifts[0].node)))
    pairs += [
        (_word(key, entry.node), entry.node)
        for key, entry in edges.items()
        if key != "shift"
    ]
    return _like(track.node, pairs)


def _joined(own: yaml.Node, common: yaml.Node) -> yaml.Node:
    """Return a mapping with the keys of another that it does not have."""
    if not isinstance(own, yaml.MappingNode) or not isinstance(
        common, yaml.MappingNode
    ):
        return own
    known = {key.value for key, _ in own.value}
    more = [pair for pair in common.value if pair[0].value not in known]
    return _like(own, [*own.value, *more])


def _word(text: str, beside: yaml.Node) -> yaml.ScalarNode:
    """Return a plain word or number that stands where another node does."""
    kind = "float" if text[-1].isdigit() else "str"
    tag = f"tag:yaml.org,2002:{kind}"
    return yaml.ScalarNode(tag, text, beside.start_mark, beside.end_mark)


def _like(node: yaml.Node, pairs: list[tuple[yaml.Node, yaml.Node]]) -> yaml.Node:
    return yaml.MappingNode(node.tag, pairs, node.start_mark, node.end_mark)


def plain_documents(documents: Sequence[Entry]) -> list[Any]:
    """Return resolved documents as plain values, complete or not."""
    return [yaml.SafeLoader("").construct_document(d.node) for d in resolve(documents)]
