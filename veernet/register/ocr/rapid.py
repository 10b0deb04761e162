"""RapidOCR, as all that reads print here uses it: an extra, on one thread, silent."""

from __future__ import annotations

from typing import Any

from veernet.errors import InputError

HEIGHT = 48
"""Rows to which its recogniser brings a line of print."""


def load_rapidocr(
    lacking: str,
    *,
    narrowest: int | None = None,
    **settings: Any,  # noqa: ANN401 - untyped
) -> Any:  # noqa: ANN401
    """Load RapidOCR without its classifier of turns.

    Parameters
    ----------
    lacking
        What to say where it is not installed.
    narrowest
        Columns to which a line of print is filled up with blank paper before it is
        recognised, 320 unless given.
    **settings
        Further ones of its part ``Global``.

    Raises
    ------
    InputError
        If it is not installed.
    """
    try:
        from rapidocr import RapidOCR  # noqa: PLC0415 (an extra, and slow to load)
    except ImportError as error:
        raise InputError(lacking) from error
    return RapidOCR(
        params={
            "Global.log_level": "error",
            "Global.use_cls": False,
            **{f"Global.{name}": value for name, value in settings.items()},
            **({"Rec.rec_img_shape": [3, HEIGHT, narrowest]} if narrowest else {}),
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
