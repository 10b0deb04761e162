"""An archive on Ray: the same ledger, and an actor that is killed changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip(
    "ray", reason="Ray is not installed: pip install 'veernet[archive]'"
)

from archive_campaign.checks import digests, outcomes, wrongs
from archive_campaign.drivers import NotStarted, ray_disturbed, start
from archive_campaign.planned import plan_stubs, write_stubs
from veernet.archive.pools.ray import why


def test_an_actor_that_is_killed_changes_nothing(tmp_path: Path) -> None:
    # However slow the machine is, the run has not ended when the actor is killed.
    gate = tmp_path / "gate"
    kinds = [{"do": "read", "seconds": 0.1}] * 23 + [{"do": "crash"}, {"do": "refuse"}]
    kinds.append({"do": "read", "until": str(gate)})
    plan = plan_stubs(write_stubs(tmp_path / "logs", kinds), tmp_path / "plan.parquet")
    gate.touch()
    assert start(tmp_path / "local", plan).wait(300) == 0
    gate.unlink()
    try:
        killed = ray_disturbed(tmp_path / "ray", plan, gate)
    except NotStarted:
        pytest.skip("Ray cannot be started on this machine")
    assert killed == 1
    assert not wrongs(tmp_path / "ray")
    expected = {"done": 24, "failed:crash": 1, "refused:unread": 1}
    assert outcomes(tmp_path / "ray") == expected
    assert digests(tmp_path / "ray") == digests(tmp_path / "local")


def test_of_an_actor_that_could_not_begin_the_error_is_told() -> None:
    error = "FileNotFoundError: /r is not on this machine: every machine must see it"
    first = "The actor died because of an error raised in its creation task, ray::R"
    assert why(f"{first}\n  File ray.py, line 58\n{error}") == error
    ended = "The actor died unexpectedly before finishing this task."
    assert why(f"{ended}\n\tclass_name: Reader") == ended
