"""The benchmark: this tool and each baseline on each set, as one table.

    python scripts/benchmark --out out/benchmark [--sets separate crossing ...]

What is measured is frozen in ``configs/benchmark.yaml``. What the modules do:

- ``definitions`` and ``bars`` read that file; ``cases`` draws strips.
- ``methods`` and ``peers`` read pages; ``perfect`` gives the tool perfect input.
- ``scoring`` scores a curve row by row, ``samples`` at the samples of a plot,
  ``agreement`` two readings of one log, ``confidence`` what is stated of them.
- ``figures``, ``summary`` and ``sums`` sum up; ``paired`` compares with baselines.
- ``generated``, ``plots``, ``real_plots``, ``real``, ``stability`` and ``speed`` run
  the sets, ``cache`` keeps what was done, ``results`` holds it all.
- ``table``, ``markdown`` and ``pictures`` write.
"""
