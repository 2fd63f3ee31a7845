"""Reads a table of numbers to a float32 array: table_peer.py READER FILE [--threads N] [--compare FILE.npy].

Readers: pandas, polars, pyarrow. With --compare says in how many cells the array differs from another: both missing is equal."""
import argparse
import time

from problem import report

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("reader", choices=["pandas", "polars", "pyarrow"])
parser.add_argument("file")
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--compare")
a = parser.parse_args()
import numpy as np  # noqa: E402

if a.reader == "pandas":
    import pandas
    def read(): return pandas.read_csv(a.file).to_numpy(np.float32)
elif a.reader == "polars":
    import os
    os.environ["POLARS_MAX_THREADS"] = str(a.threads)
    import polars
    def read():
        frame = polars.read_csv(a.file, infer_schema_length=1000, schema_overrides=None)
        return frame.select(polars.all().cast(polars.Float64).cast(polars.Float32)).to_numpy()
else:
    import pyarrow
    import pyarrow.csv
    pyarrow.set_cpu_count(a.threads)
    def read():
        table = pyarrow.csv.read_csv(a.file)
        return np.column_stack([column.to_numpy().astype(np.float32) for column in table.columns])

start = time.perf_counter()
array = read()
seconds = time.perf_counter() - start
if a.compare:
    other = np.load(a.compare)
    same = array.shape == other.shape
    differing = int((~((array == other) | (np.isnan(array) & np.isnan(other)))).sum()) if same else -1
    steps = int(np.abs(array.view(np.int32).astype(np.int64) - other.view(np.int32))[~np.isnan(other)].max()) if same else -1
    report(differing=differing, mostUlp=steps, cells=int(other.size))
else:
    report(seconds=seconds, rows=array.shape[0], columns=array.shape[1])
