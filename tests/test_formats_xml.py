"""XML that would do harm, or is none, is refused in one line."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from veernet import yamldoc
from veernet.errors import InputError
from veernet.formats import text as formats_text
from veernet.formats.xmldoc import read_xml

LAUGHS = """<?xml version="1.0"?>
<!DOCTYPE lolz [
 <!ENTITY lol "lol">
 <!ENTITY lol1 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">
 <!ENTITY lol2 "&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;">
 <!ENTITY lol3 "&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;">
]>
<DepthRegImage>&lol3;</DepthRegImage>
"""


def write(tmp_path: Path, content: bytes | str) -> Path:
    path = tmp_path / "log.xml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    "content",
    [
        LAUGHS,
        '<!DOCTYPE a [<!ENTITY b SYSTEM "SECRET">]><a>&b;</a>',
        '<!DOCTYPE a [<!ENTITY % b SYSTEM "SECRET"> %b;]><a/>',
        '<!DOCTYPE a SYSTEM "SECRET"><a/>',
        '<!DOCTYPE a PUBLIC "-//X//Y" "http://127.0.0.1:9/x.dtd"><a/>',
        "<!DOCTYPE a><a/>",
        f'<!DOCTYPE a [<!ENTITY b "{"b" * 100_000}">]><a>{"&b;" * 10_000}</a>',
        '<!DOCTYPE a [<!ENTITY b "&b;">]><a>&b;</a>'.encode("utf-16"),
    ],
    ids=[
        *("laughs", "external", "parameter", "system", "public", "empty"),
        *("quadratic", "utf-16"),
    ],
)
def test_a_document_type_is_refused_before_anything_is_expanded(
    tmp_path: Path, content: bytes | str
) -> None:
    (tmp_path / "secret").write_text("the secret")
    if isinstance(content, str):
        content = content.replace("SECRET", (tmp_path / "secret").as_uri())
    begin = time.perf_counter()
    with pytest.raises(InputError, match="declares a document type; ent") as raised:
        read_xml(write(tmp_path, content))
    assert time.perf_counter() - begin < 5
    assert "secret" not in str(raised.value).replace(str(tmp_path), "")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "log.xml is empty: name a registration file"),
        (b"  \n", "log.xml is empty"),
        (b"<a><b>1</b>", "line 1: not XML: no element found"),
        (b"<a>\n<b></a>", "line 2: not XML: mismatched tag"),
        (b"<a>\n&b;</a>", "line 2: not XML: undefined entity"),
        (b"II*\x00\x08\x00\x00\x00", "line 1: not XML: "),
        (b"depth: 1\n", "line 1: not XML: syntax error"),
        (b"<a>\xff</a>", "line 1: not XML: not well-formed"),
        (b'<?xml version="1.0" encoding="no-such"?><a/>', "not XML"),
        (b'<?xml version="1.0" encoding="utf-7"?><a/>', "not XML"),
        (b"<a/>\n<b/>", "line 2: not XML: junk after document element"),
        (b"<a>" * 100, "nested too deeply"),
        (b"<a>" * 100_000 + b"</a>" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_xml_is_refused_in_one_line(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = write(tmp_path, content)
    with pytest.raises(InputError, match=message) as raised:
        read_xml(path)
    assert str(raised.value).startswith(str(path))
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < len(str(path)) * 2 + 200


def test_a_missing_file_a_folder_and_the_scan_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match=r"there is no file .*none\.xml"):
        read_xml(tmp_path / "none.xml")
    with pytest.raises(InputError, match="cannot be read"):
        read_xml(tmp_path)
    assert formats_text.LARGEST == yamldoc.LARGEST
    monkeypatch.setattr(formats_text, "LARGEST", 3)
    with pytest.raises(
        InputError, match="too large for a registration: is it the scan"
    ):
        read_xml(write(tmp_path, "<a/>"))


def test_an_element_knows_its_line_place_and_text(tmp_path: Path) -> None:
    text = (
        '<r xmlns="urn:x">\n <a/>\n <a>\n  <b k="v">\n &lt;1<![CDATA[&2]]> </b></a></r>'
    )
    root = read_xml(write(tmp_path, text))
    b = root.all("a")[1].need("b")
    assert (b.line, b.key, b.namespace) == (4, "a[1].b", "urn:x")
    assert b.attributes == {"k": "v"}
    assert b.text() == "<1&2"
    assert list(root.unused()) == []


def test_what_no_reader_asked_for_is_known(tmp_path: Path) -> None:
    root = read_xml(write(tmp_path, "<r><a><b/><c><d/></c></a><e><f/></e></r>"))
    root.need("a").need("b")
    assert list(root.unused()) == ["c", "e"]
    root.skip("e")
    assert list(root.unused()) == ["c"]
