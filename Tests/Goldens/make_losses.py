"""Writes losses.json: losses and gradients of hundreds of (logit, target) pairs, from two independent sources.

* `loss`, `gradient`: the textbook formula as it stands, in mpmath with as many digits as the logit needs (sigmoids
  of 10 000 differ from 1 in the 4343rd digit; float64 of any peer would cancel there), and the central
  difference of that formula. No gradient formula is written down here.
* `peerLoss`, `peerGradient`: PyTorch or Keras in float64 with automatic differentiation, where the logit is small
  enough for their float64 not to cancel (null elsewhere). The script stops if the two sources disagree.

All inputs are float32 numbers. Run, for some minutes: python make_losses.py (torch, keras, numpy, mpmath).
"""

import json
import os
import platform
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import mpmath
import numpy as np
import torch
from mpmath import mp, mpf

keras.config.set_floatx("float64")
random = np.random.default_rng(20210)

EXTREMES = [0.0, 1e-6, 1e-3, 0.1, 0.5, 1, 2, 2.9444, 5, 10, 15, 20, 40, 88, 100, 750, 1e4]
LOGITS = np.float32(sorted({s * z for z in EXTREMES for s in (1, -1)} | set(random.normal(0, 4, 12))))
HARD = np.float32([0, 1])
SOFT = np.float32([0, 1, 1e-6, 0.1, 0.5, 0.7, 1 - 1e-6])
PEER_LIMIT = 15  # Keras clips probabilities at 1e-7, which is a logit of 16.1


def f32(x):
    """The float32 nearest to a setting, as a Python float: what the code under test is given."""
    return float(np.float32(x))


def digits(logits):
    """Enough digits for 1 - sigmoid(z), or for a difference of two such logits, to keep a hundred."""
    return int(130 + 0.9 * max(abs(float(z)) for z in logits)) if len(logits) > 1 else \
        int(130 + 0.45 * abs(float(logits[0])))


def sigmoid(z):
    return 1 / (1 + mpmath.exp(-z))


# The textbook formulas, one slot each; z is a list of mpf, y an mpf, an int or a list of mpf.


def binary(z, y, positiveWeight=1, labelSmoothing=0):
    y = y * (1 - mpf(labelSmoothing)) + mpf(labelSmoothing) / 2
    p = sigmoid(z[0])
    return -(positiveWeight * y * mpmath.log(p) + (1 - y) * mpmath.log(1 - p))


def focal(z, y, gamma, alpha=None, labelSmoothing=0):
    y = y * (1 - mpf(labelSmoothing)) + mpf(labelSmoothing) / 2
    p = sigmoid(z[0])
    p_t = y * p + (1 - y) * (1 - p)
    alpha_t = 1 if alpha is None else alpha * y + (1 - mpf(alpha)) * (1 - y)
    return alpha_t * (1 - p_t) ** mpf(gamma) * -(y * mpmath.log(p) + (1 - y) * mpmath.log(1 - p))


def asymmetric(z, y, gammaNegative, gammaPositive, clip):
    p = sigmoid(z[0])
    p_m = max(p - mpf(clip), mpf(0))
    miss = y * (1 - p) + (1 - y) * p_m
    gamma = gammaPositive * y + gammaNegative * (1 - y)
    factor = mpf(1) if gamma == 0 else mpf(0) if miss == 0 else miss ** gamma
    return factor * -(y * mpmath.log(p) + (1 - y) * mpmath.log(1 - p_m))


def categorical(z, y, classWeights=None, labelSmoothing=0):
    C = len(z)
    w = [mpf(1)] * C if classWeights is None else [mpf(v) for v in classWeights]
    y = y if isinstance(y, list) else [mpf(c == y) for c in range(C)]
    total = sum(mpmath.exp(v) for v in z)
    e = mpf(labelSmoothing)
    return -sum(w[c] * (y[c] * (1 - e) + e / C) * mpmath.log(mpmath.exp(z[c]) / total) for c in range(C))


def ordinal(z, y):
    return sum(binary([z[j]], mpf(y > j)) for j in range(len(z)))


def squared(z, y):
    return (z[0] - y) ** 2


def absolute(z, y):
    return abs(z[0] - y)


def huber(z, y, delta):
    d = abs(z[0] - y)
    return d * d / 2 if d <= delta else delta * (d - mpf(delta) / 2)


# The peers, all slots at once; z is [n, width], y [n] or [n, width], both float64.


def peer_binary(z, y, positiveWeight=1, labelSmoothing=0):
    y = y * (1 - labelSmoothing) + labelSmoothing / 2
    return torch.nn.functional.binary_cross_entropy_with_logits(
        z[:, 0], y, reduction="none", pos_weight=torch.tensor(positiveWeight, dtype=torch.float64))


def peer_binary_keras(z, y, labelSmoothing):
    return keras.losses.binary_crossentropy(y[:, None], z, from_logits=True, label_smoothing=labelSmoothing)


def peer_focal(z, y, gamma, alpha=None, labelSmoothing=0):
    return keras.losses.binary_focal_crossentropy(
        y[:, None], z, apply_class_balancing=alpha is not None, alpha=alpha or 0.25, gamma=gamma, from_logits=True,
        label_smoothing=labelSmoothing)


def peer_asymmetric(z, y, gammaNegative, gammaPositive, clip):
    """The paper's loss written in PyTorch; the focusing weight is differentiated."""
    p = torch.sigmoid(z[:, 0])
    p_m = (p - clip).clamp(min=0)
    miss = y * (1 - p) + (1 - y) * p_m
    entropy = -(y * torch.log(p) + (1 - y) * torch.log(1 - p_m))
    return torch.pow(miss, gammaPositive * y + gammaNegative * (1 - y)) * entropy


def peer_categorical(z, y, classWeights=None, labelSmoothing=0):
    weight = None if classWeights is None else torch.tensor(classWeights, dtype=torch.float64)
    y = y.long() if y.ndim == 1 else y
    return torch.nn.functional.cross_entropy(z, y, weight=weight, label_smoothing=labelSmoothing, reduction="none")


def peer_ordinal(z, y):
    above = (y[:, None] > torch.arange(z.shape[1])).double()
    return torch.nn.functional.binary_cross_entropy_with_logits(z, above, reduction="none").sum(1)


def peer_squared(z, y):
    return torch.nn.functional.mse_loss(z[:, 0], y, reduction="none")


def peer_absolute(z, y):
    return torch.nn.functional.l1_loss(z[:, 0], y, reduction="none")


def peer_huber(z, y, delta):
    return torch.nn.functional.huber_loss(z[:, 0], y, delta=delta, reduction="none")


def exact(formula, z, y, settings):
    """Loss and gradient of one slot, to far more digits than a double has."""
    mp.dps = digits(z)
    z = [mpf(float(v)) for v in z]
    loss = formula(z, y, **settings)
    gradient = []
    for j in range(len(z)):
        h = mpf(10) ** -40  # truncation h², rounding 1e-120 / h: both near 1e-80
        above, below = (formula(z[:j] + [z[j] + s] + z[j + 1:], y, **settings) for s in (h, -h))
        gradient.append(float((above - below) / (2 * h)))
    return float(loss), [0.0 if abs(g) < 1e-45 else g for g in gradient]


def case(loss, formula, peer, peer_name, z, y, **settings):
    z = np.atleast_2d(z.T).T if z.ndim == 1 else z
    rows = []
    for i in range(len(z)):
        target = [mpf(float(v)) for v in y[i]] if y.ndim == 2 else \
            int(y[i]) if loss in ("categoricalCrossEntropy", "ordinalCrossEntropy") else mpf(float(y[i]))
        rows.append(exact(formula, z[i], target, settings))

    logits = torch.tensor(z.astype(np.float64), requires_grad=True)
    peer_loss = peer(logits, torch.tensor(y.astype(np.float64)), **settings)
    peer_loss.sum().backward()
    spread = np.abs(z).max(1) if z.shape[1] == 1 else np.maximum(np.abs(z).max(1), np.ptp(z, axis=1))
    usable = np.ones(len(z), bool) if loss in ("squaredError", "absoluteError", "huber") else spread <= PEER_LIMIT
    peer_loss, peer_gradient = peer_loss.detach().numpy(), logits.grad.numpy()
    usable &= ~np.isnan(peer_gradient).any(1)  # PyTorch: d/dx x^0.5 at x = 0, times 0
    for i in np.nonzero(usable)[0]:
        np.testing.assert_allclose(peer_loss[i], rows[i][0], rtol=2e-7, atol=1e-12, err_msg=f"{loss} {z[i]} {y[i]}")
        np.testing.assert_allclose(peer_gradient[i], rows[i][1], rtol=1e-6, atol=1e-12, err_msg=f"{loss} {z[i]} {y[i]}")
    lists = {k: v if isinstance(v, list) else [v] for k, v in settings.items() if v is not None}
    return {
        "name": loss, "settings": lists, "width": z.shape[1], "peer": peer_name,
        "logits": [float(v) for v in z.ravel()], "targets": [float(v) for v in y.ravel()],
        "loss": [r[0] for r in rows], "gradient": [g for r in rows for g in r[1]],
        "peerLoss": [float(v) if u else None for v, u in zip(peer_loss, usable)],
        "peerGradient": [float(v) if u else None for row, u in zip(peer_gradient, usable) for v in row],
    }


def grid(targets):
    z, y = np.meshgrid(LOGITS, targets, indexing="ij")
    return z.ravel(), y.ravel()


def classes(n, C):
    """Rows of C logits: moderate ones, then a few with gaps up to 2e4, ties and logits far from 0."""
    z = random.normal(0, 3, (n, C))
    z[0] = 0
    z[1] = np.linspace(-1e4, 1e4, C)
    z[2] = np.linspace(88, -88, C)
    z[3] = 1e4 + np.arange(C)
    z[4] = -1e4
    z[5, 0] += 20
    z[6, 1] += 40
    z[7] = np.where(np.arange(C) == 0, 1e-6, 0)
    return np.float32(z)


def distributions(n, C):
    y = random.dirichlet(np.full(C, 0.7), n)
    y[5:8] = np.eye(C)[[0, 1, 0]]
    y[0] = np.arange(1, C + 1) / (C * (C + 1) / 2)  # equal logits would make the gradient of a uniform target 0
    y[4] = y[0]
    return np.float32(y)


def main():
    torch_name, keras_name = "torch.nn.functional ", "keras.losses."
    cases = []
    bce = torch_name + "binary_cross_entropy_with_logits"
    for settings in [dict(), dict(positiveWeight=4.0), dict(positiveWeight=0.25, labelSmoothing=f32(0.1))]:
        cases.append(case("binaryCrossEntropy", binary, peer_binary, bce, *grid(SOFT), **settings))
    cases.append(case("binaryCrossEntropy", binary, peer_binary_keras, keras_name + "binary_crossentropy",
                      *grid(HARD), labelSmoothing=0.25))
    for settings in [dict(gamma=2.0), dict(gamma=0.0), dict(gamma=0.5, alpha=0.25),
                     dict(gamma=f32(3.3), alpha=0.75, labelSmoothing=f32(0.1))]:
        cases.append(case("focal", focal, peer_focal, keras_name + "binary_focal_crossentropy",
                          *grid(SOFT), **settings))
    for gammas in [(4.0, 1.0, f32(0.05)), (4.0, 1.0, 0.0), (0.0, 0.0, 0.0), (0.5, 0.0, f32(0.2)), (2.5, 2.0, f32(1e-6))]:
        cases.append(case("asymmetric", asymmetric, peer_asymmetric, "torch, the formula of Ridnik et al. 2021",
                          *grid(SOFT), gammaNegative=gammas[0], gammaPositive=gammas[1], clip=gammas[2]))
    for n, C, settings in [(32, 3, dict()), (32, 5, dict(labelSmoothing=f32(0.1))), (8, 8, dict()),
                           (32, 4, dict(classWeights=[1.0, 0.5, 3.0, 0.0])), (24, 2, dict()),
                           (32, 3, dict(classWeights=[1.0, 20.0, 0.125], labelSmoothing=f32(0.2)))]:
        args = "categoricalCrossEntropy", categorical, peer_categorical, torch_name + "cross_entropy"
        cases.append(case(*args, classes(n, C), np.float32(random.integers(0, C, n)), **settings))
        cases.append(case(*args, classes(n, C), distributions(n, C), **settings))
    for n, width in [(40, 1), (40, 3), (40, 6)]:
        cases.append(case("ordinalCrossEntropy", ordinal, peer_ordinal, bce + ", summed", classes(n, width)
                          if width > 1 else LOGITS[:, None], np.float32(random.integers(0, width + 1, n))
                          if width > 1 else np.float32(random.integers(0, 2, len(LOGITS)))))
    z, y = grid(np.float32([0, 1, -0.5, 1e-6, 123.456]))
    apart = z != y  # the kink of the absolute error has a test of its own
    cases.append(case("squaredError", squared, peer_squared, torch_name + "mse_loss", z, y))
    cases.append(case("absoluteError", absolute, peer_absolute, torch_name + "l1_loss", z[apart], y[apart]))
    for delta in [1.0, f32(0.3), 50.0]:
        off = np.abs(np.abs(z - y) - delta) > 1e-6  # a numerical derivative across the joint is one-sided
        cases.append(case("huber", huber, peer_huber, torch_name + "huber_loss", z[off], y[off], delta=delta))
    versions = {"python": platform.python_version(), "torch": torch.__version__, "keras": keras.__version__,
                "numpy": np.__version__, "mpmath": mpmath.__version__}
    path = Path(__file__).with_name("losses.json")
    lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
    path.write_text(f'{{"versions":{json.dumps(versions)},\n"cases":[\n{lines}\n]}}\n')
    print(sum(len(c["loss"]) for c in cases), "slots,", path.stat().st_size // 1024, "KiB")


if __name__ == "__main__":
    main()
