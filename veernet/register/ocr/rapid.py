"""RapidOCR, as all that reads print here uses it: an extra, on one thread, silent."""

from __future__ import annotations

from typing import Any

from veernet.errors import InputError


def load_rapidocr(lacking: str, **settings: Any) -> Any:  # noqa: ANN401 - untyped
    """Load RapidOCR without its classifier of turns.

    Parameters
    ----------
    lacking
        What to say where it is not installed.
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
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
