"""Trains a small masked multi-objective network in PyTorch and writes what its weights become to optimizers.json,
with the factors of PyTorch's learning rate schedulers beside it.

    python3 -m venv venv && venv/bin/pip install torch==2.13.0 && venv/bin/python make_optimizers.py

Everything is calculated in float64. Two numbers follow Keras instead of PyTorch: the norms' epsilon (1e-3) and Adam's
(1e-7). Batch norm's moving averages are not compared (PyTorch keeps the unbiased variance, Keras the biased one), nor
are the biases in front of a batch norm under Adam: their true gradient is 0, so Adam's ratio is one of rounding errors.
"""
import json, os, random, sys
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
ROWS, FEATURES, HIDDEN, STEPS = 21, 7, 16, 50
# name, kind, logits, scores, slots
OBJECTIVES = [("yes", "binary", 1, 1, 1), ("class", "categorical", 3, 3, 1), ("labels", "multilabel", 1, 1, 4),
              ("number", "regression", 1, 1, 1), ("level", "ordinal", 3, 1, 1)]
OBJECTIVE_WEIGHTS = [1.0, 0.5, 2.0, 1.0, 0.75]
rng = random.Random(3)
f32 = lambda x: torch.tensor(x, dtype=torch.float32).double().item()
rounded = lambda t: [round(x, 8) for x in t.flatten().tolist()]

features = [[f32(rng.uniform(-1.5, 1.5)) for _ in range(FEATURES)] for _ in range(ROWS)]
labels, masks = {}, {}
for name, kind, logits, scores, slots in OBJECTIVES:
    draw = {"binary": lambda: rng.randrange(2), "multilabel": lambda: rng.randrange(2), "categorical": lambda: rng.randrange(3),
            "ordinal": lambda: rng.randrange(4), "regression": lambda: f32(rng.gauss(0, 1))}[kind]
    labels[name] = [float(draw()) for _ in range(ROWS * slots)]
    masks[name] = [rng.random() < 0.6 for _ in range(ROWS * slots)]
# Batches of unequal size, in turn; every objective is observed in each (checked below).
batches = [list(range(0, 8)), list(range(8, 16)), list(range(16, 21))]
for name, kind, logits, scores, slots in OBJECTIVES:
    for batch in batches:
        assert any(masks[name][r * slots + s] for r in batch for s in range(slots)), name
row_weights = [rng.choice([0.5, 1.0, 2.0]) for _ in range(ROWS)]

def glorot(n_in, n_out, count):
    limit = (6 / (n_in + n_out)) ** 0.5
    return [f32(rng.uniform(-limit, limit)) for _ in range(count)]

SCORES, LOGITS = sum(o[3] * o[4] for o in OBJECTIVES), sum(o[2] * o[4] for o in OBJECTIVES)
initial = {"encoder.0.kernel": glorot(FEATURES, HIDDEN, FEATURES * HIDDEN), "encoder.0.bias": [f32(rng.uniform(-.1, .1)) for _ in range(HIDDEN)],
           "heads.weight": glorot(HIDDEN, 3, SCORES * HIDDEN), "heads.bias": [f32(rng.uniform(-.1, .1)) for _ in range(LOGITS)]}
norms = {"encoder.0.norm.gamma": [f32(rng.uniform(.5, 1.5)) for _ in range(HIDDEN)], "encoder.0.norm.beta": [f32(rng.uniform(-.2, .2)) for _ in range(HIDDEN)]}
expected = {}
for name, kind, logits, scores, slots in OBJECTIVES:
    expected[name] = sum(row_weights[r] for r in range(ROWS) for s in range(slots) if masks[name][r * slots + s]) / ROWS

ACT = {"relu": F.relu, "gelu": F.gelu, "silu": F.silu, "tanh": torch.tanh}

def slot_losses(kind, logits, target):
    if kind in ("binary", "multilabel"): return F.binary_cross_entropy_with_logits(logits[:, 0], target, reduction="none")
    if kind == "categorical": return F.cross_entropy(logits, target.long(), reduction="none")
    if kind == "regression": return F.mse_loss(logits[:, 0], target, reduction="none")
    levels = (target[:, None] > torch.arange(3)).double()
    return F.binary_cross_entropy_with_logits(logits, levels, reduction="none").sum(1)

def total(p, batch, activation, norm, reduction):
    x = torch.tensor([features[r] for r in batch])
    z = x @ p["encoder.0.kernel"] + p["encoder.0.bias"]
    if norm == "layer": z = F.layer_norm(z, (HIDDEN,), p["encoder.0.norm.gamma"], p["encoder.0.norm.beta"], eps=1e-3)
    if norm == "batch": z = F.batch_norm(z, None, None, p["encoder.0.norm.gamma"], p["encoder.0.norm.beta"], training=True, eps=1e-3)
    hidden = ACT[activation](z)
    row_weight = torch.tensor([row_weights[r] for r in batch])
    sums, weights, score, logit = [], [], 0, 0
    for name, kind, width, score_width, slots in OBJECTIVES:
        loss, weight = torch.zeros(()), 0.0
        for s in range(slots):
            w, b = p["heads.weight"][score:score + score_width], p["heads.bias"][logit:logit + width]
            score, logit = score + score_width, logit + width
            mask = torch.tensor([masks[name][r * slots + s] for r in batch])
            target = torch.tensor([labels[name][r * slots + s] for r in batch])
            logits = hidden @ w.T + b          # an ordinal score is broadcast over its biases
            if mask.any():
                loss = loss + (slot_losses(kind, logits[mask], target[mask]) * row_weight[mask]).sum()
                weight += row_weight[mask].sum().item()
        sums.append(loss); weights.append(weight)
    whole = torch.zeros(())
    for (name, *_), factor, loss, weight in zip(OBJECTIVES, OBJECTIVE_WEIGHTS, sums, weights):
        divisor = {"observed": weight, "expected": len(batch) * expected[name], "batch": len(batch), "slots": sum(weights)}[reduction]
        whole = whole + factor * loss / divisor
    return whole

def shape(name, values):
    t = torch.tensor(values)
    if name.endswith("kernel"): return t.reshape(FEATURES, HIDDEN)
    if name == "heads.weight": return t.reshape(SCORES, HIDDEN)
    return t

def train(case):
    start = dict(initial, **(norms if case["norm"] != "none" else {}))
    p = {n: shape(n, v).clone().requires_grad_() for n, v in start.items()}
    o = case["optimizer"]
    if o == "adam": opt = torch.optim.Adam(p.values(), lr=case["rate"], eps=1e-7, weight_decay=case["decay"])
    elif o == "adamw": opt = torch.optim.AdamW(p.values(), lr=case["rate"], eps=1e-7, weight_decay=case["decay"])
    else: opt = torch.optim.SGD(p.values(), lr=case["rate"], momentum=case["momentum"], nesterov=case["nesterov"], weight_decay=case["decay"])
    losses = []
    for step in range(STEPS):
        opt.zero_grad()
        loss = total(p, batches[step % 3], case["activation"], case["norm"], case["reduction"])
        loss.backward()
        if case["clip"]: torch.nn.utils.clip_grad_norm_(p.values(), case["clip"])
        opt.step()
        losses.append(round(loss.item(), 8))
    skip = {"encoder.0.bias"} if case["norm"] == "batch" and o != "sgd" else set()
    case["final"] = {n: rounded(t) for n, t in p.items() if n not in skip}
    case["firstLoss"], case["lastLoss"] = losses[0], losses[-1]
    return case

def case(optimizer, activation, norm="none", reduction="observed", rate=1e-3, decay=0.0, clip=None, momentum=0.0, nesterov=False):
    return train(dict(optimizer=optimizer, activation=activation, norm=norm, reduction=reduction, rate=rate, decay=decay,
                      clip=clip, momentum=momentum, nesterov=nesterov))

cases = [
    case("adam", "relu"), case("adam", "gelu", reduction="expected"), case("adam", "silu", "layer", "slots", decay=0.01),
    case("adam", "tanh", "batch", "batch"), case("adam", "tanh", clip=0.5, rate=0.002),
    case("adamw", "relu", "layer", decay=0.004), case("adamw", "gelu", "batch", decay=0.05, clip=1.0),
    case("sgd", "silu", rate=0.01), case("sgd", "relu", rate=0.01, momentum=0.9, reduction="slots"),
    case("sgd", "tanh", "layer", rate=0.01, momentum=0.9, nesterov=True, decay=0.01, reduction="batch"),
    case("sgd", "gelu", "batch", rate=0.01, momentum=0.9, nesterov=True, clip=0.3, reduction="expected"),
]

def factors(make, steps=24):
    opt = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    schedule, out = make(opt), []
    for _ in range(steps):
        out.append(opt.param_groups[0]["lr"]); opt.step(); schedule.step()
    return out

S = torch.optim.lr_scheduler
warm = lambda o, rest: S.SequentialLR(o, [S.LinearLR(o, start_factor=1 / 5, total_iters=4), rest(o)], milestones=[5])
schedules = [
    dict(name="cosine", warmup=0, factors=factors(lambda o: S.CosineAnnealingLR(o, T_max=24))),
    dict(name="linear", warmup=0, factors=factors(lambda o: S.LinearLR(o, start_factor=1, end_factor=0, total_iters=24))),
    # Six steps an epoch, a third after every two epochs.
    dict(name="step", warmup=0, factors=factors(lambda o: S.StepLR(o, step_size=12, gamma=1 / 3))),
    dict(name="constant", warmup=5, factors=factors(lambda o: S.LinearLR(o, start_factor=1 / 5, total_iters=4))),
    dict(name="cosine", warmup=5, factors=factors(lambda o: warm(o, lambda o: S.CosineAnnealingLR(o, T_max=19)))),
]
out = dict(versions=dict(torch=torch.__version__, python=sys.version.split()[0]), features=sum(features, []), labels=labels,
           masks=masks, batches=batches, rowWeights=row_weights, objectiveWeights=OBJECTIVE_WEIGHTS,
           initial=initial, norms=norms, cases=cases, schedules=schedules)
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "optimizers.json"), "w") as f:
    json.dump(out, f, separators=(",", ":"))
