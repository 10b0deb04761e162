"""What sections share is written once, read, and written again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import yaml

from veernet.axes import Edge
from veernet.errors import InputError
from veernet.records import Registration
from veernet.register.heading.heading import WellField
from veernet.registration import registrations_in, to_yaml
from veernet.review.findings import of_well
from veernet.review.regdoc import document_of, filled, registration_of, residuals
from veernet.yamldoc import documents_in
from veernet.yamlshared import plain_documents

FILE = Path("reg.yaml")

SECTION = """\
section: {name}
depth:
  unit: ft
  points: [{{row: {top}, depth: 100}}, {{row: {bottom}, depth: 200}}]
tracks:
  - name: T1
    edges: T1
    divisions: 10
    curves:
      - {{mnemonic: GR, unit: GAPI, left: 0, right: 150, scale: linear}}
  - name: T2
    left: 700
    width: 500
    curves:
      - {{mnemonic: DT, unit: US/F, left: 140, right: 40, scale: linear}}
"""

COMMON = """\
image: scan.tif
step: 0.25
well: {WELL: A-1, FLD: WILDCAT}
edges:
  T1:
    left: [{row: 0, column: 10.2}, {row: 900, column: 14}]
    width: 500.1
    shift: -1
---
"""

TWO = (
    COMMON
    + SECTION.format(name="main", top=10, bottom=400)
    + "---\n"
    + SECTION.format(name="repeat", top=500, bottom=900)
)


def read(text: str) -> tuple[Registration, ...]:
    return registrations_in(text.encode(), FILE)


def test_sections_have_what_stands_before_them() -> None:
    main, repeat = read(TWO)
    assert (main.section, repeat.section) == ("main", "repeat")
    for one in (main, repeat):
        assert (one.image, one.step) == ("scan.tif", 0.25)
        assert one.well == {"WELL": "A-1", "FLD": "WILDCAT"}
        assert one.tracks[0].left == Edge((0.0, 900.0), (9.2, 13.0))
        assert one.tracks[0].right == Edge((0.0, 900.0), (509.3, 513.1))
        assert one.tracks[1].right == Edge((0.0,), (1200.0,))
        assert one.tracks[0].divisions == 10


def test_a_section_may_differ_from_the_others() -> None:
    own = "step: 0.5\nwell: {FLD: OTHER, RUN: ONE}\nsection: repeat"
    _, repeat = read(TWO.replace("section: repeat", own))
    assert repeat.step == 0.5
    assert repeat.well == {"FLD": "OTHER", "RUN": "ONE", "WELL": "A-1"}
    moved = TWO.replace("    edges: T1\n", "    edges: T1\n    shift: 3\n", 1)
    main, repeat = read(moved)
    assert main.tracks[0].left.columns == (12.2, 16.0)
    assert repeat.tracks[0].left.columns == (9.2, 13.0)


def test_one_section_may_name_its_edges() -> None:
    text = "edges: {A: {left: 1, right: 9}}\n" + SECTION.format(
        name="main", top=1, bottom=9
    ).replace("edges: T1", "edges: A")
    (main,) = read(text)
    assert main.tracks[0].right.columns == (9.0,)


def test_shift_moves_both_edges_of_any_track() -> None:
    text = SECTION.format(name="main", top=1, bottom=9).replace(
        "    edges: T1\n", "    left: 5\n    right: 50\n    shift: 2.5\n"
    )
    (main,) = read(text)
    assert (main.tracks[0].left.columns, main.tracks[0].right.columns) == (
        (7.5,),
        (52.5,),
    )


def test_the_section_of_a_name_is_read_with_what_it_shares() -> None:
    (repeat,) = registrations_in(TWO.encode(), FILE, "repeat")
    assert repeat.tracks[0].left.columns == (9.2, 13.0)


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        (
            "edges: T1\n",
            "edges: T9\n",
            r"line 16: tracks\[0\].edges: no edges are named",
        ),
        ("width: 500.1", "width: -5", r"line 7: edges.T1.width: -5 must be above 0"),
        ("width: 500.1", "wide: 5", r"line 7: edges.T1.wide: .* did you mean width"),
        ("    width: 500.1\n", "", "line 5: edges.T1: the key right is missing"),
        ("column: 14", "column: x", r"line 6: edges.T1.left\[1\].column: 'x' is not"),
        ("step: 0.25", "scale: 2", "line 2: scale: the key 'scale' is not known here"),
        ("step: 0.25", "step: 0", "step: 0 must be above 0"),
        ("shift: -1", "shift: left", "edges.T1.shift: 'left' is not a finite decimal"),
        (
            "    edges: T1\n",
            "    edges: T1\n    left: 3\n",
            r"left: left is that of the edges 'T1': keep one of the two",
        ),
        (
            "    width: 500\n",
            "    width: 500\n    right: 9\n",
            r"tracks\[1\].width: the right edge is given too",
        ),
        ("    width: 500\n", "", r"tracks\[1\]: the key right is missing: add it, or"),
    ],
)
def test_a_mistake_in_what_is_shared_is_named(
    right: str, wrong: str, message: str
) -> None:
    assert right in TWO
    with pytest.raises(InputError, match=message):
        read(TWO.replace(right, wrong, 1))


def test_a_mistake_in_edges_that_nothing_uses_is_named() -> None:
    unused = "edges:\n  T7: {left: 9, right: a}\n"
    with pytest.raises(InputError, match=r"line 5: edges.T7.right: 'a' is not a"):
        read(TWO.replace("edges:\n", unused, 1))


def test_two_tracks_that_name_the_same_edges_overlap_as_before() -> None:
    text = TWO.replace("    left: 700\n    width: 500\n", "    edges: T1\n")
    main, _ = read(text)
    assert main.tracks[0].left == main.tracks[1].left


def test_what_is_shared_is_written_once_and_read_again() -> None:
    sections = read(TWO)
    text = to_yaml(*sections)
    assert read(text) == sections
    common, main, _ = yaml.safe_load_all(text)
    assert common["edges"]["T1"]["width"] == 500.1
    assert common["well"]["WELL"] == "A-1"
    assert main["tracks"][0]["edges"] == "T1"
    assert text.count("image:") == text.count("500.1") == 1


@pytest.mark.parametrize("seed", range(20))
def test_any_registrations_come_back(seed: int) -> None:
    rng = np.random.default_rng(seed)
    alone = SECTION.format(name="s0", top=10, bottom=400)
    (section,) = read(alone.replace("edges: T1", "left: 1\n    right: 9"))
    edges = []
    for _ in range(3):
        count = int(rng.integers(1, 4))
        rows = tuple(np.cumsum(rng.integers(1, 300, count)).astype(float).tolist())
        left = np.round(rng.uniform(0, 20, count), int(rng.integers(0, 3)))
        width = np.round(rng.uniform(300, 400), 1)
        beside = np.round(left + width + rng.choice([0, 1]) * np.arange(count), 6)
        edges.append((Edge(rows, tuple(left)), Edge(rows, tuple(beside))))
    sections = []
    for k in range(int(rng.integers(1, 5))):
        chosen = edges[int(rng.integers(len(edges)))]
        first = replace(section.tracks[0], left=chosen[0], right=chosen[1])
        sections.append(
            replace(section, section=f"s{k}", tracks=(first, section.tracks[1]))
        )
    assert read(to_yaml(*sections)) == tuple(sections)


def test_the_review_has_each_section_whole() -> None:
    documents = plain_documents(documents_in(TWO.encode(), FILE))
    assert len(documents) == 2
    for document, registration in zip(documents, read(TWO), strict=True):
        whole = filled(document)
        assert registration_of(whole) == registration
        assert whole == document_of(registration)


def test_points_beyond_a_gap_are_no_neighbours() -> None:
    rows = [10, 110, 212, 240, 340, 440]
    points = [{"row": r, "depth": d} for r, d in zip(rows, range(6), strict=True)]
    points[2]["gap"] = True
    reported = [one["residual"] for one in residuals({"depth": {"points": points}})]
    assert reported == [None, -1.0, None, None, 0.0, None]


def test_a_gap_stays_where_points_are_moved() -> None:
    gap = "points: [{row: 10, depth: 100, gap: true}, "
    (first, _) = read(TWO.replace("points: [{row: 10, depth: 100}, ", gap))
    document = document_of(first)
    assert document["depth"]["points"][0]["gap"] is True
    document["depth"]["points"][0]["row"] = 12
    assert registration_of(filled(document)).depth.points[0].gap


def test_a_proposal_that_is_not_complete_is_resolved() -> None:
    text = TWO.replace(
        "points: [{row: 10, depth: 100}, {row: 400, depth: 200}]", "points:"
    )
    documents = plain_documents(documents_in(text.encode(), FILE))
    assert filled(documents[0])["depth"]["points"] == []
    assert filled(documents[0])["tracks"][0]["left"][0]["column"] == 9.2


def test_a_track_without_columns_to_move_is_refused() -> None:
    for column in ({"column": "x"}, {"column": None}, {}):
        with pytest.raises(InputError, match=r"an edge: '?(x|None|)'? is not a number"):
            filled({"tracks": [{"left": [{"row": 1, **column}], "width": 5}]})


def test_the_review_has_the_fields_of_the_well_as_text() -> None:
    whole = filled({"well": {"EKB": 1811.5, "EGL": 1803, "WELL": "NO", "DATE": None}})
    assert whole["well"] == {"EKB": "1811.5", "EGL": "1803", "WELL": "NO", "DATE": None}


def test_suggested_fields_of_the_well_are_one_thing_to_look_at() -> None:
    fields = (
        WellField("COMP", "A", 0.95, 1, 2),
        WellField("WELL", "B", 0.88, 30, 40),
        WellField("FLD", "C", 0.85, 5, 6),
        WellField("API", "1", 0.3, 7, 8, "no"),
    )
    (finding,) = of_well(SimpleNamespace(name="main", well=fields))
    assert finding.text.startswith("the well: WELL, FLD are suggestions")
    assert (finding.row, finding.column, finding.severity) == (30, 40, "suggestion")
    assert of_well(SimpleNamespace(name="main", well=fields[:1])) == []
