"""YAML files that are none, and values that are not what is asked for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from veernet import yamldoc
from veernet.errors import InputError
from veernet.yamldoc import Entry, read_documents


def entry(tmp_path: Path, text: str) -> Entry:
    """Return the value under the key ``key`` of a document."""
    path = tmp_path / "file.yaml"
    path.write_text(f"key: {text}\n", encoding="utf-8")
    (document,) = read_documents(path)
    return document.mapping(required=("key",))["key"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "file.yaml holds no YAML document: it is empty"),
        (b"# only a comment\n---\n", "it is empty"),
        (b"II*\x00\x08\x00\x00\x00", "file.yaml is not YAML text in UTF-8"),
        ("tä".encode("latin-1"), "is not YAML text in UTF-8"),
        (b"a: [1, 2\nb: 3\n", "file.yaml, line 2: not YAML: "),
        (b"a: 1\n\tb: 2\n", "file.yaml, line 2: not YAML: "),
        (b"a: *nowhere\n", "line 1: not YAML: found undefined alias"),
        (b"[" * 3000, "nested too deeply"),
    ],
)
def test_what_is_no_yaml_is_refused_in_one_line(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "file.yaml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as raised:
        read_documents(path)
    assert "\n" not in str(raised.value)


def test_a_folder_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: it is a folder"):
        read_documents(tmp_path)
    with pytest.raises(InputError, match=r"there is no file .*none\.yaml"):
        read_documents(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    "text",
    [
        'image: "\\UFFFFFFFF"',
        'image: "\\U00110000"',
        f"%YAML 1.{'9' * 5000}\n---\na: 1",
    ],
)
def test_escapes_and_versions_beyond_all_bounds_are_one_line(
    tmp_path: Path, text: str
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match=r"a\.yaml") as raised:
        read_documents(path)
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 400


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.yaml")
    with pytest.raises(InputError, match="is a device or a pipe"):
        read_documents(tmp_path / "a.yaml")


def test_a_scan_given_by_mistake_is_not_parsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yamldoc, "LARGEST", 100)
    path = tmp_path / "scan.tif"
    path.write_bytes(b"a: 1\n" * 100)
    with pytest.raises(InputError, match=r"scan.tif is too large for a YAML file"):
        read_documents(path)


@pytest.mark.parametrize("written", ["NO", "0123", "1974-11-08", "12:30", "1e5", "'~'"])
def test_text_is_what_was_written(tmp_path: Path, written: str) -> None:
    assert entry(tmp_path, written).text() == written.strip("'")


@pytest.mark.parametrize(
    ("written", "number"),
    [("250", 250.0), ("-.5", -0.5), ("+2.", 2.0), ("1e-3", 0.001), ("010", 10.0)],
)
def test_numbers_are_decimal(tmp_path: Path, written: str, number: float) -> None:
    assert entry(tmp_path, written).number() == number


@pytest.mark.parametrize(
    ("kind", "written", "message"),
    [
        ("number", "abc", "line 1: key: 'abc' is not a finite decimal number"),
        ("number", "'150'", "'150' is text: write the number without quotes"),
        ("number", "yes", "'yes' is not a finite decimal"),
        ("number", ".nan", "not a finite decimal"),
        ("number", "12:30", "not a finite decimal"),
        ("number", "0x1f", "not a finite decimal"),
        ("number", "1,5", "not a finite decimal"),
        ("number", "1e999", "too large"),
        ("number", "", "key: no value is given"),
        ("number", "[1]", "a list stands where one value belongs"),
        ("integer", "0.5", "0.5 is not a whole number"),
        ("flag", "1", "'1' is neither true nor false"),
        ("flag", "'true'", "'true' is neither true nor false"),
        ("text", "{a: 1}", "a mapping stands where one value belongs"),
        ("text", '"a\\nb"', "must be one line of plain text"),
        ("name", "' '", "the name is blank"),
        ("items", "5", "'5' is not a list"),
        ("items", "[]", "the list is empty"),
        ("fields", "[]", "a list is not a mapping of keys to values"),
        ("fields", "{[1]: 2}", "a key must be a word"),
    ],
)
def test_a_wrong_value_is_refused(
    tmp_path: Path, kind: str, written: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        getattr(entry(tmp_path, written), kind)()


@pytest.mark.parametrize(
    ("written", "flag"), [("true", True), ("False", False), ("on", True), ("no", False)]
)
def test_flags(tmp_path: Path, written: str, flag: bool) -> None:
    assert entry(tmp_path, written).flag() is flag


def test_tags_construct_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a list stands where one value belongs"):
        entry(tmp_path, "!!python/object/apply:os.getcwd []").text()
