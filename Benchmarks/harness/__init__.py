"""The driver of the benchmarks; needs nothing but Python's own library."""
