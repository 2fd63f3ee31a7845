#!/usr/bin/env python3
"""Tox21 (scaffold split) and Communities and Crime through the command, three seeds each, beside the baselines.

    make results DATA=FOLDER

Prints a Markdown table: mean and range over the seeds of the test part's macro (AUROC, R²). Needs Python alone.
"""
import argparse, json, os, subprocess, tempfile

RATES = ("murdPerPop rapesPerPop robbPerPop assaultPerPop burglPerPop larcPerPop autoTheftPerPop arsonsPerPop "
         "ViolentCrimesPerPop nonViolPerPop").split()
SETS = {
    "tox21": ("tox21.csv.gz", ["NR-*:binary", "SR-*:binary"], "auroc"),
    "communities": ("communities_crime.csv.gz", [f"{r}:regression:transform=log1p" for r in RATES], "r2"),
}
# What is compared: the set, what it is called, the flags beside data, split and objectives.
RUNS = [
    ("tox21", "defaults", ""),
    ("tox21", "early stopping", "--early-stopping 5"),
    ("tox21", "Adam, L2, layer norm", "--norm layer --weight-decay 0.0001 --early-stopping 5 --epochs 40"),
    ("tox21", "Nesterov", "--encoder 1024 --batch-size 64 --optimizer sgd:momentum=0.9,nesterov=true --learning-rate 0.1 "
                          "--early-stopping 8 --epochs 60"),
    ("communities", "defaults", ""),
    ("communities", "layer norm", "--norm layer --weight-decay 0.001 --early-stopping 10 --epochs 60"),
    ("communities", "AdamW, cosine", "--optimizer adamw --weight-decay 1 --schedule cosine --batch-size 64 "
                                     "--early-stopping 15 --epochs 100"),
    ("communities", "SiLU, layer norm", "--activation silu --norm layer --early-stopping 15 --epochs 100"),
]
BASELINES = {
    "tox21": "masked MLP 0.6998, logistic regression 0.7148",
    "communities": "masked MLP 0.505, ridge 0.494",
}


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--lacuna", required=True)
    p.add_argument("--data", required=True)
    p.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    a = p.parse_args()
    print("| set | settings | flags | valid | test | range of test | baselines, test |")
    print("|---|---|---|---|---|---|---|")
    for name, title, flags in RUNS:
        file, objectives, metric = SETS[name]
        results = []
        for seed in a.seeds:
            with tempfile.TemporaryDirectory() as folder:
                command = [a.lacuna, "train", "--data", os.path.join(a.data, file), "--id", "id", "--split-column", "split",
                           "--seed", str(seed), "--json", "--quiet", "--out", os.path.join(folder, "run"), *flags.split()]
                for objective in objectives:
                    command += ["--objective", objective]
                output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
            macro = json.loads(output)["macro"]
            results.append((macro["valid"][metric], macro["test"][metric]))
        valid = sum(r[0] for r in results) / len(results)
        test = [r[1] for r in results]
        print(f"| {name} | {title} | {flags and f'`{flags}`' or '–'} | {valid:.4f} | {sum(test) / len(test):.4f} "
              f"| {min(test):.4f}–{max(test):.4f} | {BASELINES[name]} |", flush=True)


if __name__ == "__main__":
    main()
