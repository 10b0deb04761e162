"""Every configuration composes, and every part that one describes can be made."""

from pathlib import Path
from typing import Any

import lightning
import pytest
import torch
from hydra import compose, initialize_config_dir
from hydra.core.hydra_config import HydraConfig
from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf
from torch import nn

from tests.runs import run
from veernet.checkpoint import load
from veernet.cli import offer_settings
from veernet.cli.kinds import check_kinds
from veernet.model import build
from veernet.training.averages import EMA

FOLDER = Path(__file__).parents[1] / "configs"
GROUPS = (
    "model",
    "loss",
    "data",
    "optimizer",
    "schedule",
    "averaging",
    "trainer",
    "study",
    "experiment",
)


def choices(group: str) -> list[str]:
    return sorted(path.stem for path in (FOLDER / group).glob("*.yaml"))


def composed(*overrides: str) -> DictConfig:
    """Compose the configuration of a training as the command line does."""
    offer_settings()
    with initialize_config_dir(str(FOLDER), version_base="1.3"):
        whole = compose("train", [*overrides], return_hydra_config=True)
    whole.hydra.runtime.output_dir = "runs/test"
    HydraConfig.instance().set_config(whole)
    return whole


def values(config: Any) -> Any:
    return OmegaConf.to_container(config, resolve=True)


@pytest.mark.parametrize(
    ("group", "choice"),
    [(group, choice) for group in GROUPS for choice in choices(group)],
)
def test_every_choice_of_every_group_composes(group: str, choice: str) -> None:
    config = composed(f"{group}={choice}").call
    assert values(config)["seed"] >= 0
    check_kinds(config)


@pytest.mark.parametrize("choice", choices("model"))
def test_every_model_builds_and_has_the_classes_of_the_outputs(choice: str) -> None:
    config = composed(f"model={choice}")
    spec = instantiate(config.call.spec, _convert_="all")
    network = build(spec.architecture)
    with torch.no_grad():
        logits = network.eval()(torch.zeros(1, 1, 64, 32))
    assert logits.shape == (1, len(spec.outputs), 64, 32)


@pytest.mark.parametrize("choice", choices("loss"))
def test_every_loss_is_a_number_with_a_gradient(choice: str) -> None:
    loss = instantiate(composed(f"loss={choice}").loss, _convert_="all")
    assert isinstance(loss, nn.Module)
    logits = torch.zeros(2, 3, 8, 8, requires_grad=True)
    target = torch.arange(64).reshape(1, 8, 8).expand(2, 8, 8) % 3
    value = loss(logits, target)
    value.backward()
    assert value.isfinite()
    assert logits.grad is not None
    assert logits.grad.abs().sum() > 0


@pytest.mark.parametrize("choice", choices("optimizer"))
def test_every_optimiser_steps_downhill(choice: str) -> None:
    weight = nn.Parameter(torch.tensor([2.0]))
    optimizer = instantiate(composed(f"optimizer={choice}").optimizer)([weight])

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = weight.square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    assert weight.item() < 2


@pytest.mark.parametrize("choice", choices("optimizer"))
def test_the_rate_of_every_optimiser_is_set_by_one_name(choice: str) -> None:
    make = instantiate(composed(f"optimizer={choice}", "optimizer.lr=0.125").optimizer)
    optimizer = make([nn.Parameter(torch.ones(1))])
    base = getattr(optimizer, "base", optimizer)
    assert [group["lr"] for group in base.param_groups] == [0.125]


@pytest.mark.parametrize("choice", choices("optimizer"))
def test_every_optimiser_trains(choice: str, tmp_path: Path) -> None:
    config = composed(f"optimizer={choice}").optimizer
    clipped = {"max_epochs": 1, "gradient_clip_val": 1.0, "precision": "bf16-mixed"}
    run(tmp_path, optimizer=instantiate(config, _convert_="all"), trainer=clipped)
    network, found = load(tmp_path / "last")
    assert found.made["steps"] == 2
    assert all(weight.isfinite().all() for weight in network.state_dict().values())


@pytest.mark.parametrize("choice", choices("averaging"))
def test_every_average_is_validated_and_saved(choice: str, tmp_path: Path) -> None:
    overrides = [f"averaging={choice}"] + ["averaging.every=1"] * (choice == "swa")
    config = composed(*overrides, "schedule=swa")
    averaging = instantiate(config.averaging, _convert_="all")
    schedule = instantiate(config.schedule, _convert_="all")
    scores = run(tmp_path, averaging=averaging, schedule=schedule)
    assert load(tmp_path / "best")[1].scores == pytest.approx(scores)


def test_the_schedule_of_an_average_begins_where_the_average_does() -> None:
    early = composed("averaging=swa", "schedule=swa", "averaging.start=0.5")
    assert early.schedule.start == early.averaging.start == 0.5
    assert composed("schedule=swa").schedule.start == 0.75
    assert composed("averaging=ema", "schedule=swa").schedule.start == 0.75


def test_the_release_is_the_average_that_it_was() -> None:
    averaging = instantiate(composed("experiment=release").call.averaging)
    assert averaging == EMA(decay=0.998)
    assert composed().call.averaging is None


@pytest.mark.parametrize("choice", choices("schedule"))
def test_every_schedule_is_a_factor(choice: str) -> None:
    schedule = instantiate(composed(f"schedule={choice}").schedule)
    factors = [schedule(share / 200) for share in range(201)]
    assert max(factors) == pytest.approx(1, abs=1e-3)
    assert min(factors) > 0


def test_cpu_trainer_is_made(tmp_path: Path) -> None:
    make = instantiate(composed("trainer=cpu", "trainer.max_time=00:01:00:00").trainer)
    trainer = make(default_root_dir=tmp_path, logger=False, enable_checkpointing=False)
    assert isinstance(trainer, lightning.Trainer)
    assert trainer.precision == "bf16-mixed"


@pytest.mark.parametrize(
    ("choice", "accelerator", "strategy"), [("gpu", "gpu", None), ("ddp", "gpu", "ddp")]
)
def test_gpu_trainers_ask_for_what_their_names_say(
    choice: str, accelerator: str, strategy: str | None
) -> None:
    config = values(composed(f"trainer={choice}").trainer)
    assert config["_target_"] == "lightning.Trainer"
    assert config["accelerator"] == accelerator
    assert config.get("strategy") == strategy


def test_architecture_of_the_checkpoint_is_the_configuration_of_the_model() -> None:
    config = composed("model.width=64", "model.heads=2")
    spec = instantiate(config.call.spec, _convert_="all")
    assert spec.architecture == values(config.model)
    assert isinstance(spec.outputs, tuple)


def test_folder_of_a_run_is_the_one_that_is_asked_for() -> None:
    with initialize_config_dir(str(FOLDER), version_base="1.3"):
        config = compose("train", ["out=somewhere"], return_hydra_config=True)
    HydraConfig.instance().set_config(config)
    assert config.hydra.run.dir == "somewhere"
    assert config.hydra.sweep.dir == "somewhere"


@pytest.mark.parametrize("group", GROUPS)
def test_every_file_says_what_it_is_for(group: str) -> None:
    for choice in choices(group):
        text = (FOLDER / group / f"{choice}.yaml").read_text()
        assert text.startswith("#"), choice


@pytest.mark.parametrize("choice", choices("experiment"))
def test_every_experiment_gives_its_command(choice: str) -> None:
    text = (FOLDER / "experiment" / f"{choice}.yaml").read_text()
    assert f"veernet train experiment={choice}" in text


def test_a_run_of_the_study_keeps_its_settings_but_for_seeds_and_places() -> None:
    one, two = (
        composed("study=small", "loss=tversky", f"seed={seed}").call.settings
        for seed in (0, 1)
    )
    assert one == two
    assert one["data.recipe.rows"] == 128
    assert one["data.seed"] == 0
    assert one["loss.beta"] == 0.7
    assert one["rates.sgd"] == 0.1
    assert not {"seed", "out", "data.kept", "data.order"} & one.keys()
    assert not any(name.startswith(("call", "hydra")) for name in one)
    other = composed("study=small", "data.samples=5").call.settings
    assert other["data.samples"] == 5
    assert all(not isinstance(value, (dict, list)) for value in other.values())
