"""The works, one function each. Each takes the programs and a scale (full or quick) and returns a Result."""
import json
import math
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import asdict, dataclass

from .agreement import agree, expect
from .figures import Figure, Result, Row, compare, interleave
from .programs import Failure, progress

EAGER, COMPILE, SCAN, JIT, KERAS = "PyTorch eager", "torch.compile", "JAX scan", "JAX jit", "Keras"
PEERS = {EAGER: ("torch_peer.py", "eager"), COMPILE: ("torch_peer.py", "compile"), SCAN: ("jax_peer.py", "scan"),
         JIT: ("jax_peer.py", "jit"), KERAS: ("keras_peer.py", "fit")}
SMALL = {**PEERS, "Keras, 128 steps a call": ("keras_peer.py", "fit-128")}


@dataclass
class Scale:
    quick: bool
    repeats: int
    seconds: float

    @property
    def repeats_of_short(self):
        """Of works that take seconds."""
        return max(self.repeats, 5)


def chosen(peers, scale, *quick):
    return {name: peers[name] for name in quick} if scale.quick else peers


def steps(programs, folder, scale, peers, threads=None):
    """By program, how to time its steps once."""
    t = threads or programs.threads
    runs = {"Lacuna": lambda: programs.lacuna_bench("train", folder, "--seconds", scale.seconds, "--threads", t, threads=t)}
    for name, (script, variant) in peers.items():
        runs[name] = lambda script=script, variant=variant: programs.peer(
            script, folder, "--variant", variant, "--seconds", scale.seconds, "--threads", t, threads=t)
    return runs


def time_steps(programs, result, scale, case, folder, peers, *, goal=None, unit="ms", over=None):
    progress(f"{case}: steps")
    found = interleave(steps(programs, folder, scale, peers), scale.repeats)
    compare(result, case, found, value="stepMicroseconds", unit=unit, scale=1 if unit == "µs" else 1e-3, goal=goal, over=over)
    return found


def w1(programs, scale):
    """W1: a small model"""
    result = Result()
    folder = programs.problem("w1", "w1")
    peers = chosen(SMALL, scale, EAGER, SCAN)
    agree(programs, result, "W1", folder, peers, steps=64, rows=4096)
    found = time_steps(programs, result, scale, "a step", folder, peers, goal=4.5, unit="µs")
    eager = Figure.of([run["stepMicroseconds"] for run in found[EAGER]]).median
    ours = Figure.of([run["stepMicroseconds"] for run in found["Lacuna"]]).median
    result.notes.append(f"Against {EAGER} a step is {eager / ours:.0f}× faster (goal: 140×).")
    progress("W1: 20 epochs")
    runs = {"Lacuna": lambda: programs.lacuna_bench("train", folder, "--epochs", 20, "--fits", 20)}
    for name, (script, variant) in peers.items():
        runs[name] = lambda script=script, variant=variant: programs.peer(script, folder, "--variant", variant, "--epochs", 20, "--fits", 20)
    compare(result, "20 epochs with shuffling", interleave(runs, scale.repeats), value="fitSeconds", unit="ms", scale=1e3, goal=4.5)
    result.notes.append(
        "Where a step's time is: 65 500 multiply-adds (32 rows × 896 weights forward and again for their gradients, 256 of them for "
        "the hidden gradient), losses of 128 numbers and Adam of 964. By a sampling profile on a processor with AVX-512 the products "
        "took 40 %, the heads' way back 14, losses 8, Adam 12, gathering and counting 6, shuffling 2; a sixth is checks and calls between "
        "them.")
    result.notes.append(
        "A step of Lacuna, of JAX scan and of Keras holds the gathering of its rows (Lacuna's and Keras's the shuffling, too); "
        "that of PyTorch and of JAX jit takes batches cut beforehand.")
    return result


def w1p(programs, scale):
    """W1p: the small model as a whole process"""
    result = Result()
    table = os.path.join(programs.data("w1", "w1"), "w1.csv")
    with tempfile.TemporaryDirectory() as folder:
        def lacuna():
            out = os.path.join(folder, "run")
            shutil.rmtree(out, ignore_errors=True)
            run = programs.measure([
                programs.lacuna, "train", "--data", table, "--objective", "tumor:binary", "--objective", "tissue:categorical",
                "--encoder", "64", "--dropout", "0", "--epochs", "20", "--batch-size", "32", "--unlabelled", "keep", "--split", "1,0,0",
                "--threads", str(programs.threads), "--out", out])
            with open(os.path.join(out, "history.jsonl")) as file:
                run["loss"] = json.loads(file.read().splitlines()[-1])["trainingLoss"]
            return run

        def script(name):
            def run():
                found = programs.measure([
                    programs.python, os.path.join(os.path.dirname(os.path.dirname(__file__)), "peers", name), table,
                    os.path.join(folder, "out.npz")])
                found["loss"] = float(found["output"].split()[-1])
                return found
            return run
        progress("W1p: whole processes")
        found = interleave(
            {"Lacuna": lacuna, "JAX scan": script("process_jax.py"), "PyTorch eager": script("process_torch.py")}, scale.repeats)
    compare(result, "time, start to saved model", found, value="seconds", unit="ms", scale=1e3, goal=20)
    peaks = {name: Figure.of([run["peakBytes"] / 1e6 for run in runs]) for name, runs in found.items()}
    leanest = min((name for name in peaks if name != "Lacuna"), key=lambda name: peaks[name].median)
    for name, figure in peaks.items():
        row = Row("peak memory", name, "MB", asdict(figure))
        if name == "Lacuna":
            row.ratio, row.against, row.goal = peaks[leanest].median / figure.median, leanest, "4×"
            row.reached = row.ratio >= 4
        result.rows.append(row)
    ours = found["Lacuna"][0]["loss"]
    for name, runs in found.items():
        # First weights and shuffles are each program's own here, so losses are near and not equal.
        expect(result, abs(runs[0]["loss"] / ours - 1) < 0.05, f"W1p: {name} ends at a loss of {runs[0]['loss']}, Lacuna at {ours}")
    result.notes.append("Loss of the last epoch: " + ", ".join(f"{name} {runs[0]['loss']:.3f}" for name, runs in found.items())
                        + "; each program with its own first weights and shuffles.")
    return result


W2_GOALS = {(1024, 0.1): 1.6, (1024, 0.01): 2, (8192, 0.1): 2.2, (8192, 0.01): 5.5, (8192, 0.001): 7}


def w2(programs, scale):
    """W2: many objectives, 1024 → 512 → T"""
    result = Result()
    grid = [(T, d) for T in (128, 1024, 8192) for d in (1, 0.1, 0.01, 0.001)]
    if scale.quick:
        grid = [(1024, 0.1), (8192, 0.01)]
    peers = chosen(PEERS, scale, EAGER, JIT)
    for T, density in grid:
        case = f"T = {T}, {density * 100:g} % observed"
        folder = programs.problem(f"w2-{T}-{density:g}", "wide", T=T, density=float(density))
        agree(programs, result, f"W2, {case}", folder, peers, steps=8)
        goal = 1 if density == 1 else W2_GOALS.get((T, density))
        time_steps(programs, result, scale, case, folder, peers, goal=goal)
    result.notes.append("The peers' cost does not depend on what is observed: they calculate every output and mask.")
    return result


def w2x(programs, scale):
    """W2x: more objectives at the same labels"""
    result = Result()
    sizes = (8192, 65_536) if scale.quick else (8192, 65_536, 262_144)
    peers = {} if scale.quick else {EAGER: PEERS[EAGER]}
    base = None
    for T in sizes:
        case = f"T = {T:,}".replace(",", " ")
        folder = programs.problem(f"w2x-{T}", "constant", T=T)
        if not scale.quick or T == 8192:
            agree(programs, result, f"W2x, {case}", folder, {EAGER: PEERS[EAGER]}, steps=4, rows=256)
        found = time_steps(programs, result, scale, case, folder, peers)
        time = Figure.of([run["stepMicroseconds"] / 1e3 for run in found["Lacuna"]])
        extra = Figure.of([(run["peakBytes"] - 12 * run["parameters"]) / 1e6 for run in found["Lacuna"]])
        result.rows.append(Row(case + ", memory beyond weights and moments", "Lacuna", "MB", asdict(extra)))
        if base is None:
            base = time, extra
            continue
        for row, figure, first in ((next(r for r in result.rows if r.case == case and r.program == "Lacuna"), time, base[0]),
                                   (result.rows[-1], extra, base[1])):
            row.ratio, row.against = figure.median / max(first.median, 1e-9), f"T = {sizes[0]}"
            row.goal, row.reached = "below 1.5× of it", row.ratio < 1.5
    result.notes.append("2000 labels per batch of 256 rows, 33 792 rows. Weights and moments are 12 bytes for each parameter; "
                        "the features' file of 138 MB is mapped in all cases and counts where its pages are resident.")
    return result


def w2s(programs, scale):
    """W2s: sparse features"""
    result = Result()
    T, density = 1024, 0.1
    case = "T = 1024, 10 % observed, 50 of 2048 features set"
    folder = programs.problem("w2s", "sparse", T=T, density=density)
    agree(programs, result, "W2s", folder, PEERS, steps=8)
    time_steps(programs, result, scale, case, folder, PEERS, goal=3)
    result.notes.append("Lacuna reads the features as CSR; the peers get them dense.")
    return result


def w2k(programs, scale):
    """W2k: skewed objectives, odd widths, categorical objectives"""
    result = Result()
    for T, density, hidden, categoricals, goal in (
            (1024, 0.1, 384, 0, 1.6), (1024, 0.01, 384, 0, 2), (1024, 0.1, 500, 128, 1.6), (1024, 0.01, 500, 128, 2),
            (8192, 0.01, 384, 0, 5.5), (8192, 0.01, 500, 512, 5.5)):
        mixed = f", {categoricals} of them categorical" if categoricals else ""
        case = f"T = {T}{mixed}, H = {hidden}, {density * 100:g} % observed"
        folder = programs.problem(f"w2k-{T}-{density:g}-{hidden}", "skewed", T=T, density=density, hidden=hidden, categoricals=categoricals)
        agree(programs, result, f"W2k, {case}", folder, PEERS, steps=8)
        time_steps(programs, result, scale, case, folder, PEERS, goal=goal)
    result.notes.append("Objective k of T is observed in proportion to 1/(k + 1), in at most every row; the ranks are shuffled. "
                        "Categorical objectives have five classes. Goals are those of W2 at the same T and coverage.")
    return result


def w4(programs, scale):
    """W4: towers"""
    result = Result()
    folder = programs.problem("w4", "towers")
    peers = {"PyTorch dense mask": ("torch_peer.py", "eager"), "PyTorch gather": ("torch_peer.py", "gather"),
             "PyTorch padded batched product": ("torch_peer.py", "bmm")}
    peers = chosen(peers, scale, "PyTorch dense mask", "PyTorch padded batched product")
    agree(programs, result, "W4", folder, peers, steps=8)
    found = time_steps(programs, result, scale, "a step", folder, peers, goal=1.3, over=["PyTorch padded batched product"])
    ours = Figure.of([run["stepMicroseconds"] for run in found["Lacuna"]])
    dense = Figure.of([run["stepMicroseconds"] for run in found["PyTorch dense mask"]])
    first = next(row for row in result.rows if row.program == "Lacuna")
    result.rows.insert(1, Row("the same, against the dense mask", "Lacuna", "ms", first.figure, None, dense.median / ours.median,
                              "PyTorch dense mask", "6×", dense.median / ours.median >= 6))
    result.notes.append("16 towers 256 → 512 → 512 → 1 on the features themselves, batch 512, 90 % missing.")
    return result


def w6(programs, scale):
    """W6: reading a table"""
    result = Result()
    rows = 20_000 if scale.quick else 100_000
    folder = programs.data(f"w6-{rows}", "table", rows=rows)
    array = os.path.join(folder, "lacuna.npy")
    for name, ending in (("plain", ""), ("gzip", ".gz")):
        path = os.path.join(folder, "table.csv" + ending)
        case = f"{rows} × 200, {os.path.getsize(path) / 1e6:.0f} MB, {name}"
        progress(f"W6: {case}")
        programs.lacuna_bench("csv", path, "--out", array)
        for reader in ("pandas", "polars", "pyarrow"):
            found = programs.peer("table_peer.py", reader, path, "--compare", array)
            # The default parser of pandas is not exact; the last bit of a double can turn that of a float.
            most = 1 if reader == "pandas" else 0
            result.agreements.append(dict(
                case=f"W6, {name}", peer=reader, cells=found["cells"], differing=found["differing"], most_ulp=found["mostUlp"]))
            expect(result, 0 <= found["mostUlp"] <= most and (most or not found["differing"]),
                   f"W6: Lacuna and {reader} read {name} differently in {found['differing']} cells, by {found['mostUlp']} ulp at most")
        runs = {"Lacuna": lambda path=path: programs.lacuna_bench("csv", path)}
        for reader in ("pandas", "polars", "pyarrow"):
            runs[reader] = lambda reader=reader, path=path: programs.peer("table_peer.py", reader, path)
        found = interleave(runs, scale.repeats_of_short)
        compare(result, case, found, value="seconds", unit="ms", scale=1e3, goal=2)
        # Looking at a process takes time, so these are runs of their own.
        looked = [programs.lacuna_bench("csv", path, watch_memory=True) for _ in range(2)]
        if all(run["anonymousBytes"] for run in looked):
            size = rows * 200 * 4
            figure = Figure.of([run["anonymousBytes"] / 1e6 for run in looked])
            ratio = figure.median * 1e6 / size
            result.rows.append(Row(case + ", memory without mapped pages", "Lacuna", "MB", asdict(figure), None, ratio,
                                   f"its arrays, {size / 1e6:.0f} MB", "below 1.5× of them", ratio < 1.5))
    os.remove(array)
    result.notes.append("Each reads with two threads to float32, polars and pandas by way of doubles; the peers make one array, Lacuna "
                        "one for each column. A fifth of the cells are empty.")
    return result


def w7(programs, scale):
    """W7: AUROC and average precision"""
    result = Result()
    T, rows = (1024, 20_000) if scale.quick else (8192, 100_000)
    folder = programs.problem(f"w7-{T}-{rows}", "wide", T=T, density=0.01, rows=rows, features=8, hidden=16)
    subset = 256
    with tempfile.TemporaryDirectory() as out:
        progress("W7: scores")
        programs.lacuna_bench("score", folder, "--out", out)
        def peer():
            run = programs.peer("score_peer.py", folder, out, "--objectives", subset)
            run["seconds"] *= run["total"] / run["objectives"]
            return run
        runs = interleave({"Lacuna": lambda: programs.lacuna_bench("score", folder), "scikit-learn": peer}, scale.repeats)
    apart = max(run["mostDifference"] for run in runs["scikit-learn"])
    result.agreements.append(dict(case="W7", peer="scikit-learn", objectives=subset, most_difference=apart))
    expect(result, apart < 1e-9, f"W7: scores of Lacuna and scikit-learn differ by {apart}")
    compare(result, f"{T} objectives × {rows} rows, 1 % observed", runs, value="seconds", unit="ms", scale=1e3, goal=20)
    peak = Figure.of([run["peakBytes"] / 1e6 for run in runs["Lacuna"]])
    dense = T * rows * 4 / 1e6
    result.rows.append(Row("peak memory, data and model included", "Lacuna", "MB", asdict(peak), None, peak.median / dense,
                           f"rows × objectives, {dense:.0f} MB", "below it", peak.median < dense))
    result.notes.append(f"scikit-learn's time is that of {subset} objectives, scaled to {T}; of the calls of `roc_auc_score` and "
                        "`average_precision_score` alone. Lacuna's is that of `evaluation()`, which calculates all its metrics of "
                        "binary objectives (accuracy, F1, log loss, Brier, calibration errors and others), from the same logits.")
    return result


def scale(programs, scale):
    """scale: two threads against one"""
    result = Result()
    for density in (0.1,) if scale.quick else (1, 0.1):
        case = f"W2, T = 8192, {density * 100:g} % observed"
        folder = programs.problem(f"w2-8192-{density:g}", "wide", T=8192, density=float(density))
        progress(f"scale: {case}")
        runs = {f"{t} thread{'s' * (t > 1)}": (lambda t=t: programs.lacuna_bench(
            "train", folder, "--seconds", scale.seconds, "--threads", t, threads=t)) for t in (1, 2)}
        found = interleave(runs, scale.repeats_of_short)
        figures = compare(result, case, found, value="stepMicroseconds", unit="ms", scale=1e-3)
        row = result.rows[-1]
        row.ratio, row.against = figures["1 thread"].median / figures["2 threads"].median, "1 thread"
        row.goal, row.reached = "1.7×", row.ratio >= 1.7
    return result


def startup(programs, scale):
    """startup: `lacuna --help`"""
    result = Result()
    programs.measure([programs.lacuna, "--help"])
    figure = Figure.of([programs.measure([programs.lacuna, "--help"])["seconds"] * 1e3 for _ in range(10 if scale.quick else 30)])
    result.rows.append(Row("`lacuna --help`", "Lacuna", "ms", asdict(figure), goal="below 30 ms", reached=figure.median < 30))
    return result


def without_debugging(programs):
    """A copy of lacuna-bench without debugging information, which valgrind reads, and reads in older forms only."""
    strip = shutil.which("strip") or shutil.which("llvm-strip")
    if strip is None:
        return programs.bench
    copy = os.path.join(programs.work, "lacuna-bench-stripped")
    shutil.copyfile(programs.bench, copy)
    os.chmod(copy, 0o755)
    subprocess.run([strip, "--strip-debug", copy], check=True)
    return copy


def instructions(programs, scale):
    """instructions: of a step, by callgrind"""
    result = Result()
    if shutil.which("valgrind") is None:
        result.notes.append("Not counted: valgrind is not installed (Debian: apt-get install valgrind).")
        return result
    bench = without_debugging(programs)
    cases = [("W1", "w1", dict(kind="w1"), 1, 9)]
    if not scale.quick:
        # Two steps an epoch: valgrind takes seconds for each.
        for T, density in ((1024, 0.1), (1024, 0.01), (8192, 0.01)):
            cases.append((f"W2, T = {T}, {density * 100:g} % observed", f"w2-{T}-{density:g}-few",
                          dict(kind="wide", T=T, density=float(density), rows=512), 1, 3))
    for case, name, settings, few, many in cases:
        progress(f"instructions: {case}")
        folder = programs.problem(name, **settings)
        counts, every = [], 0
        for epochs in (few, many):
            process = programs.start([
                "valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", bench, "train", folder, "--epochs",
                str(epochs), "--warmup", "0", "--threads", "1"], 1)
            output, errors = process.communicate()
            found = re.search(r"Collected : (\d+)", errors)
            if process.returncode or not found:
                raise Failure(f"valgrind ended with {process.returncode}: {errors[-1000:]}")
            counts.append(int(found[1]))
            every = json.loads(output.strip().splitlines()[-1])["stepsPerEpoch"]
        value = (counts[1] - counts[0]) / ((many - few) * every)
        digits = 10 ** max(0, int(math.log10(max(value, 1))) - 3)
        value = round(value / digits) * digits
        result.rows.append(Row(case, "Lacuna", "instructions", asdict(Figure(value, value, value, 1))))
    result.notes.append("One thread; the difference of two numbers of epochs, by steps, so that start and reading drop out; what an "
                        "epoch does beside its steps is in it. Valgrind shows programs a processor with AVX2 and without AVX-512.")
    return result


WORKS = {"W1": w1, "W1p": w1p, "W2": w2, "W2x": w2x, "W2s": w2s, "W2k": w2k, "W4": w4, "W6": w6, "W7": w7, "scale": scale,
         "startup": startup, "instructions": instructions}
# What a quick run leaves out.
SLOW = ("W2s", "W2k")
