"""Writes the files in tables/ that TablesTests reads, with the values they must give.

Made with numpy 2.4.6 and pandas 3.1.1 (CPython's gzip). Run: python make_tables.py
"""

import gzip
import json
import math
import pathlib

import numpy as np
import pandas as pd

here = pathlib.Path(__file__).parent / "tables"
here.mkdir(exist_ok=True)
expected = {"numpy": np.__version__, "pandas": pd.__version__, "arrays": {}, "csv": {}}


def plain(value):
    value = float(value)
    return value if math.isfinite(value) else str(value)


def save(name, array, version=(1, 0)):
    with open(here / name, "wb") as file:
        np.lib.format.write_array(file, array, version=version)
    back = np.load(here / name)
    expected["arrays"][name] = {
        "shape": list(back.shape),
        "values": [plain(v) for v in np.atleast_1d(back).reshape(-1)],
    }


samples = {
    "b1": [True, False, True, True, False, True],
    "i1": [-128, -1, 0, 1, 5, 127],
    "i2": [-32768, -1, 0, 1, 258, 32767],
    "i4": [-2147483648, -1, 0, 1, 66051, 2147483647],
    "i8": [-9223372036854775808, -1, 0, 1, 2**53 + 1, 9223372036854775807],
    "u1": [0, 1, 2, 127, 128, 255],
    "u2": [0, 1, 258, 32767, 32768, 65535],
    "u4": [0, 1, 66051, 2147483647, 2147483648, 4294967295],
    "u8": [0, 1, 2**53 + 1, 2**63 - 1, 2**63, 18446744073709551615],
    "f2": [0.0, -1.5, 5.960464477539063e-08, 65504.0, np.nan, -np.inf],
    "f4": [0.1, -1.5, 1.401298464324817e-45, 3.4028234663852886e38, np.nan, np.inf],
    "f8": [0.1, -1.5, 5e-324, 1.5e30, np.nan, -np.inf],
}
for code, values in samples.items():
    for order in "<>":
        if code[1] == "1" and order == ">":
            continue
        dtype = np.dtype(code).newbyteorder(order)
        array = np.array(values, dtype=np.dtype(code)).astype(dtype).reshape(3, 2)
        side = "little" if order == "<" else "big"
        save(f"{code}_{side}_c.npy", array)
        save(f"{code}_{side}_fortran.npy", np.asfortranarray(array))
save("vector.npy", np.array([1.5, 2.5, 3.5], dtype="f4"))
save("format2.npy", np.array([[1, 2], [3, 4]], dtype="i2"), version=(2, 0))
save("format3.npy", np.array([[1, 2], [3, 4]], dtype="i2"), version=(3, 0))
np.save(here / "refused_complex.npy", np.array([[1 + 2j]]))
np.save(here / "refused_strings.npy", np.array([["a", "b"]]))
np.save(here / "refused_objects.npy", np.array([[{}, None]], dtype=object), allow_pickle=True)
np.save(here / "refused_records.npy", np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f4")]))
np.save(here / "refused_dates.npy", np.array(["2020-01-01"], dtype="M8[D]"))
np.save(here / "refused_cube.npy", np.zeros((2, 3, 4), dtype="u1"))

random = np.random.default_rng(11)
rows = 40
frame = pd.DataFrame(
    {
        "id": [f"row {i}, \"{i}\"" for i in range(rows)],
        "small": random.standard_normal(rows).astype("f4"),
        "wide": random.standard_normal(rows) * 10.0 ** random.integers(-30, 30, rows),
        "count": random.integers(-5, 5, rows),
        "word": random.choice(["ja", "nein", "viel\nleicht"], rows),
        "gaps": np.where(random.random(rows) < 0.4, np.nan, random.standard_normal(rows)),
        "flag": random.random(rows) < 0.5,
    }
)
frame.to_csv(here / "pandas.csv", index=False)
frame.to_csv(here / "pandas_crlf.csv", index=False, lineterminator="\r\n", encoding="utf-8-sig", na_rep="NaN")
frame.to_csv(here / "pandas.tsv", index=False, sep="\t")
with open(here / "pandas.csv", "rb") as plain_file:
    text = plain_file.read()
(here / "pandas.csv.gz").write_bytes(gzip.compress(text, mtime=0))
half = len(text) // 2
(here / "two_members.csv.gz").write_bytes(gzip.compress(text[:half], mtime=0) + gzip.compress(text[half:], mtime=0))
frame.head(3).to_csv(here / "pandas_index.csv")
back = pd.read_csv(here / "pandas.csv", float_precision="round_trip")
for name in back.columns:
    column = back[name]
    if column.dtype.kind in "if":
        # Read as float64, then rounded, as the reader under test promises.
        expected["csv"][name] = [None if v != v else float(np.float32(v)) for v in column.astype("f8")]
    else:
        expected["csv"][name] = [str(v) for v in column]
(here.parent / "tables.json").write_text(json.dumps(expected, indent=1) + "\n")
