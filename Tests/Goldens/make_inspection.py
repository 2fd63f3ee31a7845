"""Writes inspection.json: what `lacuna inspect` computes, from scikit-learn and SciPy.

    python make_inspection.py        # needs numpy, scipy and scikit-learn; the same file on every run

auroc: the area from sklearn.metrics.roc_auc_score, its DeLong variance written out pair by pair from DeLong,
DeLong & Clarke-Pearson 1988, equations 3 to 6, and the interval on the logit scale from both.
emptyBatches: the share of an epoch's batches that hold no label, from scipy.stats.hypergeom over each batch.
"""
import json
import pathlib
import platform

import numpy as np
import scipy
import sklearn
from scipy.stats import hypergeom, norm
from sklearn.metrics import roc_auc_score

rng = np.random.default_rng(20240301)


def delong(scores, positive):
    x, y = scores[positive], scores[~positive]
    kernel = (x[:, None] > y[None, :]) + 0.5 * (x[:, None] == y[None, :])
    v10, v01 = kernel.mean(axis=1), kernel.mean(axis=0)
    return v10.var(ddof=1) / len(x) + v01.var(ddof=1) / len(y)


def auroc(name, scores, positive):
    scores = np.array(scores, np.float32)
    positive = np.array(positive, bool)
    area = roc_auc_score(positive, scores)
    error = np.sqrt(delong(scores, positive))
    logit, reach = np.log(area / (1 - area)), norm.ppf(0.975) * error / (area * (1 - area))
    return {
        "name": name, "scores": [float(s) for s in scores], "positive": [bool(p) for p in positive],
        "value": area, "standardError": error,
        "lower": 1 / (1 + np.exp(-(logit - reach))), "upper": 1 / (1 + np.exp(-(logit + reach))),
    }


def empty_batches(rows, labelled, batch):
    sizes = [batch] * (rows // batch) + ([rows % batch] if rows % batch else [])
    return {
        "rows": rows, "labelled": labelled, "batch": batch,
        "share": float(np.mean([hypergeom.pmf(0, rows, labelled, size) for size in sizes])),
    }


def clouds(positives, negatives, shift, decimals):
    scores = np.r_[rng.normal(shift, 1, positives), rng.normal(0, 1, negatives)].round(decimals)
    order = rng.permutation(positives + negatives)
    return scores[order], np.r_[np.ones(positives, bool), np.zeros(negatives, bool)][order]


goldens = {
    "peers": {"python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__,
              "scikit-learn": sklearn.__version__},
    "auroc": [
        auroc("without ties", *clouds(40, 60, 1, 6)),
        auroc("many ties", *clouds(50, 30, 0.7, 0)),
        auroc("few positives", *clouds(5, 90, 0.4, 3)),
        auroc("below chance", *clouds(20, 20, -1.5, 4)),
    ],
    "emptyBatches": [
        empty_batches(1000, 10, 32), empty_batches(1000, 1, 1000), empty_batches(997, 3, 64),
        empty_batches(100, 60, 7), empty_batches(200_000, 500, 256), empty_batches(10, 0, 3),
        empty_batches(10, 10, 3), empty_batches(5, 2, 5), empty_batches(33, 1, 32),
    ],
}
path = pathlib.Path(__file__).with_name("inspection.json")
path.write_text(json.dumps(goldens, indent=1) + "\n")
