"""PyTorch. Variants: eager (a mask), compile (the same through torch.compile), gather (each tower's observed rows),
bmm (observed rows padded to the largest tower, one batched product per layer)."""
import torch
import torch.nn.functional as F
from torch import nn

from problem import BETA1, BETA2, EPSILON, RATE, Problem, arguments, median_wall, report, time_steps

a = arguments(__doc__, ["eager", "compile", "gather", "bmm"])
torch.set_num_threads(a.threads)
p = Problem(a.folder)
weights = p.weights()


def linear(kernel, bias, transposed=False):
    """A Linear with given weights; `kernel` is [in, out] unless transposed."""
    kernel = torch.from_numpy(kernel if transposed else kernel.T.copy())
    layer = nn.Linear(kernel.shape[1], kernel.shape[0])
    with torch.no_grad():
        layer.weight.copy_(kernel)
        layer.bias.copy_(torch.from_numpy(bias))
    return layer


trunk = nn.Sequential(*[part for layer in p.layers(weights) for part in (linear(*layer), nn.ReLU())])


def masked_means(losses, mask):
    """The mean over observed rows of each column, summed over columns."""
    return (losses.sum(0) / mask.sum(0).clamp(min=1)).sum()


def split_loss(z, y):
    """One wide output: binaries first, then `classes` logits of each categorical objective."""
    b = p.binaries
    mask = (y >= 0).float()
    target = y.clamp(min=0)
    total = 0.0
    if b:
        losses = F.binary_cross_entropy_with_logits(z[:, :b], target[:, :b].float(), weight=mask[:, :b], reduction="none")
        total = total + masked_means(losses, mask[:, :b])
    if p.categoricals:
        logits = z[:, b:].reshape(-1, p.classes)
        losses = F.cross_entropy(logits, target[:, b:].reshape(-1).long(), reduction="none").view(-1, p.categoricals)
        total = total + masked_means(losses * mask[:, b:], mask[:, b:])
    return total


def tower_weights(k, number):
    name = f"towers.b{k}.{number}"
    return weights[f"{name}.kernel"], weights[f"{name}.bias"]


def make_towers():
    return nn.ModuleList([
        nn.Sequential(*[part for n in range(len(p.tower)) for part in (linear(*tower_weights(k, n)), nn.ReLU())],
                      linear(weights[f"towers.b{k}.output.weight"], weights[f"towers.b{k}.output.bias"], transposed=True))
        for k in range(p.binaries)])


class StackedTowers(nn.Module):
    """All towers' layers as batched products: [K, n, in] -> [K, n]."""

    def __init__(self):
        super().__init__()
        def stack(make): return nn.Parameter(torch.stack([torch.from_numpy(make(k)) for k in range(p.binaries)]))
        self.kernels = nn.ParameterList([stack(lambda k: tower_weights(k, n)[0]) for n in range(len(p.tower))])
        self.biases = nn.ParameterList([stack(lambda k: tower_weights(k, n)[1][None]) for n in range(len(p.tower))])
        self.last = stack(lambda k: weights[f"towers.b{k}.output.weight"].T.copy())
        self.last_bias = stack(lambda k: weights[f"towers.b{k}.output.bias"][None])

    def forward(self, h):
        for kernel, bias in zip(self.kernels, self.biases):
            h = F.relu(torch.baddbmm(bias, h, kernel))
        return torch.baddbmm(self.last_bias, h, self.last).squeeze(2)


def tower_loss(heads):
    """Losses of 16 towers: over all rows and masked, over observed rows, or over padded observed rows."""
    def dense(x, y):
        h, total = trunk(x), 0.0
        for k, tower in enumerate(heads):
            mask = (y[:, k] >= 0).float()
            losses = F.binary_cross_entropy_with_logits(tower(h).squeeze(1), y[:, k].clamp(min=0).float(), weight=mask, reduction="sum")
            total = total + losses / mask.sum().clamp(min=1)
        return total

    def gather(x, y):
        h, total = trunk(x), 0.0
        for k, tower in enumerate(heads):
            rows = (y[:, k] >= 0).nonzero().squeeze(1)
            if rows.numel():
                total = total + F.binary_cross_entropy_with_logits(tower(h.index_select(0, rows)).squeeze(1), y[rows, k].float())
        return total

    def bmm(x, y):
        h, seen = trunk(x), y >= 0
        most = max(int(seen.sum(0).max()), 1)
        rows = torch.argsort(seen.to(torch.uint8), dim=0, descending=True, stable=True)[:most].t()
        z = heads(h.index_select(0, rows.reshape(-1)).view(p.binaries, most, -1))
        labels = y.t().gather(1, rows)
        mask = (labels >= 0).float()
        losses = F.binary_cross_entropy_with_logits(z, labels.clamp(min=0).float(), weight=mask, reduction="none")
        return (losses.sum(1) / mask.sum(1).clamp(min=1)).sum()

    return {"eager": dense, "compile": dense, "gather": gather, "bmm": bmm}[a.variant]


if p.tower:
    heads = StackedTowers() if a.variant == "bmm" else make_towers()
    loss_of = tower_loss(heads)
else:
    heads = linear(weights["heads.weight"], weights["heads.bias"], transposed=True)
    def loss_of(x, y): return split_loss(heads(trunk(x)), y)
if a.variant == "compile":
    loss_of = torch.compile(loss_of)
parameters = [*trunk.parameters(), *heads.parameters()]
optimizer = torch.optim.Adam(parameters, lr=RATE, betas=(BETA1, BETA2), eps=EPSILON, fused=True)


def step(x, y):
    optimizer.zero_grad(set_to_none=True)
    loss_of(x, y).backward()
    optimizer.step()


class StillAdam:
    """Adam in which the outputs that a batch does not observe do not move, step count included: what Lacuna does unless told
    otherwise. Plain and slow; for comparing losses, not times."""

    def __init__(self):
        rows = torch.arange(p.binaries)
        self.objective = torch.cat([rows, torch.arange(p.categoricals).repeat_interleave(p.classes) + p.binaries])
        self.trunk = torch.optim.Adam(trunk.parameters(), lr=RATE, betas=(BETA1, BETA2), eps=EPSILON)
        self.count = torch.zeros(len(self.objective))
        self.moments = [(torch.zeros_like(w), torch.zeros_like(w)) for w in heads.parameters()]

    @torch.no_grad()
    def step(self, y):
        self.trunk.step()
        active = (y >= 0).any(0)[self.objective]
        self.count[active] += 1
        t = self.count[active]
        for w, (m, v) in zip(heads.parameters(), self.moments):
            g = w.grad[active]
            m[active] = BETA1 * m[active] + (1 - BETA1) * g
            v[active] = BETA2 * v[active] + (1 - BETA2) * g * g
            shape = (-1,) + (1,) * (w.dim() - 1)
            bias1, bias2 = (1 - BETA1 ** t).view(shape), (1 - BETA2 ** t).view(shape)
            w[active] -= RATE * (m[active] / bias1) / ((v[active] / bias2).sqrt() + EPSILON)


x_all = torch.from_numpy(p.x)
if a.check:
    still = StillAdam() if a.idle == "still" else None
    looked = torch.from_numpy(p.labels(slice(0, a.rows)))
    with torch.no_grad():
        before = float(loss_of(x_all[:a.rows], looked))
    order = p.order(0)
    for s in p.slices()[:a.check]:
        x, y = x_all[order[s]], torch.from_numpy(p.labels(order[s]))
        if still is None:
            step(x, y)
        else:
            for w in parameters:
                w.grad = None
            loss_of(x, y).backward()
            still.step(y)
    with torch.no_grad():
        report(before=before, after=float(loss_of(x_all[:a.rows], looked)))
elif a.epochs:
    y_all = torch.from_numpy(p.labels())
    def run(epochs):
        for _ in range(epochs):
            order = torch.randperm(p.rows)
            for s in p.slices():
                step(x_all[order[s]], y_all[order[s]])
    run(1)
    report(fitSeconds=median_wall(lambda: run(a.epochs), a.fits))
else:
    batches = [(x_all[s].clone(), torch.from_numpy(p.labels(s))) for s in p.timed_slices()]
    report(**time_steps(lambda i: step(*batches[i % len(batches)]), a.seconds, warmup=min(len(batches), 20)))
