#!/usr/bin/env python3
"""Trains, evaluates and predicts on data that are larger than the memory they may cost, and measures that memory.

    memory_test.py LACUNA [--gigabytes 2] [--folder DIR]

1. Features: a float32 .npy of 2 GB is mapped; the peak of anonymous memory (RssAnon) has to stay below a tenth of it.
2. Labels: a sparse .npz of 1,048,576 rows x 2000 objectives with 1 % observed; what the process holds beyond its start has
   to stay below 60 bytes for each observed label, where rows x objectives as Float32 would be 8 GB.

Needs Linux (/proc) and Python's standard library.
"""

import argparse
import array
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile

ROWS, FEATURES, OBJECTIVES, OBSERVED = 1 << 20, 512, 2000, 20


def header(code, shape):
    text = f"{{'descr': '{code}', 'fortran_order': False, 'shape': {shape}, }}"
    text += " " * (63 - (10 + len(text)) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


def features(path, rows, columns):
    """Random numbers: one block over and over, each time with a first column of its own."""
    block = array.array("f", (random.uniform(-2, 2) for _ in range(4096 * columns)))
    with open(path, "wb") as file:
        file.write(header("<f4", (rows, columns)))
        for start in range(0, rows, 4096):
            for row in range(4096):
                block[row * columns] = (start + row) % 1013 / 500 - 1
            block[: min(4096, rows - start) * columns].tofile(file)


def labels(path, rows, columns, observed):
    """CSR with as many labels in every row, as scipy.sparse.save_npz writes it, not compressed."""
    block_columns, block_values = array.array("i"), array.array("f")
    for row in range(1000):
        chosen = sorted({(row * 31 + k * 97) % columns for k in range(observed)})
        assert len(chosen) == observed
        block_columns.extend(chosen)
        block_values.extend(float((row + column) % 3 == 0) for column in chosen)
    blocks = rows // 1000 + 1
    with zipfile.ZipFile(path, "w") as archive:

        def member(name, code, shape, parts):
            with archive.open(name + ".npy", "w", force_zip64=True) as file:
                file.write(header(code, shape))
                for part in parts:
                    file.write(part)

        def cut(values):
            size = values.itemsize * observed
            for index in range(blocks):
                yield values.tobytes()[: max(0, min(1000, rows - index * 1000)) * size]

        member("indices", "<i4", f"({rows * observed},)", cut(block_columns))
        member("indptr", "<i4", f"({rows + 1},)", [array.array("i", range(0, rows * observed + 1, observed)).tobytes()])
        member("format", "|S3", "()", [b"csr"])
        member("shape", "<i8", "(2,)", [array.array("q", [rows, columns]).tobytes()])
        member("data", "<f4", f"({rows * observed},)", cut(block_values))


def peak(arguments, folder):
    """Runs a command; the largest RssAnon seen in it, in bytes."""
    started, most = time.monotonic(), 0
    process = subprocess.Popen(arguments, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    status = pathlib.Path(f"/proc/{process.pid}/status")
    while process.poll() is None:
        try:
            for line in status.read_text().splitlines():
                if line.startswith("RssAnon:"):
                    most = max(most, int(line.split()[1]) * 1024)
        except (FileNotFoundError, ProcessLookupError):
            break
        time.sleep(0.01)
    _, error = process.communicate()
    if process.returncode != 0:
        sys.exit(f"{' '.join(arguments)} failed:\n{error}")
    print(f"  {arguments[1]}: peak {most / 1e6:.0f} MB, {time.monotonic() - started:.0f} s", flush=True)
    return most


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lacuna")
    parser.add_argument("--gigabytes", type=float, default=2)
    parser.add_argument("--folder", help="where the data go for the time of the test")
    options = parser.parse_args()
    lacuna = str(pathlib.Path(options.lacuna).resolve())
    random.seed(1)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="lacuna-memory-", dir=options.folder))
    failed = False
    try:
        rows = int(options.gigabytes * 1e9) // (4 * FEATURES)
        features(folder / "x.npy", rows, FEATURES)
        labels(folder / "y.npz", rows, 100, 2)
        size = (folder / "x.npy").stat().st_size
        print(f"features of {size / 1e9:.2f} GB, {rows} rows")
        most = max(
            peak([lacuna, "train", "--features", "x.npy", "--labels", "y.npz", "--objective", "t*:binary", "--encoder", "64",
                  "--epochs", "1", "--batch-size", "512", "--out", "run"], folder),
            peak([lacuna, "evaluate", "--model", "run", "--features", "x.npy", "--labels", "y.npz"], folder),
            peak([lacuna, "predict", "--model", "run", "--features", "x.npy", "--out", "p.npy"], folder))
        print(f"  {most / size:.3f} of the feature file; the limit is 0.1")
        failed |= most >= 0.1 * size
        for name in ("x.npy", "p.npy"):
            (folder / name).unlink()

        features(folder / "x.npy", ROWS, 8)
        labels(folder / "y.npz", ROWS, OBJECTIVES, OBSERVED)
        count = ROWS * OBSERVED
        print(f"labels of {ROWS} rows x {OBJECTIVES} objectives, {count} observed")
        most = max(
            peak([lacuna, "train", "--features", "x.npy", "--labels", "y.npz", "--objective", "t*:binary", "--encoder", "16",
                  "--epochs", "1", "--batch-size", "4096", "--out", "wide"], folder),
            peak([lacuna, "evaluate", "--model", "wide", "--features", "x.npy", "--labels", "y.npz"], folder))
        print(f"  {most / count:.0f} bytes for each observed label; the limit is 60")
        failed |= most >= 60 * count
    finally:
        shutil.rmtree(folder)
    print("memory_test: " + ("too much" if failed else "within the limits"))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
