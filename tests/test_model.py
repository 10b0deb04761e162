"""The networks: sizes, normalisation, second derivatives, and what may be built."""

import copy
import math
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional

from tests.networks import ARCHITECTURE
from veernet.errors import InputError
from veernet.model import VeerNet, build, make_smp, make_veernet
from veernet.model.attention import Bottleneck, SelfAttention
from veernet.model.dense import unfold_squares
from veernet.model.normalise import for_engines, group_norm, with_group_norm
from veernet.training.statistics import renew_statistics

RELEASE: dict[str, Any] = {
    "target": "veernet.model.make_veernet",
    "encoder_name": "tu-mobilenetv3_small_100",
    "classes": 3,
}


DENSE: dict[str, Any] = {
    "target": "veernet.model.make_dense",
    "classes": 3,
    "channels": [8, 8, 12, 16],
    "width": 16,
    "layers": 1,
    "heads": 2,
    "head_channels": 12,
}


def small_dense(**changes: Any) -> nn.Module:
    torch.manual_seed(0)
    return build({**DENSE, **changes})


def small(**changes: Any) -> nn.Module:
    torch.manual_seed(0)
    return build({**ARCHITECTURE, **changes})


@pytest.mark.parametrize("size", [(32, 32), (64, 96), (256, 32), (32, 320)])
@pytest.mark.parametrize("blocks", [[32, 24, 16, 16], [32, 24, 16, 16, 8]])
def test_any_size_that_32_divides_gives_one_score_per_pixel_and_class(
    size: tuple[int, int], blocks: list[int]
) -> None:
    network = small(decoder_channels=blocks)
    logits = network(torch.rand(1, 1, *size))
    assert logits.shape == (1, 3, *size)
    assert logits.isfinite().all()


def test_release_network_is_a_hundred_and_twenty_eight_wide_with_two_layers() -> None:
    network = build(RELEASE)
    assert isinstance(network, VeerNet)
    assert isinstance(network.bottleneck, Bottleneck)
    assert network.bottleneck.width == 128
    assert len(network.bottleneck.layers) == 2


def test_release_network_leaves_room_for_two_files_of_weights_in_16_mib() -> None:
    weights = sum(p.numel() for p in build(RELEASE).parameters())
    assert weights < 2_000_000


@pytest.mark.parametrize("stem_channels", [0, 8])
def test_stem_is_optional(stem_channels: int) -> None:
    network = small(stem_channels=stem_channels)
    assert network(torch.rand(2, 1, 32, 64)).shape == (2, 3, 32, 64)


def test_head_tells_neighbouring_pixels_apart() -> None:
    # A picture moved by one pixel must not give the scores of the unmoved one, or
    # those of squares of 2 x 2 pixels: the sub-pixel head has a weight for each.
    network = small().eval()
    image = torch.zeros(1, 1, 64, 64)
    image[..., 21] = 1
    logits = network(image)
    moved = network(image.roll(1, dims=-1))
    assert (logits - moved).abs().max() > 1e-3
    assert (logits[..., ::2] - logits[..., 1::2]).abs().max() > 1e-3


def test_every_norm_works_on_one_picture() -> None:
    norms = [m for m in build(RELEASE).modules() if "BatchNorm" in type(m).__name__]
    assert norms == []


def test_picture_is_read_alike_alone_and_in_a_batch() -> None:
    network = small().train()
    images = torch.rand(3, 1, 64, 64)
    with torch.no_grad():
        alone = network(images[1:2])
        together = network(images)[1:2]
    torch.testing.assert_close(alone, together, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("channels", "groups"), [(16, 16), (24, 12), (7, 7), (34, 2)])
def test_group_norm_has_the_most_groups_that_divide(channels: int, groups: int) -> None:
    assert group_norm(channels).num_groups == groups


def test_replaced_norm_keeps_the_activation_inside_it() -> None:
    class NormAct(nn.BatchNorm2d):
        def __init__(self) -> None:
            super().__init__(4)
            self.drop, self.act = nn.Identity(), nn.ReLU()

    replaced = with_group_norm(nn.Sequential(NormAct()))
    result = replaced(torch.randn(2, 4, 8, 8))
    assert result.min() == 0
    assert result.max() > 0


def test_attention_agrees_with_that_of_torch() -> None:
    torch.manual_seed(0)
    attention = SelfAttention(16, heads=4)
    tokens = torch.randn(2, 9, 16)
    parts = attention.query_key_value(tokens).chunk(3, dim=-1)
    by_head = [part.unflatten(-1, (4, 4)).transpose(1, 2) for part in parts]
    mixed = functional.scaled_dot_product_attention(*by_head)
    expected = attention.out(mixed.transpose(1, 2).flatten(2))
    torch.testing.assert_close(attention(tokens), expected)


def test_bottleneck_lets_every_cell_see_every_other() -> None:
    torch.manual_seed(0)
    bottleneck = Bottleneck(8, width=16, layers=2, heads=2)
    features = torch.randn(1, 8, 2, 16, requires_grad=True)
    bottleneck(features)[0, :, 0, 0].square().sum().backward()
    assert features.grad is not None
    assert features.grad[0, :, 1, 15].abs().max() > 0


def test_second_derivative_passes_through_the_whole_network() -> None:
    """A Hessian-vector product agrees with a difference of gradients."""
    torch.manual_seed(0)
    network = small().double().eval()
    weights = [p for p in network.parameters() if p.requires_grad]
    image = torch.rand(1, 1, 32, 64, dtype=torch.float64)
    target = torch.randint(0, 3, (1, 32, 64))
    direction = [torch.randn_like(w) for w in weights]
    length = math.sqrt(sum(float(d.square().sum()) for d in direction))
    direction = [d / length for d in direction]

    def gradient(*, create_graph: bool = False) -> list[torch.Tensor]:
        loss = functional.cross_entropy(network(image), target)
        return list(torch.autograd.grad(loss, weights, create_graph=create_graph))

    along = sum(
        (g * d).sum()
        for g, d in zip(gradient(create_graph=True), direction, strict=True)
    )
    product = torch.autograd.grad(along, weights)
    step = 1e-6
    shifted = []
    for sign in (1, -2):
        for weight, d in zip(weights, direction, strict=True):
            weight.data.add_(d, alpha=sign * step)
        shifted.append(gradient())
    difference = [(up - down) / (2 * step) for up, down in zip(*shifted, strict=True)]
    found = torch.cat([p.flatten() for p in product])
    expected = torch.cat([d.flatten() for d in difference])
    # Kinks of the ReLUs that the step crosses limit the agreement, not the precision.
    assert float((found - expected).norm() / expected.norm()) < 1e-3
    assert float(found.norm()) > 0


@pytest.mark.parametrize("name", ["Unet", "FPN", "DeepLabV3Plus"])
def test_architectures_of_the_library_take_one_picture(name: str) -> None:
    network = make_smp(
        architecture=name, encoder_name="tu-mobilenetv3_small_050", classes=2
    )
    assert network(torch.rand(1, 1, 64, 64)).shape == (1, 2, 64, 64)


def test_library_keeps_batch_norm_where_it_is_asked_for() -> None:
    network = make_smp(
        architecture="Unet",
        encoder_name="tu-mobilenetv3_small_050",
        classes=2,
        normalisation="batch",
    )
    assert any(isinstance(m, nn.BatchNorm2d) for m in network.modules())


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"target": "os.system"}, "'os.system' is none of veernet.model.make_veernet"),
        ({"target": "torch.nn.Linear"}, "is none of"),
        ({"depth": 5}, "unexpected keyword argument 'depth'"),
        ({"encoder_name": "resnet9000"}, "encoder 'resnet9000' is not to be had"),
        ({"encoder_name": "tu-nonesuch"}, "encoder 'tu-nonesuch' is not to be had"),
        ({"encoder_name": "tu-edgenext_xx_small"}, "lacks features of strides"),
        ({"heads": 5}, "heads 5 do not divide the bottleneck's width 32"),
        ({"decoder_channels": [8, 8]}, "decoder_channels wants four or five blocks"),
    ],
)
def test_what_cannot_be_built_is_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        build({**ARCHITECTURE, **changes})


def test_missing_argument_is_named() -> None:
    with pytest.raises(InputError, match="missing a required argument: 'encoder_name'"):
        build({"target": "veernet.model.make_veernet", "classes": 3})


def test_unknown_architecture_of_the_library_is_refused() -> None:
    with pytest.raises(InputError, match="Vnet with encoder 'resnet18'"):
        make_smp(architecture="Vnet", encoder_name="resnet18", classes=3)


def test_training_reaches_every_weight() -> None:
    network = small()
    network(torch.rand(2, 1, 64, 64)).square().mean().backward()
    idle = [name for name, p in network.named_parameters() if p.grad is None]
    assert idle == []


def test_weights_follow_the_seed() -> None:
    torch.manual_seed(3)
    first = make_veernet(classes=2, encoder_name="tu-test_efficientnet")
    torch.manual_seed(3)
    second = make_veernet(classes=2, encoder_name="tu-test_efficientnet")
    for one, other in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(one, other)


def test_group_norms_written_out_for_engines_compute_the_same():
    generator = torch.Generator().manual_seed(5)
    network = nn.Sequential(nn.Conv2d(1, 48, 3), nn.GroupNorm(16, 48), nn.ReLU()).eval()
    with torch.no_grad():
        network[1].weight.uniform_(0.5, 2.0, generator=generator)
        network[1].bias.uniform_(-1.0, 1.0, generator=generator)
    picture = torch.rand(2, 1, 40, 56, generator=generator)
    written = for_engines(copy.deepcopy(network))
    assert not any(isinstance(m, nn.GroupNorm) for m in written.modules())
    torch.testing.assert_close(written(picture), network(picture), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("size", [(32, 32), (64, 96), (32, 320)])
@pytest.mark.parametrize("head_channels", [0, 12])
@pytest.mark.parametrize("blocks", [[0, 0, 0, 0], [1, 2, 1, 1]])
def test_dense_network_gives_one_score_per_pixel_and_class(
    size: tuple[int, int], head_channels: int, blocks: list[int]
) -> None:
    network = small_dense(head_channels=head_channels, encoder_blocks=blocks).eval()
    logits = network(torch.rand(2, 1, *size))
    assert logits.shape == (2, 3, *size)
    assert logits.isfinite().all()


def test_dense_network_leaves_room_for_two_files_of_weights_in_16_mib() -> None:
    network = build({"target": "veernet.model.make_dense", "classes": 7})
    assert 1e6 < sum(p.numel() for p in network.parameters()) < 2e6


def test_dense_network_tells_neighbouring_pixels_apart() -> None:
    network = small_dense().eval()
    image = torch.zeros(1, 1, 64, 64)
    image[..., 21] = 1
    logits = network(image)
    for step in (1, 2, 3):
        moved = network(image.roll(step, dims=-1))
        assert (logits - moved).abs().max() > 1e-3
        assert (logits[..., ::4] - logits[..., step::4]).abs().max() > 1e-3


def test_dense_network_gives_the_same_in_training_and_evaluation() -> None:
    network = small_dense().train()
    image = torch.rand(8, 1, 128, 128)
    with torch.no_grad():
        whole = network(image)
    renew_statistics(network, [image])
    # The variance that is kept is that of a sample: 1/127 more at the coarsest stride.
    torch.testing.assert_close(network.eval()(image), whole, rtol=0.05, atol=0.05)


def test_squares_unfold_as_a_pixel_shuffle_does() -> None:
    folded = torch.rand(2, 3 * 16, 5, 7).to(memory_format=torch.channels_last)
    unfolded = unfold_squares(folded, 4)
    assert unfolded.is_contiguous()
    torch.testing.assert_close(unfolded, functional.pixel_shuffle(folded, 4))


def test_training_reaches_every_weight_of_the_dense_network() -> None:
    network = small_dense()
    network(torch.rand(2, 1, 64, 64)).square().mean().backward()
    idle = [name for name, p in network.named_parameters() if p.grad is None]
    assert idle == []


def test_weights_of_the_dense_network_lie_with_channels_side_by_side() -> None:
    for weight in small_dense().parameters():
        if weight.ndim == 4:
            assert weight.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"channels": [8, 8, 8]}, "channels .* give 4 numbers"),
        ({"encoder_blocks": [1]}, "encoder_blocks .* give 4 numbers"),
        ({"decoder_blocks": [1, 1, 1, 1]}, "decoder_blocks .* give 3 numbers"),
        ({"heads": 3}, "heads 3 do not divide the bottleneck's width 16"),
        ({"depth": 5}, "unexpected keyword argument 'depth'"),
    ],
)
def test_dense_networks_that_cannot_be_built_are_refused(
    changes: dict[str, Any], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        small_dense(**changes)
