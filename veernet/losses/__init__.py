"""The losses of the network, on logits, under one set of conventions.

Every loss maps logits (N, C, H, W) and class indices (N, H, W) int64 to a scalar. Each
is a function, and a module that holds nothing but the function's hyper-parameters.

Precision
    Autocast is switched off and half precision widened to float32, once, before
    anything is computed; float64 stays float64.
Reduction
    A loss is the mean over what counts: the sum of the terms over the sum of their
    weights, and 0 with zero gradient where nothing counts. What counts is, for pixel
    losses (cross-entropy, focal), every pixel that is not ignored, with the weight of
    its class; for region losses (Dice, Tversky, Lovasz-Softmax), every pair of image
    and class, or every class once the batch is pooled, with weight one.
Ignored pixels
    Pixels labelled ``ignore_index`` have the effect of being cut out of the picture.
Absent classes
    A region loss leaves out a class that the image (or the pooled batch) does not show,
    so that its scale does not jump with the number of curves in a batch. False ink of
    an absent class is then punished through the classes that it is taken from.
    ``classes="all"`` counts it.
"""

from veernet.losses.centre import CentreLoss, centre_loss, centre_target
from veernet.losses.cross_entropy import CrossEntropyLoss, cross_entropy_loss
from veernet.losses.dice import DiceLoss, dice_loss
from veernet.losses.focal import FocalLoss, focal_loss
from veernet.losses.lovasz import LovaszSoftmaxLoss, lovasz_softmax_loss
from veernet.losses.tversky import TverskyLoss, tversky_loss
from veernet.losses.weighted_sum import WeightedSum

__all__ = [
    "CentreLoss",
    "CrossEntropyLoss",
    "DiceLoss",
    "FocalLoss",
    "LovaszSoftmaxLoss",
    "TverskyLoss",
    "WeightedSum",
    "centre_loss",
    "centre_target",
    "cross_entropy_loss",
    "dice_loss",
    "focal_loss",
    "lovasz_softmax_loss",
    "tversky_loss",
]
