"""How fast the review is on a tall page: ``python scripts/benchmark_review``."""
