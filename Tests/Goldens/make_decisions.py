"""Writes decisions.json: temperatures, isotonic fits and thresholds of scipy and scikit-learn, to be compared with Lacuna's.

    python make_decisions.py        # needs numpy, scipy and scikit-learn; the same file on every run

Temperatures minimise the mean log loss of float32 logits by scipy's bounded search (Guo et al. 2017, section 4.2). Thresholds
are found by trying every probability with scikit-learn's metrics.
"""
import json
import pathlib
import platform

import numpy as np
import scipy
import sklearn
from scipy.optimize import minimize_scalar
from scipy.special import expit, log_expit, log_softmax, softmax
from sklearn import metrics as sk
from sklearn.isotonic import IsotonicRegression

rng = np.random.default_rng(20240303)


def decimals(values, digits=5):
    return [round(float(v), digits) for v in np.asarray(values).ravel()]


def best(loss):
    return float(minimize_scalar(loss, bounds=(0.05, 20), method="bounded", options={"xatol": 1e-10}).x)


def binary(n, sharpness, offset=0.0):
    z = rng.normal(-1, 1.5, n)
    y = (rng.random(n) < expit(z)).astype(float)
    logits = decimals(sharpness * z + offset)
    l = np.array(logits, np.float32).astype(np.float64)
    p = expit(l).astype(np.float32).astype(np.float64)
    fit = IsotonicRegression(out_of_bounds="clip").fit(p, y)
    at = decimals(np.r_[0, rng.random(12), 1])
    return {"logits": logits, "labels": y.tolist(),
            "temperature": best(lambda t: -np.where(y == 1, log_expit(l / t), log_expit(-l / t)).mean()),
            "isotonicAt": at, "isotonic": fit.predict(np.array(at)).tolist()}


def categorical(n, classes, sharpness):
    y = rng.integers(0, classes, n)
    z = rng.normal(size=(n, classes))
    z[np.arange(n), y] += 1
    logits = decimals(sharpness * z)
    l = np.array(logits, np.float32).astype(np.float64).reshape(n, classes)
    p = softmax(l, axis=1).astype(np.float32).astype(np.float64)
    each = np.stack([IsotonicRegression(out_of_bounds="clip").fit(p[:, c], y == c).predict(p[:, c]) for c in range(classes)], 1)
    sums = each.sum(axis=1, keepdims=True)
    normalised = np.where(sums > 0, each / np.where(sums > 0, sums, 1), 1 / classes)
    return {"classes": classes, "logits": logits, "labels": y.tolist(), "isotonic": normalised.ravel().tolist(),
            "temperature": best(lambda t: -log_softmax(l / t, axis=1)[np.arange(n), y].mean())}


def ordinal(n, levels, sharpness):
    score = rng.normal(size=n)
    cuts = np.linspace(1.5, -1.5, levels - 1)
    y = (rng.random(n)[:, None] < expit(2 * (score[:, None] + cuts))).sum(axis=1)
    logits = decimals(sharpness * (score[:, None] + cuts))
    l = np.array(logits, np.float32).astype(np.float64).reshape(n, levels - 1)
    above = (y[:, None] > np.arange(levels - 1)).astype(float)
    return {"levels": levels, "logits": logits, "labels": y.tolist(),
            "temperature": best(lambda t: -np.where(above == 1, log_expit(l / t), log_expit(-l / t)).sum(axis=1).mean())}


def thresholds(n, share):
    z = rng.normal(np.log(share / (1 - share)), 1.5, n)
    y = (rng.random(n) < expit(z)).astype(int)
    y[:2] = 0, 1
    probabilities = decimals(expit(z), 3)
    p = np.array(probabilities, np.float32)
    candidates = np.unique(p)[::-1]
    called = [(p >= t).astype(int) for t in candidates]
    recall = np.array([sk.recall_score(y, c) for c in called])
    precision = np.array([sk.precision_score(y, c) for c in called])
    f1 = np.array([sk.f1_score(y, c) for c in called])
    balanced = np.array([sk.balanced_accuracy_score(y, c) for c in called])
    cost = np.array([5 * ((y == 1) & (c == 0)).sum() + ((y == 0) & (c == 1)).sum() for c in called])
    return {"probabilities": probabilities, "labels": y.tolist(), "expected": {
        "f1": float(candidates[np.argmax(f1)]), "youden": float(candidates[np.argmax(np.round(balanced, 12))]),
        "sensitivity=0.9": float(candidates[np.flatnonzero(recall >= 0.9)[0]]),
        "precision=0.5": float(candidates[np.flatnonzero(precision >= 0.5)[-1]]),
        "cost=5": float(candidates[np.argmin(cost)]), "0.25": 0.25,
    }}


out = {
    "versions": {"python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__,
                 "scikit-learn": sklearn.__version__},
    "binary": [binary(300, 2.5), binary(120, 0.4, 0.7), binary(40, 1.0)],
    "categorical": [categorical(200, 3, 3.0), categorical(80, 5, 0.5)],
    "ordinal": [ordinal(150, 4, 3.0)],
    "thresholds": [thresholds(200, 0.4), thresholds(150, 0.1)],
}
path = pathlib.Path(__file__).with_name("decisions.json")
path.write_text(json.dumps(out, separators=(",", ":")) + "\n")
