"""Makes the data of one benchmark: make_data.py KIND FOLDER [key=value ...]. Equal arguments give equal files.

A training problem is a folder:
  problem.json   widths, batch, objectives; see `write`
  x.npy, x.npz   features, dense or as scipy's CSR
  y.npz          labels as scipy's CSR: what is stored is observed, a stored 0 too
  names.txt      b0, b1, ... binary objectives, then c0, c1, ... categorical ones
"""
import gzip
import json
import os
import sys

import numpy as np
import scipy.sparse


def write(folder, x, rows, columns, labels, shape, *, hidden, batch, binaries, categoricals=0, classes=0, tower=()):
    """Sorts the observed labels row by row and writes the problem's files."""
    order = np.lexsort((columns, rows))
    starts = np.zeros(shape[0] + 1, np.int64)
    np.add.at(starts, rows + 1, 1)
    y = scipy.sparse.csr_matrix((labels[order].astype(np.int8), columns[order].astype(np.int32), np.cumsum(starts)), shape)
    scipy.sparse.save_npz(os.path.join(folder, "y.npz"), y, compressed=False)
    sparse = scipy.sparse.issparse(x)
    if sparse:
        scipy.sparse.save_npz(os.path.join(folder, "x.npz"), x, compressed=False)
    else:
        np.save(os.path.join(folder, "x.npy"), x)
    with open(os.path.join(folder, "names.txt"), "w") as file:
        file.writelines([f"b{k}\n" for k in range(binaries)] + [f"c{k}\n" for k in range(categoricals)])
    facts = dict(x="x.npz" if sparse else "x.npy", hidden=list(hidden), batch=batch, binaries=binaries,
                 categoricals=categoricals, classes=classes, tower=list(tower))
    with open(os.path.join(folder, "problem.json"), "w") as file:
        json.dump(facts, file)


def signs(random, x, rows, columns, count):
    """A yes or no for each observed pair: the sign of a product with a low-rank matrix, so that there is something to learn."""
    low = x[:, :64] @ random.standard_normal((min(64, x.shape[1]), 16), dtype=np.float32)
    high = random.standard_normal((count, 16), dtype=np.float32)
    labels = np.empty(len(rows), np.int8)
    for start in range(0, len(rows), 1 << 20):
        part = slice(start, start + (1 << 20))
        labels[part] = (low[rows[part]] * high[columns[part]]).sum(1) > 0
    return labels


def pairs(random, rows, columns, density):
    """Observed pairs, uniformly at random, each column at least once."""
    if density >= 1:
        return np.repeat(np.arange(rows), columns), np.tile(np.arange(columns), rows)
    observed = scipy.sparse.random_array((rows, columns), density=density, rng=random, dtype=np.float32).tocoo()
    r, c = observed.coords[0].astype(np.int64), observed.coords[1].astype(np.int64)
    bare = np.setdiff1d(np.arange(columns), c)
    return np.concatenate([r, random.integers(0, rows, len(bare))]), np.concatenate([c, bare])


def standard(random, rows, columns):
    """Normal numbers, each column of mean 0 and deviation 1, so that Lacuna's scaling leaves them as they are."""
    x = random.standard_normal((rows, columns), dtype=np.float32)
    return ((x - x.mean(0, dtype=np.float64)) / x.std(0, dtype=np.float64)).astype(np.float32)


def w1(folder):
    """10 features, one binary and one three-class objective; a third and a third of the labels missing."""
    random = np.random.default_rng(1)
    n = 4096
    x = standard(random, n, 10)
    z = np.tanh(x @ random.standard_normal((10, 16), dtype=np.float32)) @ random.standard_normal((16, 4), dtype=np.float32)
    yes, kind = (z[:, 0] > 0).astype(np.int8), z[:, 1:].argmax(1).astype(np.int8)
    i = np.arange(n)
    none = i % 41 == 0
    has_yes, has_kind = (i % 3 != 0) & ~none, ((i % 3 == 0) | (i % 2 == 1)) & ~none
    rows = np.concatenate([i[has_yes], i[has_kind]])
    columns = np.concatenate([np.zeros(has_yes.sum(), int), np.ones(has_kind.sum(), int)])
    write(folder, x, rows, columns, np.concatenate([yes[has_yes], kind[has_kind]]), (n, 2),
          hidden=[64], batch=32, binaries=1, categoricals=1, classes=3)
    with open(os.path.join(folder, "w1.csv"), "w") as file:
        file.write(",".join(f"f{k}" for k in range(10)) + ",tumor,tissue\n")
        for k in range(n):
            cells = [repr(float(v)) for v in x[k]] + [str(yes[k]) if has_yes[k] else "", str(kind[k]) if has_kind[k] else ""]
            file.write(",".join(cells) + "\n")


def wide(folder, T, density, rows=2048, features=1024, hidden=512, batch=256):
    """T binary objectives, each label observed with the same chance."""
    random = np.random.default_rng([2, T])
    x = standard(random, rows, features)
    r, c = pairs(random, rows, T, density)
    write(folder, x, r, c, signs(random, x, r, c, T), (rows, T), hidden=[hidden], batch=batch, binaries=T)


def constant(folder, T, labels=2000, rows=33792, features=1024, hidden=512, batch=256):
    """T binary objectives, the same number of labels per batch whatever T is; every objective has one at least."""
    random = np.random.default_rng([3, T])
    x = standard(random, rows, features)
    total = rows * labels // batch
    c = np.concatenate([np.arange(T), random.integers(0, T, max(total - T, 0))])
    r = random.permutation(np.arange(len(c)) % rows)
    r, c = np.unique(np.stack([r, c]), axis=1)
    write(folder, x, r, c, signs(random, x, r, c, T), (rows, T), hidden=[hidden], batch=batch, binaries=T)


def sparse(folder, T, density, rows=2048, columns=2048, stored=50, hidden=512, batch=256):
    """Features of which 50 of 2048 are set, as CSR."""
    random = np.random.default_rng([4, T])
    places = np.sort(random.permuted(np.tile(np.arange(columns), (rows, 1)), axis=1)[:, :stored], axis=1)
    x = scipy.sparse.csr_matrix((np.ones(rows * stored, np.float32), places.ravel(), np.arange(rows + 1) * stored), (rows, columns))
    r, c = pairs(random, rows, T, density)
    dense = x.toarray()
    write(folder, x, r, c, signs(random, dense, r, c, T), (rows, T), hidden=[hidden], batch=batch, binaries=T)


def skewed(folder, T, density, hidden, categoricals=0, classes=5, rows=2048, features=1024, batch=256):
    """Zipf over objectives: objective k is observed in proportion to 1 / (k + 1), but in no more than all rows and no fewer
    than `classes`; the mean density is as asked. Categorical objectives are spread over the ranks."""
    random = np.random.default_rng([5, T, hidden])
    x = standard(random, rows, features)
    share = 1 / np.arange(1, T + 1)
    low, high = 0.0, float(rows * T)
    for _ in range(60):
        scale = (low + high) / 2
        counts = np.clip(np.round(share * scale), classes, rows)
        low, high = (scale, high) if counts.sum() < density * rows * T else (low, scale)
    counts = random.permutation(counts.astype(int))
    r = np.concatenate([random.choice(rows, n, replace=False) for n in counts])
    c = np.repeat(np.arange(T), counts)
    labels = signs(random, x, r, c, T)
    # The last objectives are categorical: the first labels of each are its classes in turn, so that none is unseen.
    first = T - categoricals
    chosen = c >= first
    rank = np.arange(len(c)) - np.concatenate([[0], np.cumsum(counts)])[c]
    drawn = np.where(rank < classes, rank, random.integers(0, classes, len(c)))
    labels = np.where(chosen, drawn, labels)
    write(folder, x, r, c, labels, (rows, T), hidden=[hidden], batch=batch, binaries=first, categoricals=categoricals,
          classes=classes)


def towers(folder, rows=4096, features=256, count=16, density=0.1, batch=512):
    """16 objectives with towers of their own, straight on the features."""
    random = np.random.default_rng(6)
    x = standard(random, rows, features)
    r, c = pairs(random, rows, count, density)
    write(folder, x, r, c, signs(random, x, r, c, count), (rows, count), hidden=[], batch=batch, binaries=count,
          tower=[512, 512])


def table(folder, rows=100_000, columns=200):
    """A table of numbers with a fifth of the cells empty, plain and gzipped."""
    import pyarrow
    import pyarrow.csv
    random = np.random.default_rng(7)
    plain = os.path.join(folder, "table.csv")
    names = [f"f{k}" for k in range(columns)]
    with open(plain, "wb") as file:
        for start in range(0, rows, 10_000):
            size = min(10_000, rows - start)
            values = np.round(random.standard_normal((size, columns)), 6)
            holes = random.random((size, columns)) < 0.2
            block = pyarrow.table({name: pyarrow.array(values[:, k], mask=holes[:, k]) for k, name in enumerate(names)})
            pyarrow.csv.write_csv(block, file, pyarrow.csv.WriteOptions(include_header=start == 0))
    with open(plain, "rb") as source, open(plain + ".gz", "wb") as target:
        with gzip.GzipFile(fileobj=target, mode="wb", compresslevel=6, mtime=0, filename="") as packed:
            while block := source.read(1 << 22):
                packed.write(block)


if __name__ == "__main__":
    kind, folder, *rest = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    pairs_given = dict(item.split("=") for item in rest)
    {"w1": w1, "wide": wide, "constant": constant, "sparse": sparse, "skewed": skewed, "towers": towers, "table": table}[kind](
        folder, **{key: float(value) if "." in value else int(value) for key, value in pairs_given.items()})
