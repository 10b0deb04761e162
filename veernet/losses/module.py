"""A loss function as a module, which is what a configuration instantiates."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, ClassVar

from torch import nn

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor


class Loss(nn.Module):
    """A loss function and its hyper-parameters; it has no state.

    A subclass names its function, whose keyword-only parameters the constructor takes
    by place or by name, and what refuses wrong ones:
    ``class DiceLoss(Loss, function=dice_loss, check=check_region)``.

    Parameters
    ----------
    *values, **named
        Hyper-parameters of the function, in its order or by name.
    """

    function: ClassVar[Callable[..., Tensor]]
    check: ClassVar[Callable[..., None]]
    signature: ClassVar[inspect.Signature]

    def __init_subclass__(
        cls,
        function: Callable[..., Tensor] | None = None,
        check: Callable[..., None] = lambda: None,
        **more: Any,  # noqa: ANN401
    ) -> None:
        """Give the class its function, and the constructor the signature of that.

        A class that names none is a variant of one that does.
        """
        super().__init_subclass__(**more)
        if function is not None:
            cls.function, cls.check = staticmethod(function), staticmethod(check)
            cls.signature = _signature(function)
            cls.__init__ = _constructor(function)  # type: ignore[method-assign]

    def __init__(self, *values: Any, **named: Any) -> None:  # noqa: ANN401
        super().__init__()
        given = self.signature.bind(*values, **named)
        given.apply_defaults()
        self.hyperparameters = dict(given.arguments)
        wanted = inspect.signature(self.check).parameters
        self.check(**{name: self.hyperparameters[name] for name in wanted})

    def forward(self, logits: Tensor, target: Tensor) -> Tensor:
        """Return the loss of (N, C, H, W) logits for (N, H, W) class indices."""
        return self.function(logits, target, **self.hyperparameters)

    def extra_repr(self) -> str:
        """List the hyper-parameters, as in the call that made the module."""
        return ", ".join(f"{k}={v!r}" for k, v in self.hyperparameters.items())


def _signature(function: Callable[..., Tensor]) -> inspect.Signature:
    """Return the hyper-parameters of a function, which are its keyword-only ones."""
    return inspect.Signature(
        [
            parameter.replace(kind=inspect.Parameter.POSITIONAL_OR_KEYWORD)
            for parameter in inspect.signature(function).parameters.values()
            if parameter.kind is inspect.Parameter.KEYWORD_ONLY
        ]
    )


def _constructor(function: Callable[..., Tensor]) -> Callable[..., None]:
    """Return a constructor that says which hyper-parameters a function has."""

    def __init__(self: Loss, *values: Any, **named: Any) -> None:  # noqa: ANN401
        Loss.__init__(self, *values, **named)

    own = _signature(function).parameters.values()
    itself = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    __init__.__annotations__ = {p.name: p.annotation for p in own}
    # The names in annotations are those of the module of the function.
    __init__.__wrapped__ = inspect.unwrap(function)  # type: ignore[attr-defined]
    __init__.__signature__ = inspect.Signature([itself, *own])  # type: ignore[attr-defined]
    return __init__
