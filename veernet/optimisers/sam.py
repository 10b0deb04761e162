"""Sharpness-aware minimisation, plain and adaptive."""

from __future__ import annotations

from typing import Any

from torch import Tensor
from torch.nn.utils import get_total_norm

from veernet.errors import InputError
from veernet.optimisers.wrapper import Closure, MakeBase, Parameters, Wrapper

SMALLEST_NORM = 1e-12
"""Of a gradient that has a direction; a smaller one moves the weights by less."""


class SAM(Wrapper):
    """Steps with the gradient where the loss is highest nearby, to first order.

    With w the weights, g their gradient and T_w a positive diagonal, the base steps
    from w with the gradient at w + e,

        e = rho T_w^2 g / ||T_w g||,

    which minimises the largest loss within ||e / T_w|| <= rho. T_w = 1 is SAM
    [For21]_, eq. 2. ASAM [Kwo21]_, algorithm 1, has T_w = |w| + eta, so that
    scaling a layer up and the next one down changes nothing; biases keep T_w = 1, as in
    the authors' code. The norms are over all parameters together.

    A step evaluates two gradients of one batch: n steps are fairly compared with 2 n of
    the base. With rho of 0 it evaluates one and is the base.

    Parameters
    ----------
    params
        Parameters, pairs of name and parameter, or groups of either. Named ones are
        weights if their name holds "weight"; others if they have two or more axes.
    base
        Makes the optimiser that steps of the groups.
    lr
        Rate of the base; None leaves it to the base.
    rho
        Radius, in units of the weights, or with ``adaptive`` of their own sizes.
    adaptive
        Whether this is ASAM.
    eta
        Size that ``adaptive`` takes a weight of zero to have.

    Raises
    ------
    InputError
        If a radius or a size is negative.

    References
    ----------
    .. [For21] Foret et al., Sharpness-Aware Minimization for Efficiently Improving
       Generalization, ICLR 2021.
    .. [Kwo21] Kwon et al., ASAM: Adaptive Sharpness-Aware Minimization for
       Scale-Invariant Learning of Deep Neural Networks, ICML 2021.
    """

    def __init__(
        self,
        params: Parameters,
        base: MakeBase,
        lr: float | None = None,
        rho: float = 0.05,
        adaptive: bool = False,
        eta: float = 0.01,
    ) -> None:
        super().__init__(params, base, lr, rho=rho, adaptive=adaptive, eta=eta)
        for group in self.param_groups:
            for name in ("rho", "eta"):
                if not group[name] >= 0:
                    msg = f"{name} of SAM is {group[name]}: give 0 or more"
                    raise InputError(msg)

    @property
    def gradients_per_step(self) -> int:
        """Two, or one where every radius is 0."""
        return 2 if any(group["rho"] for group in self.param_groups) else 1

    def replace_gradient(self, closure: Closure) -> None:
        """Climb by rho, evaluate the gradient there, and come back."""
        if self.gradients_per_step == 1:
            return
        rises = self._rises()
        # The copies live for this step only: the state, and so a checkpoint, has none.
        kept = [(weight, weight.clone()) for weight, _ in rises]
        try:
            for weight, rise in rises:
                weight.add_(rise)
            closure()
        finally:
            for weight, value in kept:
                weight.copy_(value)

    def _rises(self) -> list[tuple[Tensor, Tensor]]:
        """Pair each parameter that has a gradient with its part of e."""
        graded = [
            (weight, weight.grad, _size(group, index), group["rho"])
            for group in self.param_groups
            for index, weight in enumerate(group["params"])
            if weight.grad is not None
        ]
        norm = get_total_norm([size * gradient for _, gradient, size, _ in graded])
        norm = norm.clamp(min=SMALLEST_NORM)
        return [(w, (rho / norm) * size**2 * g) for w, g, size, rho in graded]


def _size(group: dict[str, Any], index: int) -> Tensor | float:
    """Return the diagonal of T_w for one parameter of a group."""
    weight: Tensor = group["params"][index]
    names = group.get("param_names")
    is_weight = weight.ndim > 1 if names is None else "weight" in names[index]
    if group["adaptive"] and is_weight:
        return weight.abs() + float(group["eta"])
    return 1.0
