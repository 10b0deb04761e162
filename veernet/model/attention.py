"""Transformer attention over the coarsest features, for any height and width."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import nn

from veernet.model.normalise import group_norm

if TYPE_CHECKING:
    from torch import Tensor


class SelfAttention(nn.Module):
    """Multi-head self-attention, written out as two matrix products and a softmax.

    The fused attention of torch has no second derivative on the CPU, which the study
    of the loss landscape needs. The coarsest features have so few cells that nothing
    is lost by it.

    Parameters
    ----------
    width
        Features of a token.
    heads
        Divides the width.

    References
    ----------
    .. [Vas17] Vaswani et al., Attention Is All You Need, NeurIPS 2017, eq. 1.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.scale = (width // heads) ** -0.5
        self.query_key_value = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, tokens: Tensor) -> Tensor:
        """Mix tokens, (N, cells, width) to the same shape."""
        query, key, value = (
            part.unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for part in self.query_key_value(tokens).chunk(3, dim=-1)
        )
        weights = (query * self.scale @ key.transpose(-2, -1)).softmax(dim=-1)
        mixed: Tensor = self.out((weights @ value).transpose(1, 2).flatten(2))
        return mixed


class TransformerLayer(nn.Module):
    """One pre-norm transformer layer: attention, then two linear layers.

    Normalising first lets the layer train without warm-up tricks.

    Parameters
    ----------
    width, heads
        As of the attention.
    expansion
        Width of the hidden linear layer, in widths.

    References
    ----------
    .. [Xio20] Xiong et al., On Layer Normalization in the Transformer Architecture,
       ICML 2020.
    """

    def __init__(self, width: int, heads: int, expansion: int = 2) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(width)
        self.attention = SelfAttention(width, heads)
        self.linear_norm = nn.LayerNorm(width)
        self.linear = nn.Sequential(
            nn.Linear(width, expansion * width),
            nn.GELU(),
            nn.Linear(expansion * width, width),
        )

    def forward(self, tokens: Tensor) -> Tensor:
        """Transform tokens, (N, cells, width) to the same shape."""
        tokens = tokens + self.attention(self.attention_norm(tokens))
        mixed: Tensor = tokens + self.linear(self.linear_norm(tokens))
        return mixed


class Bottleneck(nn.Module):
    """Projection to few features, position, and transformer layers across the picture.

    A curve that is broken, or that a grid line looks like, is told by what lies far
    above and below: every cell sees every other one. Position comes from a depthwise
    convolution whose zero padding marks the border, so any size works without
    resampling a table.

    Parameters
    ----------
    channels
        Of the coarsest features of the encoder.
    width
        Features of a token.
    layers, heads
        Transformer layers, and attention heads in each.

    References
    ----------
    .. [Chu23] Chu et al., Conditional Positional Encodings for Vision Transformers,
       ICLR 2023.
    """

    def __init__(
        self, channels: int, width: int = 128, layers: int = 2, heads: int = 4
    ) -> None:
        super().__init__()
        self.width = width
        self.project = nn.Sequential(nn.Conv2d(channels, width, 1), group_norm(width))
        self.position = nn.Conv2d(width, width, 3, padding=1, groups=width)
        self.layers = nn.Sequential(
            *(TransformerLayer(width, heads) for _ in range(layers))
        )

    def forward(self, features: Tensor) -> Tensor:
        """Transform (N, channels, h, w) features to (N, width, h, w)."""
        cells = self.project(features)
        cells = cells + self.position(cells)
        tokens = self.layers(cells.flatten(2).transpose(1, 2))
        grid: Tensor = tokens.transpose(1, 2).unflatten(-1, cells.shape[-2:])
        return grid
