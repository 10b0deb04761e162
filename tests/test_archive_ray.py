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


def test_an_actor_that_is_killed_changes_nothing(tmp_path: Path) -> None:
    # Some seconds are left once the first is read: the actor is killed in these.
    kinds = [{"do": "read", "seconds": 0.3}] * 24 + [{"do": "crash"}, {"do": "refuse"}]
    plan = plan_stubs(write_stubs(tmp_path / "logs", kinds), tmp_path / "plan.parquet")
    assert start(tmp_path / "local", plan).wait() == 0
    try:
        killed = ray_disturbed(tmp_path / "ray", plan)
    except NotStarted:
        pytest.skip("Ray cannot be started on this machine")
    assert killed == 1
    assert not wrongs(tmp_path / "ray")
    expected = {"done": 24, "failed:crash": 1, "refused:unread": 1}
    assert outcomes(tmp_path / "ray") == expected
    assert digests(tmp_path / "ray") == digests(tmp_path / "local")
