"""Writes metrics.json: scikit-learn's values for every metric, to be compared with Lacuna's.

    python make_metrics.py        # needs numpy and scikit-learn; the same file on every run

Probabilities and predictions are written as decimals and taken as float32 on both sides. Log loss is
scikit-learn's on those float32 values clipped at float32's machine precision and then widened, so that its sum
runs in double precision; `logLossFloat32` is what scikit-learn answers for the float32 values as they are.
Calibration errors have no peer in scikit-learn: numpy bins them here, by whole-number ranks and by equal widths.
null: the labels hold one class, or the quotient is 0/0, and Lacuna gives a reason instead of a number.
"""
import json
import pathlib
import platform
import warnings

import numpy as np
import scipy
import sklearn
from scipy.stats import spearmanr
from sklearn import metrics as sk

warnings.simplefilter("ignore")
EPS = np.finfo(np.float32).eps
rng = np.random.default_rng(20240229)


def decimals(values, digits=6):
    return [round(float(value), digits) for value in np.asarray(values).ravel()]


def widened(probabilities):
    return np.clip(probabilities, EPS, 1 - EPS).astype(np.float64)


def ece(p, y, edges):
    """Bins (lower, upper] between edges, the first with its lower edge; the mean of |predicted - observed|."""
    place = np.searchsorted(edges[1:-1], p, side="left")
    return float(sum((place == b).sum() / len(p) * abs(p[place == b].mean() - y[place == b].mean())
                     for b in range(len(edges) - 1) if (place == b).any()))


def calibration_errors(p, y, bins=15):
    p, y = p.astype(np.float64), np.asarray(y, np.float64)
    ranked, n = np.sort(p), len(p)
    ranks = [(m * n + bins - 1) // bins - 1 for m in range(1, bins + 1)]
    return {"eceEqualMass": ece(p, y, np.array([ranked[0]] + [ranked[r] for r in ranks])),
            "eceEqualWidth": ece(p, y, np.linspace(0, 1, bins + 1))}


def skill(loss, shares):
    """1 - loss / entropy of the shares: what d2_log_loss_score is, which is asserted where it takes the labels."""
    prior = -sum(s * np.log(s) for s in shares if s > 0)
    return 1 - loss / prior if prior > 0 else None


def binary_values(probabilities, labels):
    p = np.array(probabilities, np.float32)
    y = np.array(labels, np.float64)
    hard = (y >= 0.5).astype(int)
    predicted = (p >= 0.5).astype(int)
    two = len(set(hard)) == 2
    # A soft label y is a positive of weight y and a negative of weight 1 − y: the same loss.
    both = np.r_[np.ones(len(y), int), np.zeros(len(y), int)]
    weight = np.r_[y, 1 - y]

    def log_loss(p):
        return sk.log_loss(both, np.r_[p, p], sample_weight=weight, labels=[0, 1]) * weight.sum() / len(y)

    relative = skill(log_loss(widened(p)), [y.mean(), 1 - y.mean()])
    if two and not np.any(y != hard):
        assert np.isclose(relative, sk.d2_log_loss_score(hard, widened(p)), rtol=1e-12, atol=1e-12)
    return {
        "auroc": sk.roc_auc_score(hard, p) if two else None,
        "averagePrecision": sk.average_precision_score(hard, p) if two else None,
        "accuracy": sk.accuracy_score(hard, predicted),
        "balancedAccuracy": sk.balanced_accuracy_score(hard, predicted) if two else None,
        "f1": sk.f1_score(hard, predicted) if hard.any() or predicted.any() else None,
        "logLoss": log_loss(widened(p)),
        "brier": sk.mean_squared_error(y, p.astype(np.float64))
        if np.any(y != hard)
        else sk.brier_score_loss(hard, p.astype(np.float64), pos_label=1),
        "precision": sk.precision_score(hard, predicted) if predicted.any() else None,
        "recall": sk.recall_score(hard, predicted) if hard.any() else None,
        "logLossSkill": relative,
        **calibration_errors(p, y),
    }, log_loss(p)


def binary(name, probabilities, labels):
    probabilities, labels = decimals(probabilities, 9), decimals(labels)
    expected, float32 = binary_values(probabilities, labels)
    return {"name": name, "probabilities": probabilities, "labels": labels, "expected": expected,
            "logLossFloat32": float32}


def binary_cases():
    def informed(n, share, digits=6, strength=1.5):
        y = (rng.random(n) < share).astype(float)
        z = strength * (y - 0.5) + rng.normal(size=n)
        return decimals(1 / (1 + np.exp(-z)), digits), y

    yield binary("two slots in order", [0.2, 0.8], [0, 1])
    yield binary("two slots reversed", [0.8, 0.2], [0, 1])
    yield binary("two slots tied", [0.5, 0.5], [0, 1])
    yield binary("one positive", [0.7], [1])
    yield binary("one negative", [0.7], [0])
    yield binary("one negative predicted so", [0.3], [0])
    yield binary("all positive", [0.1, 0.6, 0.9], [1, 1, 1])
    yield binary("all negative, one predicted positive", [0.1, 0.6, 0.2], [0, 0, 0])
    yield binary("all negative, none predicted positive", [0.1, 0.4, 0.2], [0, 0, 0])
    yield binary("all the same probability", [0.3] * 7, [0, 1, 0, 0, 1, 0, 0])
    yield binary("perfect", [0.1, 0.2, 0.7, 0.9], [0, 0, 1, 1])
    yield binary("scikit-learn's page", [0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])
    yield binary("exactly one half is positive", [0.5, 0.499999, 0.5, 0.5], [1, 1, 0, 1])
    yield binary("sure and right", [0, 1, 0, 1], [0, 1, 0, 1])
    yield binary("sure and wrong", [1, 0, 1, 0], [0, 1, 0, 1])
    yield binary("sure, half of it right", [0, 1, 1, 0, 0.5], [0, 1, 0, 1, 1])
    yield binary("next to 0 and 1", [1e-9, 2e-7, 0.99999994, 0.9999999, 1e-7], [1, 0, 0, 1, 0])
    yield binary("tie between classes at both ends", [0.9, 0.9, 0.5, 0.1, 0.1, 0.9], [1, 0, 1, 1, 0, 1])
    for n in (3, 5, 12, 40, 97, 150, 400):
        yield binary(f"{n} random slots", *informed(n, 0.4))
    for share in (0.02, 0.98):
        yield binary(f"300 slots, {share} positive", *informed(300, share))
    yield binary("250 slots on eleven values", *informed(250, 0.3, digits=1))
    yield binary("60 slots on eleven values", *informed(60, 0.5, digits=1))
    yield binary("120 uninformed slots", *informed(120, 0.5, strength=0))
    yield binary("120 slots, very sure", *informed(120, 0.5, strength=12))
    p, y = informed(80, 0.4)
    yield binary("80 soft labels", p, np.clip(y * 0.8 + 0.1 + 0.05 * rng.normal(size=80), 0, 1))
    yield binary("soft labels at one half", [0.2, 0.6, 0.9, 0.4], [0.5, 0.499, 0.75, 0.25])
    yield binary("soft labels of one class", [0.2, 0.6, 0.9], [0.5, 0.75, 1])


def one_against_rest(y, p):
    """roc_auc_score(multi_class="ovr"), which demands every class, over the classes that some labels name, not all."""
    areas = [sk.roc_auc_score(y == c, p[:, c]) for c in range(p.shape[1]) if 0 < (y == c).sum() < len(y)]
    return float(np.mean(areas)) if areas else None


def rank_correlation(a, b):
    return float(spearmanr(a, b).statistic) if len(set(a)) > 1 and len(set(b)) > 1 else None


def categorical(name, rows, labels):
    rows = np.asarray(rows, float)
    classes = rows.shape[1]
    flat = decimals(rows, 9)
    p = np.array(flat, np.float32).reshape(-1, classes)
    y = np.asarray(labels, int)
    predicted = p.argmax(axis=1)

    def log_loss(p):
        return sk.log_loss(y, p, labels=list(range(classes))) if classes > 1 else None

    expected = {
        "accuracy": sk.accuracy_score(y, predicted),
        "balancedAccuracy": sk.balanced_accuracy_score(y, predicted) if len(set(y)) > 1 else None,
        "macroF1": sk.f1_score(y, predicted, average="macro"),
        "logLoss": log_loss(widened(p)),
        "macroAUROC": one_against_rest(y, p),
        "logLossSkill": skill(log_loss(widened(p)), np.bincount(y) / len(y)),
        **calibration_errors(p.max(axis=1), predicted == y),
    }
    if len(set(y)) == classes and np.allclose(p.sum(axis=1), 1, atol=1e-5):
        whole = p / p.sum(axis=1, keepdims=True)
        peer = sk.roc_auc_score(y, p[:, 1]) if classes == 2 else sk.roc_auc_score(y, whole, multi_class="ovr")
        assert np.isclose(expected["macroAUROC"], peer, atol=1e-3), (name, expected["macroAUROC"], peer)
    return {"name": name, "classes": classes, "probabilities": flat, "labels": y.tolist(), "expected": expected,
            "logLossFloat32": log_loss(p)}


def categorical_cases():
    def informed(n, classes, strength=2.0, digits=6):
        y = rng.integers(0, classes, n)
        z = rng.normal(size=(n, classes))
        z[np.arange(n), y] += strength
        e = np.exp(z)
        return np.round(e / e.sum(axis=1, keepdims=True), digits), y

    yield categorical("one slot right", [[0.2, 0.5, 0.3]], [1])
    yield categorical("one slot wrong", [[0.2, 0.5, 0.3]], [2])
    yield categorical("tie goes to the first", [[0.4, 0.4, 0.2], [0.2, 0.4, 0.4], [1 / 3] * 3], [0, 2, 0])
    yield categorical("one class among the labels", [[0.6, 0.4], [0.3, 0.7], [0.9, 0.1]], [0, 0, 0])
    yield categorical("a class only predicted", [[0.6, 0.3, 0.1], [0.1, 0.2, 0.7], [0.1, 0.8, 0.1]], [0, 1, 1])
    yield categorical("a class neither labelled nor predicted",
                      [[0.6, 0.3, 0.1], [0.3, 0.6, 0.1], [0.5, 0.4, 0.1]], [0, 1, 1])
    yield categorical("sure, right and wrong", [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]], [0, 1, 0, 2])
    yield categorical("rows that sum to 0.9", [[0.5, 0.3, 0.1], [0.2, 0.6, 0.1]], [0, 2])
    for n, classes in ((10, 2), (40, 3), (60, 7), (120, 5), (50, 30)):
        yield categorical(f"{n} slots of {classes} classes", *informed(n, classes))
    yield categorical("80 slots, uninformed", *informed(80, 4, strength=0))
    yield categorical("80 slots on tenths", *informed(80, 3, digits=1))
    rows, y = informed(90, 4)
    yield categorical("90 imbalanced slots", rows, np.where(y == 3, 3, 0))


def regression(name, predictions, targets):
    predictions, targets = decimals(predictions), decimals(targets)
    p = np.array(predictions, np.float32).astype(np.float64)
    t = np.array(targets, np.float64)
    expected = {
        "rmse": sk.root_mean_squared_error(t, p),
        "mae": sk.mean_absolute_error(t, p),
        "r2": sk.r2_score(t, p) if len(set(t)) > 1 else None,
        "spearman": rank_correlation(t, p),
    }
    return {"name": name, "predictions": predictions, "targets": targets, "expected": expected}


def regression_cases():
    def informed(n, noise=0.5, scale=1.0, offset=0.0):
        t = rng.normal(size=n)
        return offset + scale * (t + noise * rng.normal(size=n)), offset + scale * t

    yield regression("one value", [1.5], [1.0])
    yield regression("two values", [1.0, 2.0], [1.5, 2.5])
    yield regression("scikit-learn's page", [2.5, 0.0, 2, 8], [3, -0.5, 2, 7])
    yield regression("constant targets", [1.0, 2.0, 3.0], [0.1, 0.1, 0.1])
    yield regression("constant targets met", [0.5, 0.5], [0.5, 0.5])
    yield regression("perfect", [0.25, -1.5, 3.0], [0.25, -1.5, 3.0])
    yield regression("the mean predicted", [2.0, 2.0, 2.0], [1.0, 2.0, 3.0])
    yield regression("worse than the mean", [3.0, 2.0, 1.0], [1.0, 2.0, 3.0])
    for n in (5, 30, 200):
        yield regression(f"{n} random values", *informed(n))
    yield regression("large offset", *informed(50, offset=100000.0))
    yield regression("small scale", *informed(50, scale=0.01))
    yield regression("large scale", *informed(50, scale=1e6))


def ordinal(name, predictions, labels, levels):
    p, y = np.asarray(predictions, int), np.asarray(labels, int)
    expected = {
        "accuracy": sk.accuracy_score(y, p),
        "mae": sk.mean_absolute_error(y, p),
        "kappa": sk.cohen_kappa_score(y, p, weights="quadratic", labels=list(range(levels)))
        if len(set(y)) > 1 else None,
        "spearman": rank_correlation(y, p),
    }
    return {"name": name, "levels": levels, "predictions": p.tolist(), "labels": y.tolist(), "expected": expected}


def ordinal_cases():
    def informed(n, levels, spread=1.0):
        y = rng.integers(0, levels, n)
        return np.clip(np.rint(y + spread * rng.normal(size=n)), 0, levels - 1), y

    yield ordinal("one slot", [2], [1], 4)
    yield ordinal("perfect", [0, 1, 2, 3], [0, 1, 2, 3], 4)
    yield ordinal("reversed", [3, 2, 1, 0], [0, 1, 2, 3], 4)
    yield ordinal("constant prediction", [1, 1, 1, 1], [0, 1, 2, 2], 3)
    yield ordinal("one level among the labels", [0, 1, 2], [1, 1, 1], 3)
    yield ordinal("one level met", [1, 1], [1, 1], 3)
    yield ordinal("two levels", [0, 1, 1, 0, 1], [0, 1, 0, 0, 1], 2)
    yield ordinal("levels that do not occur", [0, 9, 4, 0], [0, 9, 5, 4], 12)
    for n, levels in ((6, 3), (50, 5), (200, 10)):
        yield ordinal(f"{n} slots of {levels} levels", *informed(n, levels), levels)
    yield ordinal("60 uninformed slots", rng.integers(0, 4, 60), rng.integers(0, 4, 60), 4)


def multilabel_cases():
    """Every label has both classes, so that scikit-learn's macro averages are defined."""
    for n, labels in ((12, 2), (60, 5)):
        y = (rng.random((n, labels)) < 0.4).astype(int)
        y[0], y[1] = 0, 1
        flat = decimals(1 / (1 + np.exp(-(2 * y - 1 + rng.normal(size=(n, labels))))))
        p = np.array(flat, np.float32).reshape(n, labels)
        predicted = (p >= 0.5).astype(int)
        yield {
            "name": f"{n} rows of {labels} labels", "width": labels, "probabilities": flat,
            "labels": y.ravel().astype(float).tolist(),
            "expected": {
                "auroc": sk.roc_auc_score(y, p, average="macro"),
                "averagePrecision": sk.average_precision_score(y, p, average="macro"),
                "f1": sk.f1_score(y, predicted, average="macro"),
            },
        }


golden = {
    "versions": {"python": platform.python_version(), "numpy": np.__version__, "scikit-learn": sklearn.__version__,
                 "scipy": scipy.__version__},
    "binary": list(binary_cases()),
    "categorical": list(categorical_cases()),
    "regression": list(regression_cases()),
    "ordinal": list(ordinal_cases()),
    "multilabel": list(multilabel_cases()),
}


def line(case):
    return "  " + json.dumps(case, ensure_ascii=False, allow_nan=False)


with open(pathlib.Path(__file__).parent / "metrics.json", "w") as file:
    parts = [f'"versions": {json.dumps(golden.pop("versions"))}']
    parts += [f'"{topic}": [\n' + ",\n".join(map(line, cases)) + "\n]" for topic, cases in golden.items()]
    file.write("{\n" + ",\n".join(parts) + "\n}\n")
print({topic: len(cases) for topic, cases in golden.items()})
