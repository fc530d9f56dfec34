"""How fast and how big: ratios to peers measured in one run on one machine. `python -m benchmarks`."""
