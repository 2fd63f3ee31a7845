"""Writes curves.json: scikit-learn's ROC, precision-recall and calibration curves, to be compared with Lacuna's.

    python make_curves.py        # needs numpy and scikit-learn; the same file on every run

Probabilities are decimals taken as float32 on both sides. Bins of equal mass have no peer that keeps ties together: their
edges are found here with whole numbers, by rank, and binned by numpy.
"""
import json
import pathlib
import platform

import numpy as np
import sklearn
from sklearn import metrics as sk
from sklearn.calibration import calibration_curve

rng = np.random.default_rng(20240301)


def binned(p, y, edges):
    """Bins (lower, upper] between edges; the first holds its lower edge too."""
    place = np.searchsorted(edges[1:-1], p, side="left")
    bins = []
    for index in range(len(edges) - 1):
        inside = place == index
        if inside.any():
            bins.append([int(inside.sum()), float(p[inside].mean()), float(y[inside].mean())])
    return bins


def ece(bins):
    total = sum(b[0] for b in bins)
    return sum(b[0] / total * abs(b[1] - b[2]) for b in bins)


def case(name, probabilities, labels, count):
    probabilities = [round(float(v), 6) for v in probabilities]
    labels = [float(v) for v in labels]
    p, y = np.array(probabilities, np.float32), np.array(labels)
    hard = (y >= 0.5).astype(int)
    wide = p.astype(np.float64)
    rates = sk.roc_curve(hard, p, drop_intermediate=False)
    precision, recall, thresholds = sk.precision_recall_curve(hard, p)
    width = binned(wide, y, np.linspace(0, 1, count + 1))
    if set(labels) <= {0.0, 1.0}:
        observed, predicted = calibration_curve(hard, wide, n_bins=count, strategy="uniform")
        assert np.allclose(observed, [b[2] for b in width]) and np.allclose(predicted, [b[1] for b in width])
    n, ranked = len(p), np.sort(wide)
    edges = [ranked[0]] + [ranked[(m * n + count - 1) // count - 1] for m in range(1, count + 1)]
    mass = binned(wide, y, np.array(edges))
    return {
        "name": name, "probabilities": probabilities, "labels": labels, "count": count,
        "roc": {"falsePositiveRate": rates[0].tolist(), "truePositiveRate": rates[1].tolist(),
                "thresholds": [float(t) for t in rates[2][1:]]},
        "precisionRecall": {"recall": recall[::-1].tolist(), "precision": precision[::-1].tolist(),
                            "thresholds": [float(t) for t in thresholds[::-1]]},
        "equalWidth": width, "equalWidthECE": ece(width), "equalMass": mass, "equalMassECE": ece(mass),
    }


def random(n, share, digits=6, sharpness=1.0):
    z = rng.normal(np.log(share / (1 - share)), 1.5, n)
    y = rng.random(n) < 1 / (1 + np.exp(-z))
    return np.round(1 / (1 + np.exp(-sharpness * z)), digits), y


cases = [
    case("200 slots", *random(200, 0.4), 15),
    case("rare positives, overconfident", *random(331, 0.05, sharpness=2.5), 10),
    case("many ties", *random(97, 0.5, digits=1), 15),
    case("fewer slots than bins", *random(9, 0.5), 15),
    case("both ends", [0, 0, 1, 1, 0.5, 0.2], [0, 1, 1, 1, 0, 0], 5),
    case("fractions", rng.random(60), np.round(rng.random(60), 3), 7),
]
out = {"versions": {"python": platform.python_version(), "numpy": np.__version__, "scikit-learn": sklearn.__version__},
       "cases": cases}
path = pathlib.Path(__file__).with_name("curves.json")
path.write_text(json.dumps(out, separators=(",", ":")) + "\n")
