"""The losses of the network, on logits, under one set of conventions.

Every loss maps ``logits`` (N, C, H, W), unnormalised class scores, and ``target``
(N, H, W) int64, the class of each pixel, to a scalar, and raises ``InputError`` if a
shape, a label or a hyper-parameter is wrong. Each is a function, and a module that
holds nothing but the function's hyper-parameters. A module of this package is a family:
``distribution`` of the classes of a pixel, ``region`` (with ``region_weighted``,
``region_size`` and ``lovasz``), ``boundary``, ``topology`` (with ``skeleton``);
``centre`` is the loss of another output.

Precision
    Autocast is switched off and half precision widened to float32, once, before
    anything is computed; float64 stays float64.
Reduction
    A loss is the mean over what counts: the sum of the terms over the sum of their
    weights, and 0 with zero gradient where nothing counts. What counts is, for pixel
    losses (cross-entropy, focal), every pixel that is not ignored, with the weight of
    its class; for region losses (the Dice family, Jaccard, Tversky, Lovasz-Softmax,
    clDice, Skeleton Recall, boundary), every pair of image and class, or every class
    once the batch is pooled, with weight one; for the generalised Dice and the sizes of
    regions, which take the classes together, every image, or the batch.
Ignored pixels
    Pixels labelled ``ignore_index`` have the effect of being cut out of the picture.
Absent classes
    A region loss leaves out a class that the image (or the pooled batch) does not show,
    so that its scale does not jump with the number of curves in a batch. False ink of
    an absent class is then punished through the classes that it is taken from.
    ``classes="all"`` counts it.

Four of them are no losses by themselves: the sizes of regions say nothing of where,
the boundary loss next to nothing of a thin curve, clDice nothing where all is flat, and
Skeleton Recall nothing of false ink. They stand in a ``WeightedSum``.
"""

from veernet.losses.boundary import BoundaryLoss, boundary_loss
from veernet.losses.centre import CentreLoss, centre_loss, centre_target
from veernet.losses.distribution import (
    CrossEntropyLoss,
    FocalLoss,
    cross_entropy_loss,
    focal_loss,
)
from veernet.losses.lovasz import LovaszSoftmaxLoss, lovasz_softmax_loss
from veernet.losses.one_pass import OnePassSum
from veernet.losses.region import (
    DiceLoss,
    JaccardLoss,
    SquaredDiceLoss,
    TverskyLoss,
    dice_loss,
    jaccard_loss,
    squared_dice_loss,
    tversky_loss,
)
from veernet.losses.region_size import RegionSizeLoss, region_size_loss
from veernet.losses.region_weighted import (
    GeneralisedDiceLoss,
    LogDiceLoss,
    generalised_dice_loss,
    log_dice_loss,
)
from veernet.losses.topology import (
    CLDiceLoss,
    SkeletonRecallLoss,
    cldice_loss,
    skeleton_recall_loss,
)
from veernet.losses.weighted_sum import WeightedSum

__all__ = [
    "BoundaryLoss",
    "CLDiceLoss",
    "CentreLoss",
    "CrossEntropyLoss",
    "DiceLoss",
    "FocalLoss",
    "GeneralisedDiceLoss",
    "JaccardLoss",
    "LogDiceLoss",
    "LovaszSoftmaxLoss",
    "OnePassSum",
    "RegionSizeLoss",
    "SkeletonRecallLoss",
    "SquaredDiceLoss",
    "TverskyLoss",
    "WeightedSum",
    "boundary_loss",
    "centre_loss",
    "centre_target",
    "cldice_loss",
    "cross_entropy_loss",
    "dice_loss",
    "focal_loss",
    "generalised_dice_loss",
    "jaccard_loss",
    "log_dice_loss",
    "lovasz_softmax_loss",
    "region_size_loss",
    "skeleton_recall_loss",
    "squared_dice_loss",
    "tversky_loss",
]
