#!/usr/bin/env python3
"""Stratified splits of Tox21: `lacuna split` beside scikit-multilearn and iterative-stratification.

    make compare-splits DATA=FOLDER

For 80/10/10 and for five folds, over several seeds, prints Markdown tables: by how many labels the positives of an objective in
a part miss their exact share (mean and largest over objectives and parts), the same for observed labels and for rows, and the
time of one split. Peers know no missing labels: a missing one is given to them as not positive, as their users do.

Times are taken twice: of the division alone, from labels in memory (Lacuna's own clock, as --json says it), and of a whole process
that reads the compressed table, divides it and writes it compressed with one column more; the peers' do that with pandas. Wall
clock for both, and for the process the processor's time too, which a busy machine changes less.
"""
import argparse, csv, gzip, json, os, resource, statistics, subprocess, sys, tempfile, time, warnings

import numpy as np
from iterstrat.ml_stratifiers import MultilabelStratifiedKFold, MultilabelStratifiedShuffleSplit
from skmultilearn.model_selection import IterativeStratification

FLAGS = ["--objective", "NR-*:binary", "--objective", "SR-*:binary"]
COLUMN = "drawn_part"


def labels(path):
    """Labels [rows, objectives], NaN where missing."""
    with gzip.open(path, "rt", newline="") as file:
        reader = csv.reader(file)
        header = next(reader)
        places = [i for i, name in enumerate(header) if name.startswith(("NR-", "SR-"))]
        return np.array([[float(row[i]) if row[i] else np.nan for i in places] for row in reader])


def process(arguments):
    """Output, wall seconds and processor seconds of a command."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    output = subprocess.run(arguments, check=True, stdout=subprocess.PIPE, text=True).stdout
    seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return output, seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def lacuna(command, path, shares, seed, folder):
    """Parts, seconds of the division, wall and processor seconds of the process."""
    out = os.path.join(folder, "out.csv.gz")
    how = ["--folds", "5"] if len(shares) == 5 else ["--split", ",".join(map(str, shares))]
    output, *spent = process([command, "split", "--data", path, *FLAGS, *how, "--seed", str(seed), "--column", COLUMN,
                              "--out", out, "--json", "--quiet"])
    with gzip.open(out, "rt", newline="") as file:
        words = [line.rstrip("\n").rsplit(",", 1)[1] for line in file]
    assert words[0] == COLUMN
    names = ["train", "valid", "test"] if len(shares) == 3 else [str(i + 1) for i in range(5)]
    return np.array([names.index(word) for word in words[1:]]), json.loads(output)["seconds"], *spent


def whole_process(method, path, shares, seed, folder):
    """What a script with pandas does in a process of its own."""
    import pandas
    table = pandas.read_csv(path, dtype=str, keep_default_na=False)
    y = (table[[name for name in table if name.startswith(("NR-", "SR-"))]] == "1").to_numpy().astype(int)
    table[COLUMN] = METHODS[method](y, shares, seed)[0]
    table.to_csv(os.path.join(folder, "peer.csv.gz"), index=False)


def skmultilearn(order):
    def split(y, shares, seed):
        # It takes no seed that scikit-learn of today lets through: the rows are shuffled, its ties drawn from numpy's generator.
        shuffled = np.random.RandomState(seed).permutation(len(y))
        np.random.seed(seed)
        start = time.perf_counter()
        folds = IterativeStratification(n_splits=len(shares), order=order, sample_distribution_per_fold=list(shares))
        parts = np.empty(len(y), int)
        for part, (_, test) in enumerate(folds.split(np.zeros((len(y), 1)), y[shuffled])):
            parts[shuffled[test]] = part
        return parts, time.perf_counter() - start
    return split


def iterstrat(y, shares, seed):
    start = time.perf_counter()
    parts = np.zeros(len(y), int)
    x = np.zeros((len(y), 1))
    if len(set(shares)) == 1:
        for part, (_, test) in enumerate(MultilabelStratifiedKFold(len(shares), shuffle=True, random_state=seed).split(x, y)):
            parts[test] = part
        return parts, time.perf_counter() - start
    # It divides in two: the last part is cut off first, then the next from what is left.
    left, remaining = np.arange(len(y)), 1.0
    for part in range(len(shares) - 1, 0, -1):
        cut = MultilabelStratifiedShuffleSplit(1, test_size=shares[part] / remaining, random_state=seed)
        keep, test = next(cut.split(x[left], y[left]))
        parts[left[test]] = part
        left, remaining = left[keep], remaining - shares[part]
    return parts, time.perf_counter() - start


def at_random(y, shares, seed):
    start = time.perf_counter()
    cuts = np.round(np.cumsum(shares)[:-1] * len(y)).astype(int)
    parts = np.empty(len(y), int)
    for part, rows in enumerate(np.split(np.random.RandomState(seed).permutation(len(y)), cuts)): parts[rows] = part
    return parts, time.perf_counter() - start


def deviations(what, parts, shares):
    """|count − share · total| by part and column."""
    counts = np.array([what[parts == part].sum(0) for part in range(len(shares))])
    return np.abs(counts - np.array(shares)[:, None] * what.sum(0))


METHODS = {
    "iterative-stratification": iterstrat,
    "scikit-multilearn, order 1": skmultilearn(1),
    "scikit-multilearn, order 2": skmultilearn(2),
    "at random": at_random,
}


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--lacuna")
    p.add_argument("--data", required=True)
    p.add_argument("--seeds", type=int, default=10)
    p.add_argument("--process", nargs=4, help="method, shares, seed, folder: one whole process of a peer")
    a = p.parse_args()
    warnings.simplefilter("ignore")
    path = os.path.join(a.data, "tox21.csv.gz")
    if a.process:
        method, shares, seed, folder = a.process
        return whole_process(method, path, json.loads(shares), int(seed), folder)
    y = labels(path)
    positive, observed = (y == 1).astype(int), (~np.isnan(y)).astype(int)
    rows = np.ones((len(y), 1), int)
    with tempfile.TemporaryDirectory() as folder:
        def peer(name):
            def run(shares, seed):
                parts, seconds = METHODS[name](positive, shares, seed)
                script = [sys.executable, "-W", "ignore", __file__, "--data", a.data, "--process", name, json.dumps(shares),
                          str(seed), folder]
                # The process is slow and its result the same: three seeds say what it takes.
                return (parts, seconds, *(process(script)[1:] if seed <= 3 and name != "at random" else (None, None)))
            return run

        methods = {"lacuna split": lambda shares, seed: lacuna(a.lacuna, path, shares, seed, folder)}
        methods |= {name: peer(name) for name in METHODS}
        for title, shares in [("80 / 10 / 10", [0.8, 0.1, 0.1]), ("five folds", [0.2] * 5)]:
            print(f"\n{title}, {a.seeds} seeds\n")
            print("| method | positives: mean | largest | observed: mean | largest | rows: largest | "
                  "division, s | process, s | its processor time, s |")
            print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
            for name, method in methods.items():
                found = {"positive": [], "observed": [], "rows": []}
                times = []
                for seed in range(1, a.seeds + 1):
                    parts, *spent = method(shares, seed)
                    times.append(spent)
                    for key, what in [("positive", positive), ("observed", observed), ("rows", rows)]:
                        found[key].append(deviations(what, parts, shares))
                mean = lambda key: np.mean([d.mean() for d in found[key]])
                # The largest of each split, its mean over seeds; in brackets the worst split.
                most = lambda key: (np.mean([d.max() for d in found[key]]), max(d.max() for d in found[key]))
                show = lambda pair: f"{pair[0]:.1f} ({pair[1]:.1f})"
                print(f"| {name} | {mean('positive'):.2f} | {show(most('positive'))} | {mean('observed'):.1f} | "
                      f"{show(most('observed'))} | {show(most('rows'))} | "
                      + " | ".join(spread([t[i] for t in times if t[i] is not None]) for i in range(3)) + " |", flush=True)


def spread(seconds):
    """Median and range."""
    if not seconds: return "–"
    return f"{statistics.median(seconds):.3f} ({min(seconds):.3f}–{max(seconds):.3f})"


if __name__ == "__main__":
    main()
