"""A small network, its specification and a small data set, for tests of training."""

from typing import Any

import lightning
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from veernet.network import NetworkSpec, Output

ARCHITECTURE: dict[str, Any] = {
    "target": "veernet.model.make_veernet",
    "encoder_name": "tu-test_efficientnet",
    "classes": 3,
    "width": 32,
    "decoder_channels": [32, 24, 16, 16],
    "convolutions": 1,
    "stem_channels": 8,
}
"""Eighty thousand weights instead of two million."""

OUTPUTS = (
    Output("background"),
    Output("solid", ("solid",)),
    Output("dashed", ("long-dash", "short-dash", "dot", "dash-dot")),
)


BATCH_NORMALISED = NetworkSpec(
    "unet",
    {
        "target": "veernet.model.make_smp",
        "architecture": "Unet",
        "encoder_name": "tu-test_efficientnet",
        "classes": 3,
        "normalisation": "batch",
    },
    OUTPUTS,
)
"""A network with running statistics."""


def spec(**changes: Any) -> NetworkSpec:
    """Describe the small network, with some arguments of its architecture changed."""
    return NetworkSpec("small", {**ARCHITECTURE, **changes}, OUTPUTS)


class TwoLines(Dataset[dict[str, Tensor]]):
    """Pictures of 64 x 64 with a solid line and a dashed one, both slanted."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> dict[str, Tensor]:
        rows = torch.arange(64)
        solid = 8 + 2 * (index % 8) + rows // 8
        dashed = 56 - 2 * (index % 5) - rows // 6
        inked = rows % 8 < 5
        image, mask = torch.zeros(1, 64, 64), torch.zeros(64, 64, dtype=torch.int64)
        image[0, rows, solid] = 1
        image[0, rows[inked], dashed[inked]] = 1
        for offset in (-1, 0, 1):
            mask[rows, dashed + offset] = 2
            mask[rows, solid + offset] = 1
        padding = torch.full((64,), float("nan"))
        columns = torch.stack([solid.float(), dashed.float(), padding])
        classes = torch.tensor([1, 2, 0])
        return {
            "image": image,
            "mask": mask,
            "columns": columns,
            "curve_class": classes,
        }


class TwoLinesData(lightning.LightningDataModule):
    """Loads the same few pictures for training and for validation."""

    def __init__(self, count: int = 8, batch_size: int = 4) -> None:
        super().__init__()
        self.count, self.batch_size = count, batch_size

    def train_dataloader(self) -> DataLoader[dict[str, Tensor]]:
        return DataLoader(TwoLines(self.count), self.batch_size)

    def val_dataloader(self) -> DataLoader[dict[str, Tensor]]:
        return DataLoader(TwoLines(self.count), self.batch_size)
