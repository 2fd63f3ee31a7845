"""Trains a small masked network with Kendall's uncertainty weights in PyTorch and writes what becomes of weights and log
variances to balancing.json.

    python3 -m venv venv && venv/bin/pip install torch==2.13.0 && venv/bin/python make_balancing.py

Everything is calculated in float64. The heads and log variances of objectives that a batch does not observe have no
gradient, so that PyTorch's optimizers leave them out: no momentum, no step count. Weight decay and clipping act on the
weights alone, not on the log variances.
"""
import json, os, random, sys
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
ROWS, FEATURES, HIDDEN, STEPS = 18, 5, 6, 20
# name, outputs, Kendall's factor
OBJECTIVES = [("yes", 1, 1.0), ("class", 3, 1.0), ("number", 1, 0.5)]
DECLARED = [1.0, 0.5, 2.0]
rng = random.Random(11)
f32 = lambda x: torch.tensor(x, dtype=torch.float32).double().item()
rounded = lambda t: [round(x, 9) for x in t.flatten().tolist()]

features = [[f32(rng.uniform(-1.5, 1.5)) for _ in range(FEATURES)] for _ in range(ROWS)]
labels = {"yes": [float(rng.randrange(2)) for _ in range(ROWS)], "class": [float(rng.randrange(3)) for _ in range(ROWS)],
          "number": [f32(rng.gauss(0, 2)) for _ in range(ROWS)]}
masks = {name: [rng.random() < 0.6 for _ in range(ROWS)] for name, *_ in OBJECTIVES}
batches = [list(range(0, 5)), list(range(5, 10)), list(range(10, 15)), list(range(15, 18))]
# The second batch observes no class, the third no number, the fourth numbers alone.
for r in batches[1]: masks["class"][r] = False
for r in batches[2]: masks["number"][r] = False
for r in batches[3]: masks["yes"][r] = masks["class"][r] = False
masks["number"][15] = masks["yes"][5] = masks["yes"][10] = masks["class"][11] = True

def glorot(n_in, n_out):
    limit = (6 / (n_in + n_out)) ** 0.5
    return [f32(rng.uniform(-limit, limit)) for _ in range(n_in * n_out)]

initial = {"encoder.0.kernel": glorot(FEATURES, HIDDEN), "encoder.0.bias": [f32(rng.uniform(-.1, .1)) for _ in range(HIDDEN)],
           "heads.weight": [], "heads.bias": []}
for name, outputs, _ in OBJECTIVES:
    initial["heads.weight"] += glorot(HIDDEN, outputs)
    initial["heads.bias"] += [f32(rng.uniform(-.1, .1)) for _ in range(outputs)]

def loss(name, z, y):
    if name == "yes": return F.binary_cross_entropy_with_logits(z[:, 0], y)
    if name == "class": return F.cross_entropy(z, y.long())
    return F.mse_loss(z[:, 0], y)

def train(case):
    kernel = torch.tensor(initial["encoder.0.kernel"]).reshape(FEATURES, HIDDEN).requires_grad_()
    bias = torch.tensor(initial["encoder.0.bias"]).requires_grad_()
    heads, at, at_bias = {}, 0, 0
    for name, outputs, _ in OBJECTIVES:
        w = torch.tensor(initial["heads.weight"][at:at + outputs * HIDDEN]).reshape(outputs, HIDDEN).requires_grad_()
        b = torch.tensor(initial["heads.bias"][at_bias:at_bias + outputs]).requires_grad_()
        heads[name], at, at_bias = (w, b), at + outputs * HIDDEN, at_bias + outputs
    s = {name: torch.zeros(1, requires_grad=True) for name, *_ in OBJECTIVES}
    weights = [kernel, bias] + [p for pair in heads.values() for p in pair]
    groups = [dict(params=weights, weight_decay=case["decay"]), dict(params=list(s.values()), weight_decay=0.0)]
    o = case["optimizer"]
    if o == "adam": opt = torch.optim.Adam(groups, lr=case["rate"], eps=1e-7)
    elif o == "adamw": opt = torch.optim.AdamW(groups, lr=case["rate"], eps=1e-7)
    else: opt = torch.optim.SGD(groups, lr=case["rate"], momentum=0.9, nesterov=case["nesterov"])
    divisor = sum(DECLARED) if case["total"] == "average" else 1.0
    case["logVariances"] = []
    for step in range(STEPS):
        batch = batches[step % len(batches)]
        opt.zero_grad(set_to_none=True)
        hidden = torch.tanh(torch.tensor([features[r] for r in batch]) @ kernel + bias)
        whole = 0
        for (name, _, c), declared in zip(OBJECTIVES, DECLARED):
            mask = torch.tensor([masks[name][r] for r in batch])
            if not mask.any(): continue
            w, b = heads[name]
            y = torch.tensor([labels[name][r] for r in batch])[mask]
            mean = loss(name, hidden[mask] @ w.T + b, y)
            whole = whole + declared / divisor * (c * torch.exp(-s[name][0]) * mean + s[name][0] / 2)
        whole.backward()
        if case["clip"]: torch.nn.utils.clip_grad_norm_([p for p in weights if p.grad is not None], case["clip"])
        opt.step()
        case["logVariances"].append([round(s[name].item(), 9) for name, *_ in OBJECTIVES])
    case["final"] = {"encoder.0.kernel": rounded(kernel), "encoder.0.bias": rounded(bias),
                     "heads.weight": sum((rounded(heads[n][0]) for n, *_ in OBJECTIVES), []),
                     "heads.bias": sum((rounded(heads[n][1]) for n, *_ in OBJECTIVES), [])}
    return case

def case(optimizer, rate, total="sum", decay=0.0, clip=None, nesterov=False):
    return train(dict(optimizer=optimizer, rate=rate, total=total, decay=decay, clip=clip, nesterov=nesterov))

cases = [case("adam", 0.02), case("adamw", 0.02, decay=0.05, clip=0.5), case("sgd", 0.05),
         case("sgd", 0.05, total="average", nesterov=True, decay=0.01)]
out = dict(versions=dict(torch=torch.__version__, python=sys.version.split()[0]), features=sum(features, []), labels=labels,
           masks=masks, batches=batches, declared=DECLARED, initial=initial, cases=cases)
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "balancing.json"), "w") as f:
    json.dump(out, f, separators=(",", ":"))
