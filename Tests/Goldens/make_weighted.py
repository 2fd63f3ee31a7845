"""Writes weighted.json: scikit-learn's metrics with sample_weight, to be compared with Lacuna's weighted ones.

    python make_weighted.py        # needs numpy and scikit-learn; the same file on every run

Probabilities are decimals taken as float32 on both sides; log losses are of those values clipped at float32's machine
precision and widened, as in make_metrics.py. Weighted calibration errors are numpy's.
"""
import json
import pathlib
import platform

import numpy as np
import sklearn
from sklearn import metrics as sk

EPS = np.finfo(np.float32).eps
rng = np.random.default_rng(20240302)


def decimals(values):
    return [round(float(v), 6) for v in np.asarray(values).ravel()]


def widened(p):
    return np.clip(p, EPS, 1 - EPS).astype(np.float64)


def width_error(p, y, w, bins=15):
    place = np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], p, side="left")
    return float(sum(abs((w * (p - y))[place == b].sum()) for b in range(bins)) / w.sum())


def binary(n, share):
    z = rng.normal(np.log(share / (1 - share)), 1.5, n)
    labels = (rng.random(n) < 1 / (1 + np.exp(-z))).astype(int)
    labels[:2] = 0, 1
    flat, weights = decimals(1 / (1 + np.exp(-1.5 * z))), decimals(rng.gamma(2, 0.5, n))
    p, w = np.array(flat, np.float32), np.array(weights)
    called = (p >= 0.5).astype(int)
    return {"probabilities": flat, "labels": labels.tolist(), "weights": weights, "expected": {
        "auroc": sk.roc_auc_score(labels, p, sample_weight=w),
        "averagePrecision": sk.average_precision_score(labels, p, sample_weight=w),
        "accuracy": sk.accuracy_score(labels, called, sample_weight=w),
        "balancedAccuracy": sk.balanced_accuracy_score(labels, called, sample_weight=w),
        "f1": sk.f1_score(labels, called, sample_weight=w),
        "logLoss": sk.log_loss(labels, widened(p), sample_weight=w),
        "brier": sk.brier_score_loss(labels, p.astype(np.float64), sample_weight=w),
        "precision": sk.precision_score(labels, called, sample_weight=w),
        "recall": sk.recall_score(labels, called, sample_weight=w),
        "logLossSkill": sk.d2_log_loss_score(labels, widened(p), sample_weight=w),
        "eceEqualWidth": width_error(p.astype(np.float64), labels, w),
    }}


def categorical(n, classes):
    labels = rng.integers(0, classes, n)
    z = rng.normal(size=(n, classes))
    z[np.arange(n), labels] += 1.5
    e = np.exp(z)
    flat, weights = decimals(e / e.sum(axis=1, keepdims=True)), decimals(rng.gamma(2, 0.5, n))
    p, w = np.array(flat, np.float32).reshape(n, classes), np.array(weights)
    called = p.argmax(axis=1)
    areas = [sk.roc_auc_score(labels == c, p[:, c], sample_weight=w) for c in range(classes)]
    return {"classes": classes, "probabilities": flat, "labels": labels.tolist(), "weights": weights, "expected": {
        "accuracy": sk.accuracy_score(labels, called, sample_weight=w),
        "balancedAccuracy": sk.balanced_accuracy_score(labels, called, sample_weight=w),
        "macroF1": sk.f1_score(labels, called, average="macro", sample_weight=w),
        "logLoss": sk.log_loss(labels, widened(p), labels=list(range(classes)), sample_weight=w),
        "macroAUROC": float(np.mean(areas)),
        "eceEqualWidth": width_error(p.max(axis=1).astype(np.float64), (called == labels).astype(float), w),
    }}


def regression(n):
    t = rng.normal(size=n)
    flat, targets, weights = decimals(t + 0.5 * rng.normal(size=n)), decimals(t), decimals(rng.gamma(2, 0.5, n))
    p, t, w = np.array(flat, np.float32).astype(np.float64), np.array(targets), np.array(weights)
    return {"predictions": flat, "targets": targets, "weights": weights, "expected": {
        "rmse": sk.root_mean_squared_error(t, p, sample_weight=w),
        "mae": sk.mean_absolute_error(t, p, sample_weight=w),
        "r2": sk.r2_score(t, p, sample_weight=w),
    }}


def ordinal(n, levels):
    y = rng.integers(0, levels, n)
    p = np.clip(np.rint(y + rng.normal(size=n)), 0, levels - 1).astype(int)
    weights = decimals(rng.gamma(2, 0.5, n))
    w = np.array(weights)
    return {"levels": levels, "predictions": p.tolist(), "labels": y.tolist(), "weights": weights, "expected": {
        "accuracy": sk.accuracy_score(y, p, sample_weight=w),
        "mae": sk.mean_absolute_error(y, p, sample_weight=w),
        "kappa": sk.cohen_kappa_score(y, p, weights="quadratic", sample_weight=w),
    }}


out = {
    "versions": {"python": platform.python_version(), "numpy": np.__version__, "scikit-learn": sklearn.__version__},
    "binary": [binary(120, 0.4), binary(300, 0.05)], "categorical": [categorical(90, 3), categorical(60, 2)],
    "regression": [regression(80)], "ordinal": [ordinal(70, 4)],
}
path = pathlib.Path(__file__).with_name("weighted.json")
path.write_text(json.dumps(out, separators=(",", ":")) + "\n")
