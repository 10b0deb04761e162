"""The benchmark: this tool and each baseline on each set, as one table.

    python scripts/benchmark --out out/benchmark [--sets separate crossing ...]

What is measured is frozen in ``configs/benchmark.yaml``. What the modules do:
``definitions`` reads that file, ``cases`` draws strips, ``methods`` and ``peers`` read
them, ``scoring`` scores a curve against its truth, ``agreement`` two readings of one
log, ``summary`` sums up with intervals, ``paired`` compares with the best baseline,
``generated``, ``plots``, ``real`` and ``speed`` run the sets, ``cache`` keeps what was
done, ``results`` holds it all, ``table`` and ``pictures`` write.
"""
