"""The two commands whose arguments Hydra composes: synth and train."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from veernet.cli.arguments import Verbs
from veernet.cli.output import DONE
from veernet.errors import InputError, Refused

if TYPE_CHECKING:
    from omegaconf import DictConfig

COMMANDS = {
    "synth": "draw logs with exact truth: out=DIR count=200 seed=0 ...",
    "train": "train a network: loss=tversky model=... data=... trainer=...",
}
"""Each has a config of its name, and this line in the help."""


def add_arguments(verbs: Verbs) -> None:
    """Add the two commands; what follows them is read by Hydra, as the README says."""
    for name, says in COMMANDS.items():
        verbs.add_parser(name, help=says, add_help=False)


def run(command: str, overrides: Sequence[str]) -> int:
    """Hand a command to Hydra: it composes the config, which says what to call.

    This is the one place that knows of Hydra; what is called takes plain arguments.

    Parameters
    ----------
    command
        Its config has the same name.
    overrides
        The rest of the line.

    Returns
    -------
    int
        The exit code.

    Raises
    ------
    InputError
        If Hydra is not installed, or a config or an override is wrong.
    """
    try:
        import hydra
        from hydra.errors import HydraException
        from hydra.utils import instantiate
        from omegaconf.errors import OmegaConfBaseException
    except ImportError as error:
        msg = f"{command} needs more than the core: install veernet[train], see README"
        raise InputError(msg) from error

    program = sys.argv[0]

    def call(config: DictConfig) -> None:
        try:
            # Processes that a training starts beside itself run this line again.
            sys.argv = [program, command, *_own_line()]
            called = _made(config.get("call", config), instantiate)
            called()
        except Exception as error:
            raise _Ended from error
        if command == "train":
            from veernet.training.ranks import is_first

            if not is_first():
                return
        out = config.get("call", config).get("out") or config.get("out")
        print(f"{out}: {'trained' if command == 'train' else 'drawn'}")

    # Hydra names the program, in its help and in what it keeps of a run, after this.
    call.__module__ = "veernet.cli"
    offer_settings()

    main = hydra.main(
        version_base="1.3", config_path=str(config_folder()), config_name=command
    )
    # Hydra reads the process's arguments, and would print and exit by itself.
    sys.argv = [f"veernet {command}", *overrides]
    os.environ["HYDRA_FULL_ERROR"] = "1"
    try:
        main(call)()
    except _Ended as ended:
        cause = ended.__cause__
        assert cause is not None
        if isinstance(cause, (HydraException, OmegaConfBaseException)):
            raise _plain(cause) from cause
        raise cause from None
    except (HydraException, OmegaConfBaseException) as error:
        raise _plain(error) from error
    # Of Hydra itself, as it composes: what is called ends otherwise.
    except (ValueError, TypeError) as error:
        msg = f"{' '.join(overrides)} cannot be composed: {_line(error)}"
        raise InputError(msg) from error
    return DONE


def _own_line() -> list[str]:
    """Return the overrides of this job alone, of those that a sweep goes through.

    Where it writes is kept in the setting from which Lightning takes it.
    """
    from hydra.core.hydra_config import HydraConfig
    from omegaconf import flag_override

    own: Any = HydraConfig.instance().cfg
    with flag_override(own.hydra, "readonly", values=False):
        own.hydra.run.dir = own.hydra.runtime.output_dir
    return [*own.hydra.overrides.task, "hydra.mode=RUN"]


class _Ended(BaseException):
    """Carries an error past Hydra, which else prints lines of its own for it."""


def _made(
    config: DictConfig, instantiate: Callable[..., Callable[[], object]]
) -> Callable[[], object]:
    """Make the parts that a config describes; what cannot be made was written wrongly.

    Raises
    ------
    InputError
        With the part and the reason, in one line.
    """
    from hydra.errors import InstantiationException
    from omegaconf import OmegaConf

    from veernet.cli.kinds import check_kinds

    if missing := sorted(OmegaConf.missing_keys(config)):
        key = missing[0].removeprefix("call.")
        msg = f"{key} is not given: add {key}=... to the command"
        raise InputError(msg)
    check_kinds(config)
    try:
        return instantiate(config, _partial_=True)
    except InstantiationException as error:
        plain = _plain(error)
        if isinstance(plain, (InputError, Refused, OSError)):
            raise plain from error
        key = str(error).rpartition("full_key: ")[2] if "full_key" in str(error) else ""
        part = key.strip().removeprefix("call.") or "a part of the training"
        msg = f"{part} cannot be made as it is set: {_line(plain)}"
        raise InputError(msg) from error


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


def offer_settings() -> None:
    """Let a config tell all that it says: ``${settings:seed,out}``, less what is named.

    It becomes a flat mapping of dotted names to plain values, which a run can keep.
    """
    from omegaconf import OmegaConf

    def settings(*left_out: str, _root_: DictConfig) -> dict[str, Any]:
        found: dict[str, Any] = {}
        _flatten(_root_, "", left_out, found)
        return found

    OmegaConf.register_new_resolver("settings", settings, replace=True)


def _flatten(
    node: Any,  # noqa: ANN401 - of a config
    name: str,
    left_out: Sequence[str],
    found: dict[str, Any],
) -> None:
    from omegaconf import DictConfig, ListConfig

    if name in left_out or (isinstance(node, (DictConfig, ListConfig)) and not node):
        return
    if isinstance(node, DictConfig):
        for key in map(str, node):
            _flatten(node[key], f"{name}.{key}".lstrip("."), left_out, found)
    elif isinstance(node, ListConfig):
        for index, item in enumerate(node):
            _flatten(item, f"{name}.{index}", left_out, found)
    else:
        found[name] = node


def _plain(error: BaseException) -> BaseException:
    """Return what lies behind an error of Hydra: ours, or that the config is wrong."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, (InputError, Refused)):
            return cause
        if not type(cause).__module__.startswith(("hydra", "omegaconf")):
            return cause
        cause = cause.__cause__
    override = getattr(error, "override", None)
    if override is not None:
        # Hydra says what its grammar expected, not of which argument.
        reason = str(error).partition("\n")[0]
        msg = (
            f"{override} cannot be read ({reason}): an argument is key=value, and a "
            "value with =, a comma or brackets goes in quotes of its own, as in "
            "'out=\"a=b\"'"
        )
        return InputError(msg)
    return InputError(" ".join(str(error).split("\n")[:2]))


def config_folder() -> Path:
    """Return the folder of the configs: in the package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    installed = package / "configs"
    return installed if installed.is_dir() else package.parent / "configs"
