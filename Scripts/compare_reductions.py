#!/usr/bin/env python3
"""Which reduction is the better default, `observed` or `expected`?

Trains both over ten seeds on the data sets beside the project, as they are and with the training labels thinned
to 50, 20 and 5 %, and prints the mean validation and test result (macro of the main metrics) with the paired difference.

    make release && python3 Scripts/compare_reductions.py --lacuna .build/release/lacuna --data ../shared/data --out FOLDER

Needs numpy. Writes FOLDER/results.jsonl, one line per training, and goes on where it was stopped.
"""
import argparse, csv, gzip, json, math, os, random, shutil, statistics, subprocess
import numpy as np

SEEDS = range(10)
SHARES = (1.0, 0.5, 0.2, 0.05)
REDUCTIONS = ("observed", "expected")
RUN = ["--early-stopping", "5", "--epochs", "40"]


def tox21(data):
    with gzip.open(f"{data}/tox21.csv.gz", "rt") as f:
        rows = list(csv.reader(f))
    return rows, [c for c in rows[0] if c.startswith(("NR-", "SR-"))], lambda c: "binary"


def communities(data):
    with gzip.open(f"{data}/communities_crime.csv.gz", "rt") as f:
        rows = list(csv.reader(f))
    return rows, rows[0][2:12], lambda c: "regression:transform=log1p"


def medmnist(data):
    images = np.load(f"{data}/medmnist-union/images.npy").reshape(-1, 784)
    with open(f"{data}/medmnist-union/labels.csv") as f:
        labels = list(csv.reader(f))
    keep = [i for i, c in enumerate(labels[0]) if c != "source"]
    rows = [[labels[0][i] for i in keep] + [f"p{k}" for k in range(784)]]
    for label, image in zip(labels[1:], images):
        rows.append([label[i] for i in keep] + [str(v) for v in image])
    return rows, rows[0][2:5], lambda c: "ordinal" if c == "retina_grade" else "binary"


def thinned(rows, names, share, path):
    """Keeps each training label with probability `share`; valid and test stay whole, so that results compare."""
    rng = random.Random(f"thin {share}")
    split = rows[0].index("split")
    columns = [rows[0].index(c) for c in names]
    with open(path, "w", newline="") as f:
        writer = csv.writer(f)
        writer.writerow(rows[0])
        for row in rows[1:]:
            row = list(row)
            if row[split] == "train":
                for c in columns:
                    if rng.random() >= share:
                        row[c] = ""
            writer.writerow(row)


def main_metric(report, split):
    main = {"binary": "auroc", "regression": "r2", "ordinal": "kappa", "categorical": "balancedAccuracy"}
    values = [o["metrics"][split][main[o["kind"]]] for o in report["objectives"]]
    values = [v for v in values if v is not None]
    return sum(values) / len(values)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--lacuna", required=True)
    p.add_argument("--data", required=True)
    p.add_argument("--out", required=True)
    p.add_argument("--threads", default="1")
    a = p.parse_args()
    os.makedirs(a.out, exist_ok=True)
    log = f"{a.out}/results.jsonl"
    done = {}
    if os.path.exists(log):
        for line in open(log):
            r = json.loads(line)
            done[(r["set"], r["share"], r["seed"], r["reduction"])] = r
    for name, load in (("communities", communities), ("tox21", tox21), ("medmnist", medmnist)):
        rows, objectives, kind = load(a.data)
        for share in SHARES:
            table = f"{a.out}/{name}-{share}.csv"
            thinned(rows, objectives, share, table)
            for seed in SEEDS:
                for reduction in REDUCTIONS:
                    key = (name, share, seed, reduction)
                    if key in done:
                        continue
                    run = f"{a.out}/run"
                    shutil.rmtree(run, ignore_errors=True)
                    command = [a.lacuna, "train", "--data", table, "--id", "id", "--split-column", "split", "--json",
                               "--quiet", "--threads", a.threads, "--seed", str(seed), "--reduction", reduction,
                               "--out", run, *RUN]
                    for c in objectives:
                        command += ["--objective", f"{c}:{kind(c)}"]
                    result = subprocess.run(command, capture_output=True, text=True)
                    if result.returncode != 0:
                        raise SystemExit(result.stderr)
                    report = json.loads(result.stdout)
                    record = dict(set=name, share=share, seed=seed, reduction=reduction,
                                  valid=main_metric(report, "valid"), test=main_metric(report, "test"),
                                  best=report["training"]["bestEpoch"])
                    done[key] = record
                    with open(log, "a") as f:
                        f.write(json.dumps(record) + "\n")
            os.remove(table)
    print("| set | training labels kept | observed valid | expected valid | observed - expected, paired (s.e.) | observed test | expected test |")
    print("|---|---|---|---|---|---|---|")
    means = {r: [] for r in REDUCTIONS}
    for name in ("tox21", "medmnist", "communities"):
        for share in SHARES:
            value = {r: {m: [done[(name, share, s, r)][m] for s in SEEDS] for m in ("valid", "test")} for r in REDUCTIONS}
            for r in REDUCTIONS:
                means[r].append((statistics.mean(value[r]["valid"]), statistics.mean(value[r]["test"])))
            d = [x - y for x, y in zip(value["observed"]["valid"], value["expected"]["valid"])]
            se = statistics.stdev(d) / math.sqrt(len(d))
            cells = [f"{statistics.mean(value[r][m]):.4f}" for m in ("valid", "test") for r in REDUCTIONS]
            print(f"| {name} | {share:.0%} | {cells[0]} | {cells[1]} | {statistics.mean(d):+.4f} ({se:.4f}) | {cells[2]} | {cells[3]} |")
    for r in REDUCTIONS:
        print(f"{r}: mean over the twelve of valid {statistics.mean(v for v, _ in means[r]):.4f}, test {statistics.mean(t for _, t in means[r]):.4f}")


if __name__ == "__main__":
    main()
