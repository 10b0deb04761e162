"""A result names the commit it was made by, or says that it has none."""

import re
import subprocess
from pathlib import Path

import pytest

from veernet import provenance


def test_only_a_checkout_has_a_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git = ["git", "-C", str(tmp_path), "-c", "user.name=n", "-c", "user.email=e"]
    subprocess.run([*git, "init", "-q"], check=True)
    inside = tmp_path / "veernet" / "provenance.py"
    inside.parent.mkdir(parents=True)
    inside.touch()
    monkeypatch.setattr(provenance, "__file__", str(inside))
    # As an environment within somebody's checkout, which does not track it.
    subprocess.run([*git, "commit", "-qm", "a", "--allow-empty"], check=True)
    assert provenance.commit() == "unknown"
    subprocess.run([*git, "add", "veernet"], check=True)
    subprocess.run([*git, "commit", "-qm", "b"], check=True)
    assert re.fullmatch("[0-9a-f]{7,}", provenance.commit())
    inside.write_text("changed")
    assert provenance.commit().endswith("+")
