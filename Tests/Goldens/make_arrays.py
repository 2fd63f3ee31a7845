"""Writes Tests/Goldens/arrays/ and arrays.json: archives by numpy and scipy, svmlight files, and what their own readers say.

numpy.load and scipy.sparse.load_npz read the archives, sklearn.datasets.load_svmlight_file the text.
"""

import gzip
import json
import pathlib
import zipfile

import numpy as np
import scipy
import scipy.sparse as sp
import sklearn
from sklearn.datasets import load_svmlight_file

here = pathlib.Path(__file__).parent
folder = here / "arrays"
folder.mkdir(exist_ok=True)
random = np.random.default_rng(4)


def numbers(array):
    return [None if np.isnan(value) else float(value) for value in np.asarray(array, dtype=np.float64).ravel()]


x = random.normal(size=(5, 3)).astype(np.float32)
y = np.array([[1, 0], [0, np.nan], [1, 1], [np.nan, 0], [0, 0]])
np.savez(folder / "plain.npz", x=x, y=y, ids=np.arange(5, dtype=np.int16))
np.savez_compressed(folder / "deflated.npz", x=x, y=np.asfortranarray(y))
np.savez(folder / "alone.npz", x[:, :2].astype(np.float16))
# A stream that cannot seek: sizes follow the data.


class Stream:
    def __init__(self, path):
        self.file = open(path, "wb")

    def write(self, data):
        return self.file.write(data)

    def flush(self):
        self.file.flush()


stream = Stream(folder / "streamed.npz")
with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
    for name in ("x", "y"):
        with archive.open(name + ".npy", "w") as member:
            np.lib.format.write_array(member, {"x": x, "y": y}[name])
stream.file.close()

dense = {}
for name, member in [("plain", "x"), ("plain", "y"), ("plain", "ids"), ("deflated", "x"), ("deflated", "y"),
                     ("alone", "arr_0"), ("streamed", "x"), ("streamed", "y")]:
    array = np.load(folder / f"{name}.npz")[member]
    rows = array.shape[0]
    dense[f"{name}.npz:{member}"] = {"rows": rows, "columns": array.size // rows, "values": numbers(array)}

matrix = sp.random(12, 9, density=0.25, random_state=3, format="csr", dtype=np.float64)
matrix.data[0] = 0.0
matrix.data[1] = np.nan
unsorted = matrix.copy()
for row in range(unsorted.shape[0]):
    span = slice(unsorted.indptr[row], unsorted.indptr[row + 1])
    unsorted.indices[span] = unsorted.indices[span][::-1].copy()
    unsorted.data[span] = unsorted.data[span][::-1].copy()
unsorted.has_sorted_indices = False
wide = matrix.copy()
wide.indptr, wide.indices = wide.indptr.astype(np.int64), wide.indices.astype(np.int64)
variants = {
    "csr": matrix,
    "csr_array": sp.csr_array(matrix),
    "csr_unsorted": unsorted,
    "csr_int64": wide,
    "csr_int8": sp.csr_matrix((np.ones(4, np.int8), [0, 3, 1, 2], [0, 2, 2, 4]), shape=(3, 4)),
    "csr_bool": sp.csr_matrix(np.array([[True, False], [False, True]])),
    "csr_empty": sp.csr_matrix((3, 2), dtype=np.float32),
}
sparse = {}
for name, value in variants.items():
    sp.save_npz(folder / f"{name}.npz", value, compressed=name != "csr_array")
    back = sp.load_npz(folder / f"{name}.npz")
    back.sort_indices()
    sparse[f"{name}.npz"] = {
        "rows": back.shape[0], "columns": back.shape[1], "starts": back.indptr.tolist(), "indices": back.indices.tolist(),
        "values": numbers(back.data)}
for kind in ("csc", "coo", "bsr", "dia"):
    sp.save_npz(folder / f"{kind}.npz", matrix.asformat(kind))
duplicated = sp.csr_matrix((np.ones(3), [1, 1, 0], [0, 2, 3]), shape=(2, 2))
np.savez(folder / "csr_duplicates.npz", format=np.array(b"csr"), shape=np.array([2, 2]), data=duplicated.data,
         indices=duplicated.indices, indptr=duplicated.indptr)

texts = {
    "multilabel.svm": "# made for a test\n1,3 5:0.5 7:1\n\n0 qid:2 1:-2.5e1 5:3 # why\n 2:1 7:0.25\n3,1,2 0:4\n2\n",
    "onebased.libsvm": "+1 1:1 4:0.125\n-1 2:7\n+1 3:.5\n",
    "values.svmlight": "2.5 1:1\r\n-0.25 2:1\t3:2\r\n1e3 1:0\r\n",
}
lines = {}
for name, text in texts.items():
    (folder / name).write_text(text, newline="")
    with open(folder / f"{name}.gz", "wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as packed:
        packed.write(text.encode())
    multilabel = name.startswith("multi")
    features, labels = load_svmlight_file(str(folder / name), multilabel=multilabel, zero_based=True)
    lines[name] = {
        "rows": features.shape[0], "columns": features.shape[1], "starts": features.indptr.tolist(),
        "indices": features.indices.tolist(), "values": numbers(features.data),
        "labels": [list(row) for row in labels] if multilabel else [[value] for value in labels]}

(here / "arrays.json").write_text(json.dumps({
    "made with": f"numpy {np.__version__}, scipy {scipy.__version__}, scikit-learn {sklearn.__version__}",
    "dense": dense, "sparse": sparse, "lines": lines}) + "\n")
