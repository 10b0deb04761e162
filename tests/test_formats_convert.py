"""`veernet convert`: between formats, with and without a template."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from veernet.cli import DONE, WRONG_INPUT, main
from veernet.errors import InputError
from veernet.formats import convert, read_drafts, write_registrations
from veernet.registration import load_registrations

FORMATS = Path(__file__).parent / "formats"
SAMPLE = Path(__file__).parent.parent / "data" / "sample.yaml"

LIKE = """\
depth:
  unit: m
  points: [{row: 1, depth: 1}, {row: 2, depth: 2}]
step: 0.25
null_value: -9999
image: other.tif
well: {WELL: OTHER}
tracks:
  - name: T1
    left: 100
    right: 600
    curves: [{mnemonic: GR, unit: GAPI, left: 0, right: 150, scale: linear}]
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder that holds a template."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "like.yaml").write_text(LIKE)
    return tmp_path


@pytest.mark.parametrize("suffix", [".xml", ".dra", ".txt", ".reg", ".csv"])
def test_depths_go_there_and_back(here: Path, suffix: str, capsys) -> None:
    out = here / f"out{suffix}"
    assert main(["convert", str(SAMPLE), str(out)]) == DONE
    back = ["convert", str(out), "back.yaml", "--like", str(SAMPLE)]
    assert main(back) == DONE
    assert f"{out}: written: main" in capsys.readouterr().out
    (sample,), (found,) = (
        load_registrations(SAMPLE),
        load_registrations(Path("back.yaml")),
    )
    assert found.tracks == sample.tracks
    assert (found.depth.depths == sample.depth.depths).all()
    assert (found.step, found.null_value) == (sample.step, sample.null_value)
    if suffix == ".xml":
        assert found == sample


def test_a_template_fills_what_is_not_told_and_nothing_else(here: Path) -> None:
    text = (FORMATS / "points.csv").read_text().replace("depth_ft", "depth")
    (here / "points.csv").write_text(text)
    done = convert(here / "points.csv", here / "out.yaml", here / "like.yaml")
    (found,) = load_registrations(here / "out.yaml")
    (like,) = load_registrations(here / "like.yaml")
    assert found.tracks == like.tracks
    assert (found.step, found.null_value, found.depth.unit) == (0.25, -9999, "m")
    assert [point.depth for point in found.depth.points] == [250, 300, 1100]
    # Another well's name and image are no part of a template.
    assert (found.image, found.well) == (None, {})
    assert done.sections == ("main",)
    assert done.remarks[-1] == (
        "section main: unit, step, null value, tracks and scales are those of "
        "like.yaml: check the edges against the scan"
    )


def test_tracks_that_are_told_are_kept(here: Path) -> None:
    done = convert(FORMATS / "log.xml", here / "out.yaml", here / "like.yaml", "main")
    assert "section main: has tracks of its own; those of like.yaml are not used" in (
        done.remarks
    )
    (found,) = load_registrations(here / "out.yaml")
    assert [track.name for track in found.tracks] == ["Track 1", "Track 2"]


def test_a_template_of_several_sections_is_matched_by_name(here: Path) -> None:
    second = LIKE.replace("name: T1", "name: R1")
    (here / "like.yaml").write_text(f"section: REPEAT\n{second}---\n{LIKE}")
    (here / "log.dra").write_text(
        (FORMATS / "log.dra").read_text().replace('"MAIN 5 INCH"', "main")
    )
    with pytest.raises(
        InputError, match="no section 'MAIN' but REPEAT, main: give one"
    ):
        convert(here / "log.dra", here / "out.yaml", here / "like.yaml")
    assert not (here / "out.yaml").exists()
    done = convert(here / "log.dra", here / "a.yaml", here / "like.yaml", "REPEAT")
    assert done.sections == ("REPEAT",)
    assert load_registrations(here / "a.yaml")[0].tracks[0].name == "R1"


def test_without_a_template_the_yaml_names_what_is_missing(here: Path, capsys) -> None:
    text = (FORMATS / "points.csv").read_text().replace("depth_ft", "depth")
    (here / "points.csv").write_text(text)
    assert main(["convert", "points.csv", "out.yaml"]) == DONE
    notes = capsys.readouterr().out.splitlines()
    assert notes[-2] == (
        "note: section main: out.yaml is not complete: fill in the unit of depth and "
        "tracks and scales, or convert again with --like"
    )
    with pytest.raises(InputError, match="line 1: the key tracks is missing: add it"):
        load_registrations(here / "out.yaml")
    written = (here / "out.yaml").read_text()
    # The lines that are commented out are what is to be given.
    filled = written.replace("# This", "## This").replace("# that is", "## that is")
    filled = filled.replace("\n# ", "\n")
    (here / "out.yaml").write_text(filled)
    with pytest.raises(InputError, match=r"depth.unit: no value is given: fill it in"):
        load_registrations(here / "out.yaml")
    (here / "out.yaml").write_text(filled.replace("unit:   #", "unit: ft  #"))
    (found,) = load_registrations(here / "out.yaml")
    assert [point.row for point in found.depth.points] == [2575, 3082, 11203]
    assert found.curve("GR")[1].scale.right == 150


def test_what_is_not_complete_goes_into_no_other_format(here: Path, capsys) -> None:
    source = str(FORMATS / "log.dra")
    assert main(["convert", source, "out.xml"]) == WRONG_INPUT
    line = capsys.readouterr().err
    assert "section 'MAIN 5 INCH': does not tell tracks and scales: name a" in line
    assert line.count("\n") == 1
    assert not (here / "out.xml").exists()
    only = ["--section", "REPEAT", "--like", "like.yaml"]
    assert main(["convert", source, "out.xml", *only]) == DONE
    assert read_drafts(here / "out.xml")[0][0].section == "REPEAT"


def test_a_text_is_told_by_its_content(here: Path) -> None:
    for name in ("log.xml", "log.dra", "points.csv"):
        content = (FORMATS / name).read_bytes()
        for copy in (here / "copy.txt", here / "copy.REG"):
            copy.write_bytes(content)
            assert read_drafts(copy) == read_drafts(FORMATS / name)


WRONG = [
    (["none.csv", "out.yaml"], "there is no file none.csv"),
    (["like.yaml", "out.las"], "out.las: no registration format ends so: use .yaml"),
    (["scan.tif", "out.yaml"], "scan.tif: no registration format ends so"),
    (["like.yaml", "out.yml"], "like.yaml and out.yml are both YAML: there is noth"),
    (["points.csv", "points.csv"], "points.csv cannot be written: it is read"),
    (["like.yaml", "no/out.csv"], "the folder of no/out.csv does not exist"),
    (["like.yaml", "out.csv", "--section", "up"], "there is no section 'up': the fi"),
    (["points.csv", "out.yaml", "--like", "no.yaml"], "there is no file no.yaml"),
    (["bomb.xml", "out.yaml"], "bomb.xml, line 1: declares a document type"),
]


@pytest.mark.parametrize(("arguments", "line"), WRONG)
def test_bad_input_is_one_line_and_exit_code_2(
    here: Path, capsys, arguments: list[str], line: str
) -> None:
    (here / "points.csv").write_bytes((FORMATS / "points.csv").read_bytes())
    (here / "bomb.xml").write_text('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    before = sorted(here.iterdir())
    assert main(["convert", *arguments]) == WRONG_INPUT
    said = capsys.readouterr().err
    assert line in said
    assert said.count("\n") == 1
    assert sorted(here.iterdir()) == before


def test_a_registration_that_does_not_agree_is_refused(here: Path) -> None:
    path = here / "log.xml"
    text = (FORMATS / "log.xml").read_text()
    path.write_text(text.replace(">ILM<", ">ILD<"))
    with pytest.raises(InputError, match=r"log.xml, section 'main': mnemonic 'ILD'"):
        convert(path, here / "out.yaml")
    assert not (here / "out.yaml").exists()


def test_yaml_is_written_by_its_suffix_too(here: Path) -> None:
    sample = load_registrations(SAMPLE)
    assert write_registrations(here / "out.yml", sample) == ()
    assert load_registrations(here / "out.yml") == sample
    with pytest.raises(InputError, match="no registration format ends so"):
        write_registrations(here / "out.png", sample)


def test_help_loads_no_format_and_nothing_heavy() -> None:
    code = """
import sys
from veernet.cli import main
try:
    main(["convert", "--help"])
except SystemExit:
    print(*sys.modules)
"""
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert "--like TEMPLATE.yaml" in out
    assert not {"numpy", "yaml", "veernet.formats"} & set(out.split())
