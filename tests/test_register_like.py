"""Registrations by a template of the same layout, on drawn pages."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.pages import DrawnPage, DrawnSection, DrawnTrack, registered
from veernet.axes import Edge, Scale
from veernet.check.page import check
from veernet.cli import DONE, WRONG_INPUT, main
from veernet.digitise import digitise
from veernet.engines import load_engine
from veernet.errors import InputError
from veernet.records import CurveSpec, Registration, Scan, Track
from veernet.register.heading.heading import WellField
from veernet.register.legends.legend import Legend
from veernet.register.legends.record import LegendCurve
from veernet.register.like import Likened, like
from veernet.register.liketext import likened_lines, likened_yaml
from veernet.register.propose import ProposedSection, propose
from veernet.registration import load_registrations, save_registrations

OTHER = DrawnPage(rows=4200, sections=(DrawnSection(800, 3800),), wander=9)
PAGE = DrawnPage(
    rows=4000,
    columns=1200,
    sections=(
        DrawnSection(700, 3700, 25.0, (DrawnTrack(90, 450), DrawnTrack(570, 1170))),
    ),
    wander=-6,
    line_skew=0.004,
)
"""The same layout at 1.2 times the resolution, and 15 columns further right."""
WIDER = replace(
    PAGE,
    line_skew=0,
    sections=(
        DrawnSection(700, 3700, 25.0, (DrawnTrack(90, 400), DrawnTrack(520, 1170))),
    ),
)


def template() -> Registration:
    """Tracks, one in the depth column, and one over half of another."""
    registration = registered(OTHER)
    first, second = registration.tracks
    tension = CurveSpec("TENS", "LBF", Scale("linear", 5000, 0), "dot", export=False)
    column = Track("TD", first.right, second.left, (tension,))
    middle = [
        sum(pair) / 2
        for pair in zip(second.left.columns, second.right.columns, strict=True)
    ]
    spec = CurveSpec("AT20", "OHMM", Scale("linear", 0, 50), wraps=True, wrap_start=1)
    half = Track("T2L", second.left, Edge(second.left.rows, tuple(middle)), (spec,))
    tracks = (first, column, half, second)
    return replace(
        registration,
        tracks=tracks,
        step=0.25,
        null_value=-9999.0,
        well={"WELL": "ANOTHER"},
        image="another.tif",
    )


def liken(
    sections: tuple[ProposedSection, ...], *templates: Registration
) -> tuple[tuple[Likened, ...], tuple[str, ...]]:
    name = Path("template.yaml")
    return like(sections, templates, image="scan.tif", page=2, name=name)


@pytest.fixture(scope="module")
def scan() -> Scan:
    return Scan.from_array(PAGE.draw())


@pytest.fixture(scope="module")
def sections(scan: Scan) -> tuple[ProposedSection, ...]:
    return propose(scan, None, stated=(1000.0, 1240.0), unit="ft")


def test_the_edges_of_the_page_replace_those_of_the_template(
    sections: tuple[ProposedSection, ...],
) -> None:
    ((likened,), left_out) = liken(sections, template())
    assert left_out == ()
    registration = likened.registration
    wanted = [(90, 450), (450, 570), (570, 870), (570, 1170)]
    rows = np.linspace(800, 3600, 40)
    for track, edges in zip(registration.tracks, wanted, strict=True):
        for edge, column in zip((track.left, track.right), edges, strict=True):
            off = edge.column_at(rows) - PAGE.column(column, rows)
            assert np.abs(off).max() < 3


def test_the_rest_is_the_templates_but_for_well_and_image(
    sections: tuple[ProposedSection, ...],
) -> None:
    ((likened,), _) = liken(sections, template())
    registration, given = likened.registration, template()
    assert [t.name for t in registration.tracks] == ["T1", "TD", "T2L", "T2"]
    assert [t.curves for t in registration.tracks] == [t.curves for t in given.tracks]
    assert (registration.step, registration.null_value) == (0.25, -9999.0)
    assert (registration.well, registration.image, registration.page) == (
        {},
        "scan.tif",
        2,
    )
    assert likened.remarks == ("AT20: begins with wrap_start 1 as in template.yaml",)


def test_the_result_checks_clean(
    scan: Scan, sections: tuple[ProposedSection, ...]
) -> None:
    given = replace(template(), tracks=registered(OTHER).tracks)
    ((likened,), _) = liken(sections, given)
    assert check(scan, [replace(likened.registration, page=0)]) == ()


def test_the_file_is_complete_and_says_how_sure_it_is(
    sections: tuple[ProposedSection, ...], tmp_path: Path
) -> None:
    ((likened,), _) = liken(sections, template())
    text = likened_yaml((likened,), "template.yaml")
    path = tmp_path / "reg.yaml"
    path.write_text(text, "utf-8")
    assert load_registrations(path) == (likened.registration,)
    assert "section: main   # stated, 1.00: rows " in text
    assert "  points:   # " in text
    assert "# AT20: begins with wrap_start 1" in text
    assert "main: AT20: begins with wrap_start 1 as in template.yaml" in likened_lines(
        (likened,)
    )


def test_what_is_said_of_depths_is_what_a_proposal_says(
    sections: tuple[ProposedSection, ...],
) -> None:
    ((likened,), _) = liken(sections, template())
    notes = "this decides", "this does not", "this is asked"
    depth = replace(
        likened.proposed.depth,
        confidence=0.5,
        notes=notes,
        minor=notes[1:2],
        asked=notes[2:],
    )
    for confidence, said in ((0.5, (True, False, True)), (0.95, (False, False, True))):
        own = replace(likened.proposed, depth=replace(depth, confidence=confidence))
        text = likened_yaml([replace(likened, proposed=own)], "template.yaml")
        assert tuple(f"  # {note}\n" in text for note in notes) == said


def test_the_well_is_that_of_the_page(
    sections: tuple[ProposedSection, ...], tmp_path: Path
) -> None:
    well = (
        WellField("FLD", "RED CREEK", 0.95, 12, 34),
        WellField("WELL", "A-1", 0.4, 5, 6),
    )
    given = replace(template(), well={"FLD": "OTHER"})
    ((likened,), _) = liken([replace(one, well=well) for one in sections], given)
    path = tmp_path / "reg.yaml"
    again = replace(
        likened, registration=replace(likened.registration, section="repeat")
    )
    for several in ((likened,), (likened, again)):
        text = likened_yaml(several, "template.yaml")
        assert text.count("FLD: RED CREEK   # stated, 0.95: row 12, column 34") == 1
        assert '# WELL: "A-1"   # a suggestion' in text
        path.write_text(text, "utf-8")
        found = load_registrations(path)
        assert [one.well for one in found] == [{"FLD": "RED CREEK"}] * len(several)


def test_an_edge_without_a_line_follows_the_nearest_and_is_remarked_on(
    sections: tuple[ProposedSection, ...],
) -> None:
    given = registered(OTHER)
    first, second = given.tracks
    inside = Edge(first.left.rows, tuple(c + 15 for c in first.left.columns))
    spec = CurveSpec("X", "", Scale("linear", 0, 1))
    odd = Track("TX", inside, first.right, (spec,))
    ((likened,), _) = liken(sections, replace(given, tracks=(first, odd, second)))
    (remark,) = likened.remarks
    assert "track TX, left edge: no line within 6 columns" in remark
    assert "18 columns to the left" in remark
    odd = likened.registration.tracks[1]
    rows = np.linspace(800, 3600, 40)
    off = odd.left.column_at(rows) - PAGE.column(108, rows)
    assert np.abs(off).max() < 3


def test_another_layout_is_refused() -> None:
    scan = Scan.from_array(WIDER.draw())
    sections = propose(scan, None, stated=(1000.0, 1240.0), unit="ft")
    with pytest.raises(InputError, match=r"main: its layout is not that of template"):
        liken(sections, template())


def test_a_log_of_other_curves_is_refused(
    sections: tuple[ProposedSection, ...],
) -> None:
    def read(*mnemonics: str) -> ProposedSection:
        scale = Scale("linear", 0, 1)
        curves = tuple(
            LegendCurve(0, (0.0, 1.0), name, name, known=True, unit=None, scale=scale)
            for name in mnemonics
        )
        return replace(sections[0], legend=Legend(curves))

    with pytest.raises(InputError, match=r"its legend names ILD, NPHI, none of which"):
        liken((read("ILD", "NPHI"),), template())
    # One that both have, or one alone, tells no other log.
    assert liken((read("ILD", "GR"),), template())[0]
    assert liken((read("ILD"),), template())[0]


def test_templates_go_to_sections_by_name(
    sections: tuple[ProposedSection, ...],
) -> None:
    given = template()
    repeat = replace(given, section="repeat", step=1.0)
    both = (sections[0], replace(sections[0], name="repeat"))
    likened, _ = liken(both, repeat, given)
    assert [one.registration.step for one in likened] == [0.25, 1.0]
    likened, _ = liken(both, given)
    assert [one.registration.section for one in likened] == ["main", "repeat"]
    other = (sections[0], replace(sections[0], name="section-3"))
    likened, left_out = liken(other, repeat, given)
    assert len(likened) == 1
    assert left_out == (
        "section-3: template.yaml has no section of that name but repeat, main",
    )


def test_the_command_line(
    tmp_path: Path, scan: Scan, capsys: pytest.CaptureFixture[str]
) -> None:
    file, given = tmp_path / "scan.png", tmp_path / "template.yaml"
    Image.fromarray(scan.read(0, scan.info.rows)).save(file)
    save_registrations(given, template())
    out = tmp_path / "reg.yaml"
    depths = ["--top", "1000", "--bottom", "1240"]
    command = ["register", str(file), "--out", str(out), *depths, "--no-heading"]
    command += ["--like", str(given)]
    assert main([*command, "--overlay", str(tmp_path / "found.png")]) == DONE
    assert "main: AT20: begins with wrap_start 1" in capsys.readouterr().out
    (registration,) = load_registrations(out)
    assert registration.depth.unit == "ft"
    assert registration.image == "scan.png"
    assert main(["register", str(file), "--out", str(given), *command[4:]]) == (
        WRONG_INPUT
    )
    assert load_registrations(given) == (template(),)
    wide = tmp_path / "wide.png"
    Image.fromarray(WIDER.draw()).save(wide)
    other = tmp_path / "other.yaml"
    command[1], command[3] = str(wide), str(other)
    capsys.readouterr()
    assert main(command) == WRONG_INPUT
    assert "its layout is not that of" in capsys.readouterr().err.splitlines()[-1]
    assert not other.exists()


def test_the_result_can_be_digitised(
    scan: Scan, sections: tuple[ProposedSection, ...]
) -> None:
    given = replace(template(), tracks=registered(OTHER).tracks)
    ((likened,), _) = liken(sections, given)
    result = digitise(scan, likened.registration, load_engine())
    assert result.refused is None
    for curve in result.curves:
        assert np.isfinite(curve.value).mean() > 0.5


@pytest.mark.real
@pytest.mark.skipif("VEERNET_REAL" not in os.environ, reason="VEERNET_REAL is unset")
def test_a_scan_like_its_registration_by_hand(tmp_path: Path) -> None:
    folder = Path(os.environ["VEERNET_REAL"])
    given, out = folder / "registrations" / "273101.yaml", tmp_path / "reg.yaml"
    scan = str(folder / "scans" / "273101.tif")
    assert main(["register", scan, "--out", str(out), "--like", str(given)]) == DONE
    made = load_registrations(out)[0]
    (hand,) = load_registrations(given)
    _agree(made, hand, feet=0.3)


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.skipif("VEERNET_REAL" not in os.environ, reason="VEERNET_REAL is unset")
def test_half_a_track_and_one_in_the_depth_column_of_a_scan(tmp_path: Path) -> None:
    folder = Path(os.environ["VEERNET_REAL"])
    given, out = folder / "registrations" / "s_7b18.1in.yaml", tmp_path / "reg.yaml"
    scan = str(folder / "scans" / "s_7b18.tif")
    assert main(["register", scan, "--out", str(out), "--like", str(given)]) == DONE
    (made,), (hand,) = load_registrations(out), load_registrations(given)
    _agree(made, hand, feet=0.5)


def _agree(made: Registration, hand: Registration, feet: float) -> None:
    rows = np.linspace(*hand.depth.rows[[0, -1]], 50)
    for own, track in zip(made.tracks, hand.tracks, strict=True):
        assert own.curves == track.curves
        for edge, wanted in ((own.left, track.left), (own.right, track.right)):
            assert np.abs(edge.column_at(rows) - wanted.column_at(rows)).max() < 3
    off = made.depth.depth_at(hand.depth.rows) - hand.depth.depths
    assert np.abs(off).max() < feet
