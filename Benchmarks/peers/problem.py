"""A benchmark's problem as the peers see it: the arrays, first weights and batch order that Lacuna has; no framework here."""
import json
import os
import resource
import struct
import sys
import time

import numpy as np
import scipy.sparse

RATE, BETA1, BETA2, EPSILON = 1e-3, 0.9, 0.999, 1e-7


class Problem:
    """x `[rows, features]` as Lacuna's engine sees it; y `[rows, objectives]` as CSR, stored = observed."""

    def __init__(self, folder):
        with open(os.path.join(folder, "problem.json")) as file:
            facts = json.load(file)
        self.hidden, self.batch, self.tower = facts["hidden"], facts["batch"], facts["tower"]
        self.binaries, self.categoricals, self.classes = facts["binaries"], facts["categoricals"], facts["classes"]
        self.folder = folder
        self.x = np.load(os.path.join(folder, "encoded.npy"))
        self.y = scipy.sparse.load_npz(os.path.join(folder, "y.npz"))
        self.rows = self.x.shape[0]
        self.steps = -(-self.rows // self.batch)

    def labels(self, rows=None):
        """`[rows, objectives]` int8, -1 where missing."""
        part = self.y if rows is None else self.y[rows]
        dense = np.full(part.shape, -1, np.int8)
        dense[np.repeat(np.arange(part.shape[0]), np.diff(part.indptr)), part.indices] = part.data
        return dense

    def weights(self):
        """By name, from the model that Lacuna saved before its first step."""
        return read_safetensors(os.path.join(self.folder, "initial", "model.safetensors"))

    def layers(self, weights):
        """Encoder: a kernel `[in, out]` and a bias for each layer."""
        return [(weights[f"encoder.{k}.kernel"], weights[f"encoder.{k}.bias"]) for k in range(len(self.hidden))]

    def order(self, epoch, seed=0):
        """The rows of an epoch as Lacuna's sampler draws them."""
        order, random = np.arange(self.rows), SplitMix64(seed, f"epoch {epoch}")
        for index in range(self.rows - 1, 0, -1):
            other = ((random.next() >> 32) * (index + 1)) >> 32
            order[index], order[other] = order[other], order[index]
        return order

    def slices(self):
        return [slice(start, min(start + self.batch, self.rows)) for start in range(0, self.rows, self.batch)]

    def timed_slices(self):
        """The batches that steps are timed on: all, or as many as a peer can hold with a place for every missing label."""
        most = max(1, 500_000_000 // (self.batch * self.y.shape[1]))
        return self.slices()[:most]


class SplitMix64:
    """Steele, Lea & Flood 2014, seeded with a name (FNV-1a) as Lacuna's streams are."""

    MASK = (1 << 64) - 1

    def __init__(self, seed, stream=None):
        self.state = seed
        if stream is not None:
            name = 0xCBF29CE484222325
            for byte in stream.encode():
                name = ((name ^ byte) * 0x100000001B3) & self.MASK
            self.state = SplitMix64(seed ^ name).next() ^ seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & self.MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & self.MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & self.MASK
        return z ^ (z >> 31)


def read_safetensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = np.frombuffer(file.read(), np.uint8)
    return {name: data[slice(*tensor["data_offsets"])].view(np.float32).reshape(tensor["shape"]).copy()
            for name, tensor in header.items() if name != "__metadata__"}


def median(values):
    return float(np.median(values))


def time_steps(step, seconds, warmup, least=5):
    """The median time of a step in microseconds, and how many were timed; step(i) returns when its work is done."""
    for i in range(warmup):
        step(i)
    times, start = [], time.perf_counter()
    while len(times) < least or time.perf_counter() - start < seconds:
        before = time.perf_counter()
        step(len(times))
        times.append(time.perf_counter() - before)
    return {"stepMicroseconds": median(times) * 1e6, "timed": len(times)}


def wall(body):
    start = time.perf_counter()
    body()
    return time.perf_counter() - start


def median_wall(body, fits):
    """The median of so many runs, or of as many as begin within half a second, after half a second of runs that are not counted: a
    single one of a few milliseconds says more about what else the machine does, and processors take their time to wake up."""
    spent, times = 0.0, []
    while fits > 1 and spent < 0.5:
        spent += wall(body)
    while not times or len(times) < fits and sum(times) < 0.5:
        times.append(wall(body))
    return median(times)


def peak_bytes():
    """The most memory that was resident; of this process, not of the one that started it."""
    try:
        with open("/proc/self/status") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM:"))
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def report(**values):
    print(json.dumps({**values, "peakBytes": peak_bytes()}), flush=True)


def arguments(description, variants):
    import argparse
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("folder")
    parser.add_argument("--variant", choices=variants, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=1.0, help="how long steps are timed")
    parser.add_argument("--epochs", type=int, default=0, help="time so many epochs with shuffling instead")
    parser.add_argument("--fits", type=int, default=1, help="the median of so many times all epochs, while they take half a second")
    parser.add_argument("--check", type=int, default=0, help="train so many steps of Lacuna's first epoch and say the losses")
    parser.add_argument("--rows", type=int, default=512, help="rows that --check takes the losses over")
    parser.add_argument("--idle", choices=["move", "still"], default="move", help="--check: what unobserved outputs do")
    return parser.parse_args()
