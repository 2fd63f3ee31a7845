"""AUROC and average precision, objective by objective, with scikit-learn: score_peer.py PROBLEM FOLDER [--objectives N].

FOLDER holds the logits of the observed labels and Lacuna's scores, see `lacuna-bench score`. Only the calls are timed; of the
first N objectives, which have two classes. Says the largest difference of scores over all of these."""
import argparse
import json
import os
import time

import numpy as np
import scipy.sparse
from sklearn.metrics import average_precision_score, roc_auc_score

from problem import report

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("problem")
parser.add_argument("folder")
parser.add_argument("--objectives", type=int, default=256)
parser.add_argument("--threads", type=int, default=2)
a = parser.parse_args()
y = scipy.sparse.load_npz(os.path.join(a.problem, "y.npz")).tocsc()
logits = np.load(os.path.join(a.folder, "logits.npy"))[:, 0].astype(np.float64)
# What Lacuna ranks by and its predictions say: probabilities in single precision, in which near logits are equal.
probabilities = (1 / (1 + np.exp(-logits))).astype(np.float32)
with open(os.path.join(a.folder, "scores.json")) as file:
    scores = json.load(file)
seconds, count, difference = 0.0, 0, 0.0
for k in range(y.shape[1]):
    part = slice(y.indptr[k], y.indptr[k + 1])
    labels, values = y.data[part], probabilities[part]
    if count == a.objectives:
        break
    if labels.min() == labels.max():
        if scores["auroc"][k] is not None:
            raise SystemExit(f"objective {k} has one class and an AUROC")
        continue
    start = time.perf_counter()
    auroc, precision = roc_auc_score(labels, values), average_precision_score(labels, values)
    seconds += time.perf_counter() - start
    count += 1
    difference = max(difference, abs(auroc - scores["auroc"][k]), abs(precision - scores["averagePrecision"][k]))
report(seconds=seconds, objectives=count, mostDifference=difference, total=int(y.shape[1]))
