"""The Hessian of an objective by the weights: its largest eigenvalue and its trace.

The Hessian is never written down: its product with a vector is a second derivative.
Both measures change when layers are rescaled. Taken in the measure of the weights'
sizes (``adaptive``), they do not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from scipy.linalg import eigh_tridiagonal
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.overrides import TorchFunctionMode

from veernet.errors import InputError
from veernet.losses.inputs import check_positive
from veernet.study.landscape.neighbourhood import adaptive_scale
from veernet.study.landscape.sharpness import SharpnessEstimate, estimate
from veernet.study.landscape.weights import lent

if TYPE_CHECKING:
    from torch import Tensor, nn

    from veernet.study.landscape.objective import Objective
    from veernet.study.landscape.probes import Batch
    from veernet.study.landscape.weights import Weights

Product = Callable[["Tensor"], "Tensor"]
"""Maps a (weights,) float64 vector to the Hessian times it."""


class _SmoothKernels(TorchFunctionMode):
    """Hard sigmoid written out, as torch has no second derivative of its kernel."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,  # noqa: ANN401 - as torch declares it
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401
        if func is functional.hardsigmoid:
            return functional.relu6(args[0] + 3) / 6
        return func(*args, **(kwargs or {}))


@contextmanager
def twice_differentiable() -> Iterator[None]:
    """Use kernels that have second derivatives: attention and hard sigmoid lack them.

    The fused attention of torch, and with it its transformer layers, cannot be
    differentiated twice; the written-out one can.
    """
    with sdpa_kernel(SDPBackend.MATH), _SmoothKernels():
        yield


@contextmanager
def hessian_product(
    model: nn.Module,
    batches: Sequence[Batch],
    objective: Objective,
    *,
    adaptive: bool = False,
) -> Iterator[tuple[Product, Weights]]:
    """Lend the product with the Hessian of an objective's mean over batches.

    The graph of the gradient is built once and kept, which makes a product as dear as
    two or three values with gradients and takes memory for all batches at once, a few
    times that of a training step: give few pictures.

    Parameters
    ----------
    model
        At the weights to measure; what has no gradient there counts as flat.
    batches, objective
        Of which the Hessian is that of the mean.
    adaptive
        Whether to take it in the measure of the weights' sizes T, as T H T, which a
        rescaling of layers does not change.

    Yields
    ------
    Product, Weights
    """
    with lent(model) as weights, twice_differentiable():
        values = [objective(model, batch) for batch in batches]
        mean = torch.stack(values).mean()
        gradients = torch.autograd.grad(
            mean, weights.parameters, create_graph=True, materialize_grads=True
        )
        # A loss that is linear in some weights gives them gradients without a graph.
        curved = [g for g in gradients if g.requires_grad]
        scale = adaptive_scale(weights) if adaptive else None

        def product(vector: Tensor) -> Tensor:
            inner = vector.to(weights.origin)
            if not curved:
                return torch.zeros_like(inner)
            stretched = inner if scale is None else scale * inner
            pieces = weights.tensors(stretched)
            paired = zip(pieces, gradients, strict=True)
            found = torch.autograd.grad(
                curved,
                weights.parameters,
                [piece for piece, gradient in paired if gradient.requires_grad],
                retain_graph=True,
                materialize_grads=True,
                allow_unused=True,
            )
            result = weights.vector(found)
            return result if scale is None else scale * result

        yield product, weights


def largest_eigenvalue(
    model: nn.Module,
    batches: Sequence[Batch],
    objective: Objective,
    *,
    steps: int = 12,
    adaptive: bool = False,
    generator: torch.Generator,
) -> SharpnessEstimate:
    """Largest (most positive) eigenvalue of the Hessian, by Lanczos.

    ``steps`` products with the Hessian, fewer where it has not so many eigenvalues.

    Parameters
    ----------
    model, batches, objective, adaptive
        As in :func:`hessian_product`.
    steps
        Of the iteration; the library's solvers do not let their number be given.
    generator
        Of the CPU, for the first vector.

    Returns
    -------
    SharpnessEstimate
        Never above the true one but for rounding, which for a network in float32 is
        some millionths of it; its error is the norm of the residual, within which there
        is an eigenvalue.
    """
    with hessian_product(model, batches, objective, adaptive=adaptive) as (
        product,
        weights,
    ):
        return lanczos(product, weights.size, steps, generator)


def trace(
    model: nn.Module,
    batches: Sequence[Batch],
    objective: Objective,
    *,
    draws: int = 8,
    adaptive: bool = False,
    generator: torch.Generator,
) -> SharpnessEstimate:
    """Trace of the Hessian by Hutchinson: the mean of v H v over random signs v.

    Parameters
    ----------
    model, batches, objective, adaptive
        As in :func:`hessian_product`.
    draws
        Of signs, each a product with the Hessian; 2 or more, for the standard error.
    generator
        Of the CPU.

    Returns
    -------
    SharpnessEstimate
        With its standard error over the draws.

    References
    ----------
    .. [Hut90] Hutchinson, A stochastic estimator of the trace of the influence matrix
       for Laplacian smoothing splines, Communications in Statistics 19, 1990.
    """
    with hessian_product(model, batches, objective, adaptive=adaptive) as (
        product,
        weights,
    ):
        return hutchinson(product, weights.size, draws, generator)


def lanczos(
    product: Product, size: int, steps: int, generator: torch.Generator
) -> SharpnessEstimate:
    """Return the largest eigenvalue of a symmetric product of vectors of a size.

    Every vector is made orthogonal to all before it, twice, as else rounding brings
    back directions that were found, and with them eigenvalues. A product that is not
    finite has none: NaN.

    Raises
    ------
    InputError
        If there is no step to take.
    """
    check_positive(steps=steps)
    vector = torch.randn(size, generator=generator, dtype=torch.float64)
    basis = [vector / vector.norm()]
    diagonal: list[float] = []
    beside: list[float] = []
    for _ in range(min(steps, size)):
        image = product(basis[-1]).cpu()
        diagonal.append(float(basis[-1] @ image))
        known = torch.stack(basis)
        for _ in range(2):
            image = image - known.T @ (known @ image)
        beside.append(float(image.norm()))
        if not math.isfinite(beside[-1]):
            return SharpnessEstimate(math.nan, math.nan)
        if beside[-1] <= 1e-10 * max(map(abs, (*diagonal, *beside))):
            beside[-1] = 0.0  # the space is used up: the values are exact
            break
        basis.append(image / beside[-1])
    values, vectors = eigh_tridiagonal(np.array(diagonal), np.array(beside[:-1]))
    return SharpnessEstimate(
        float(values[-1]), abs(beside[-1] * float(vectors[-1, -1]))
    )


def hutchinson(
    product: Product, size: int, draws: int, generator: torch.Generator
) -> SharpnessEstimate:
    """Return the trace of a product of vectors of a size, from random signs.

    Raises
    ------
    InputError
        If there are fewer than two draws.
    """
    if draws < 2:
        msg = f"{draws} draws have no spread: give 2 or more"
        raise InputError(msg)
    found = []
    for _ in range(draws):
        bits = torch.randint(2, (size,), generator=generator, dtype=torch.float64)
        signs = 2 * bits - 1
        found.append(float(signs @ product(signs).cpu()))
    return estimate(found)
