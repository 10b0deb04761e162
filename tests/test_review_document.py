"""The document of a scan: every change is kept, taken back and made again."""

from __future__ import annotations

import copy
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reviews import CURVES, FIRST, LAST, files, traces, write_well
from veernet.errors import InputError
from veernet.review.document import Document, ReadOnly, Stale
from veernet.review.editing import plan
from veernet.review.opening import open_document
from veernet.review.store import Store
from veernet.review.views import doubt_view

pytest.importorskip("fastapi")


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    return write_well(tmp_path)


def opened(scan: Path) -> Document:
    return open_document(scan, **files(scan)).document


def reopened(document: Document) -> Document:
    document.store.close()
    return Document(Store(document.store.path))


def edit(document: Document, base: int | None = None, **reported: object) -> int:
    section, registration = document.registered(None)
    planned = plan(section.drawn(), registration, reported, None)
    change = document.commit(
        "edit",
        planned.label,
        base=document.revision if base is None else base,
        section="main",
        content={"edit": planned.edit},
        patches=planned.patches,
    )
    return change.revision


def state(document: Document) -> dict[str, bytes]:
    return {
        name: curve.samples.column.tobytes()
        + curve.samples.confidence.tobytes()
        + curve.samples.origin.tobytes()
        + curve.samples.flags.tobytes()
        for name, curve in document.section(None).reading.items()
    }


def test_the_reading_is_as_it_was_given(scan: Path) -> None:
    document = opened(scan)
    section = document.section(None)
    assert list(section.drawn()) == list(CURVES)
    for trace in traces():
        kept = section.reading[trace.mnemonic].trace()
        np.testing.assert_array_equal(kept.row, trace.row)
        np.testing.assert_array_equal(kept.column, trace.column)
        np.testing.assert_array_equal(kept.origin, trace.origin)
        np.testing.assert_allclose(kept.confidence, trace.confidence, rtol=1e-6)
    assert document.history() == {"undo": None, "redo": None}


def test_undo_and_redo_across_restarts_are_equal_to_the_byte(scan: Path) -> None:
    document = opened(scan)
    states = [state(document)]
    edit(document, action="shift", curve="GR", row0=200, row1=300, by=4.5)
    states.append(state(document))
    edit(document, action="cut", curve="ILD", row0=150, row1=180)
    states.append(state(document))
    edit(document, action="swap", curve="ILD", other="ILM", row0=170, row1=240)
    states.append(state(document))
    assert len({tuple(sorted(s.items())) for s in states}) == 4

    document = reopened(document)
    assert state(document) == states[3]
    for k in (2, 1, 0):
        document.undo(document.revision)
        document = reopened(document)
        assert state(document) == states[k]
    assert document.history()["undo"] is None
    with pytest.raises(InputError, match="nothing to undo"):
        document.undo(document.revision)
    for k in (1, 2, 3):
        document.redo(document.revision)
        assert state(document) == states[k]
    assert document.history()["redo"] is None
    assert document.revision == 10


def test_a_full_disk_is_said_and_the_document_goes_on(scan: Path) -> None:
    document = opened(scan)

    def fill_the_disk() -> None:
        with document.store.transaction():
            document.store._db.execute("ROLLBACK")  # as SQLite does then by itself
            msg = "database or disk is full"
            raise sqlite3.OperationalError(msg)

    with pytest.raises(sqlite3.OperationalError, match="disk is full"):
        fill_the_disk()
    assert edit(document, action="cut", curve="GR", row0=200, row1=210) == 2


def test_what_cannot_be_built_is_not_kept(
    scan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = opened(scan)
    before = state(document)

    def no_memory(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr("veernet.review.document.build", no_memory)
        with pytest.raises(MemoryError):
            document.commit(
                "registration",
                "too tall",
                base=1,
                section="main",
                documents=document.documents(),
            )
    assert document.revision == 1
    document = reopened(document)
    assert (document.revision, state(document)) == (1, before)
    assert edit(document, action="cut", curve="GR", row0=200, row1=210) == 2


def test_a_curve_takes_its_ink_along_under_the_name_of_one_that_is_gone(
    scan: Path,
) -> None:
    document = opened(scan)
    before = state(document)

    def register(renamed: dict[str, str], *curves: dict[str, object]) -> None:
        reported = copy.deepcopy(document.section(None).document)
        reported["tracks"][0]["curves"] = list(curves)
        document.commit(
            "registration",
            "changed",
            base=document.revision,
            section="main",
            content={"renamed": renamed},
            documents=[reported],
        )

    gr, _ = document.section(None).document["tracks"][0]["curves"]
    register({}, gr)
    register({"GR": "CALI"}, {**gr, "mnemonic": "CALI"})
    assert state(document)["CALI"] == before["GR"]
    document.undo(document.revision)
    document.undo(document.revision)
    assert state(document) == before


def test_a_change_after_an_undo_is_what_redo_makes_again(scan: Path) -> None:
    document = opened(scan)
    edit(document, action="cut", curve="GR", row0=200, row1=210)
    document.undo(document.revision)
    edit(document, action="shift", curve="GR", row0=300, row1=310, by=1)
    after = state(document)
    document.undo(document.revision)
    redo = document.history()["redo"]
    assert redo is not None
    assert "shifted" in redo
    document.redo(document.revision)
    assert state(document) == after


def test_a_stale_change_is_refused_and_changes_nothing(scan: Path) -> None:
    document = opened(scan)
    base = document.revision
    edit(document, action="cut", curve="GR", row0=200, row1=210)
    before = state(document)
    with pytest.raises(Stale, match=f"from revision {base} to {base + 1}"):
        edit(document, base, action="cut", curve="GR", row0=300, row1=310)
    with pytest.raises(Stale):
        document.undo(base)
    assert state(document) == before
    assert state(reopened(document)) == before


def test_the_same_change_twice_is_made_once(scan: Path) -> None:
    document = opened(scan)
    section, registration = document.registered(None)
    reported = {"action": "shift", "curve": "GR", "row0": 200, "row1": 210, "by": 2}
    patches = plan(section.drawn(), registration, reported, None).patches
    answers = [
        document.commit(
            "edit", "x", base=1, id_="one-gesture", section="main", patches=patches
        )
        for _ in range(3)
    ]
    assert {answer.revision for answer in answers} == {2}
    assert answers[1].patches == answers[0].patches
    moved = traces()[0].column[200 - FIRST] + 2
    assert section.reading["GR"].samples.column[200 - FIRST] == moved
    assert [document.undo(2, "move-back").revision for _ in range(2)] == [3, 3]


def test_changes_since_a_revision(scan: Path) -> None:
    document = opened(scan)
    edit(document, action="cut", curve="GR", row0=200, row1=210)
    edit(document, action="cut", curve="GR", row0=205, row1=230)
    document.undo(document.revision)
    change = document.changes(1)
    assert [(p["curve"], p["row0"], p["rows"]) for p in change.patches] == [
        ("GR", 200, 31)
    ]
    assert document.changes(document.revision).patches == ()
    document.commit(
        "registration",
        "renamed",
        base=document.revision,
        documents=document.documents(),
    )
    assert document.changes(1).reload


def test_a_renamed_curve_keeps_its_trace_and_gets_its_name_back(scan: Path) -> None:
    document = opened(scan)
    edit(document, action="cut", curve="GR", row0=200, row1=210)
    before = state(document)
    (registered,) = document.documents()
    new = {**registered, "tracks": [dict(t) for t in registered["tracks"]]}
    first = new["tracks"][0]
    first["curves"] = [{**c} for c in first["curves"]]
    first["curves"][0]["mnemonic"] = "GRC"
    document.commit(
        "registration",
        "GR is GRC",
        base=document.revision,
        section="main",
        content={"renamed": {"GR": "GRC"}},
        documents=[new],
    )
    section = document.section(None)
    assert "GR" not in section.drawn()
    np.testing.assert_array_equal(
        section.drawn()["GRC"].samples.column[100:111], np.nan
    )
    edit(document, action="shift", curve="GRC", row0=300, row1=305, by=1)
    document = reopened(document)
    assert next(iter(document.section(None).drawn())) == "GRC"
    document.undo(document.revision)
    document.undo(document.revision)
    assert state(document) == before


def test_what_a_reading_says_of_itself_is_gone_through(scan: Path) -> None:
    document = opened(scan)
    found = [
        {"kind": "jump", "curves": ["GR"], "rows": [300, 319], "text": "GR: jumps"},
        {"kind": "style", "curves": ["OLD"], "rows": [300, 319], "text": "OLD: style"},
        {"kind": "scan", "curves": [], "rows": None, "text": "the scan is old"},
    ]
    reading = document.section(None).reading
    document.commit(
        "reading",
        "digitised",
        base=1,
        section="main",
        content={"found": found},
        readings={"main": reading},
    )

    def reported() -> list[tuple[str, str]]:
        stretches = doubt_view(document, None)["stretches"]
        return [(one["curve"], one["kind"]) for one in stretches]

    assert reported() == [("CALI", "gap"), ("ILD", "unsure"), ("GR", "finding")]
    assert doubt_view(document, None)["rows"] == 80
    edit(document, action="accept", curve="GR", row0=300, row1=310)
    assert ("GR", "finding") in reported()
    edit(document, action="accept", curve="GR", row0=300, row1=319)
    assert ("GR", "finding") not in reported()
    assert doubt_view(document, None)["share_reviewed"] == 20 / 80
    document.undo(document.revision)
    assert ("GR", "finding") in reported()


def test_more_rows_of_a_registration_are_unread_and_can_be_drawn(scan: Path) -> None:
    document = opened(scan)
    (registered,) = document.documents()
    points = [*registered["depth"]["points"], {"row": 650, "depth": 1055}]
    new = {**registered, "depth": {"unit": "ft", "points": points}}
    document.commit("registration", "longer", base=1, section="main", documents=[new])
    assert document.section(None).reading["GR"].stop_row == 651
    points_drawn = [[590, 60.0], [650, 70.0]]
    edit(document, action="redraw", curve="GR", points=points_drawn)
    assert document.section(None).reading["GR"].samples.column[-1] == 70
    document.undo(document.revision)
    document.undo(document.revision)
    assert document.section(None).reading["GR"].stop_row == LAST + 1


def test_the_document_of_another_scan_is_refused(scan: Path) -> None:
    opened(scan).store.close()
    raw = bytearray(scan.read_bytes())
    raw[-1] ^= 0xFF
    scan.write_bytes(bytes(raw))
    with pytest.raises(InputError, match=r"document of another scan .* move it away"):
        open_document(scan)


def test_a_file_that_is_no_document_is_refused(scan: Path) -> None:
    scan.with_suffix(".veernet").write_text("no database, but long enough" * 99)
    with pytest.raises(InputError, match="is no document of veernet"):
        open_document(scan)
    scan.with_suffix(".veernet").unlink()
    other = sqlite3.connect(scan.with_suffix(".veernet"))
    other.execute("CREATE TABLE other (n)")
    other.close()
    with pytest.raises(InputError, match="is no document of veernet: move it away"):
        open_document(scan)


def test_a_damaged_document_is_told_in_one_line(scan: Path) -> None:
    document = opened(scan)
    for row in range(200, 500, 10):
        edit(document, action="cut", curve="GR", row0=row, row1=row + 3)
    document.store.close()
    path = scan.with_suffix(".veernet")
    raw = path.read_bytes()
    path.write_bytes(raw[:4096] + bytes(len(raw) - 4096))
    with pytest.raises(InputError, match="move it away, or put its copy back"):
        open_document(scan)


def test_two_reviews_of_one_document_are_refused(scan: Path) -> None:
    document = opened(scan)
    with pytest.raises(InputError, match="is open in another veernet review"):
        open_document(scan)
    document.store.close()
    open_document(scan).document.store.close()


def test_read_only_writes_nothing(scan: Path) -> None:
    document = open_document(scan, **files(scan), read_only=True).document
    assert not scan.with_suffix(".veernet").exists()
    assert list(document.section(None).drawn()) == list(CURVES)
    with pytest.raises(ReadOnly, match="read only"):
        edit(document, action="cut", curve="GR", row0=200, row1=210)
    document.store.close()

    kept = opened(scan)
    edit(kept, action="cut", curve="GR", row0=200, row1=210)
    looked = open_document(scan, read_only=True).document
    assert state(looked) == state(kept)


def test_other_files_than_held_are_taken_when_asked(scan: Path) -> None:
    document = opened(scan)
    edit(document, action="cut", curve="GR", row0=200, row1=210)
    edited = state(document)
    document.store.close()
    same = opened(scan)
    assert state(same) == edited
    same.store.close()

    text = scan.with_suffix(".yaml").read_text()
    scan.with_suffix(".yaml").write_text(text.replace("150", "200"))
    with pytest.raises(InputError, match=r"holds another registration .*--overwrite"):
        opened(scan)
    taken = open_document(scan, **files(scan), overwrite=True).document
    gr = taken.documents()[0]["tracks"][0]["curves"][0]
    assert gr["right"] == 200
    assert state(taken) == edited
    taken.undo(taken.revision)
    assert taken.documents()[0]["tracks"][0]["curves"][0]["right"] == 150


def test_the_journal_cannot_be_rewritten(scan: Path) -> None:
    document = opened(scan)
    edit(document, action="cut", curve="GR", row0=200, row1=210)
    document.store.close()
    database = sqlite3.connect(document.store.path)
    with pytest.raises(sqlite3.IntegrityError, match="only added to"):
        database.execute("DELETE FROM journal")
    with pytest.raises(sqlite3.IntegrityError, match="only added to"):
        database.execute("UPDATE journal SET label = 'x'")
    database.close()


ROW = st.integers(FIRST, LAST - 40)
NAME = st.sampled_from(CURVES)
EDIT = st.one_of(
    st.tuples(st.just("shift"), NAME, ROW, st.floats(-6, 6)),
    st.tuples(st.just("cut"), NAME, ROW, st.just(0.0)),
    st.tuples(st.just("accept"), NAME, ROW, st.just(0.0)),
    st.tuples(st.just("redraw"), NAME, ROW, st.floats(-6, 6)),
    st.tuples(st.just("undo"), NAME, ROW, st.just(0.0)),
    st.tuples(st.just("redo"), NAME, ROW, st.just(0.0)),
)


@settings(max_examples=25)
@given(st.lists(EDIT, max_size=14))
def test_random_edits_undos_and_redos_equal_a_replay(
    tmp_path_factory: pytest.TempPathFactory,
    reported: list[tuple[str, str, int, float]],
) -> None:
    document = opened(write_well(tmp_path_factory.mktemp("replay")))
    line, undone = [state(document)], []
    for action, curve, row, by in reported:
        try:
            if action in ("undo", "redo"):
                getattr(document, action)(document.revision)
                source, target = (line, undone) if action == "undo" else (undone, line)
                target.append(source.pop())
                assert state(document) == line[-1]
                continue
            more: dict[str, object] = {"row0": row, "row1": row + 30}
            if action == "shift":
                more["by"] = by
            if action == "redraw":
                middle = traces()[CURVES.index(curve)].column[0]
                more = {"points": [[row, middle], [row + 30, middle + by]]}
            edit(document, action=action, curve=curve, **more)
        except InputError:
            continue
        line.append(state(document))
        undone.clear()
    replayed = reopened(document)
    assert state(replayed) == line[-1]
    assert replayed.revision == document.revision
    replayed.store.close()
