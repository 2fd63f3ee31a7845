"""Writes censored.json: one-sided losses of censored regression, by PyTorch: values and gradients.

A bound says that the truth lies on one side. The loss is torch's own, and 0 where the output is on that side; the gradient is
autograd's, in double precision. Run: python make_censored.py (torch).
"""

import json
from pathlib import Path

import torch

torch.set_default_dtype(torch.float64)
generator = torch.Generator().manual_seed(7)
outputs = (torch.randn(60, generator=generator) * 2).to(torch.float32).to(torch.float64)
targets = torch.randn(60, generator=generator).to(torch.float32).to(torch.float64)
states = ["known", "below", "above"] * 20
# Outputs at the bound, too.
outputs[:6] = targets[:6]

losses = {
    "squaredError": torch.nn.MSELoss(reduction="none"),
    "absoluteError": torch.nn.L1Loss(reduction="none"),
    "huber": torch.nn.HuberLoss(reduction="none", delta=0.5),
}


def one_sided(loss, z, y):
    below = torch.tensor([s == "below" for s in states]) & (z <= y)
    above = torch.tensor([s == "above" for s in states]) & (z >= y)
    return torch.where(below | above, torch.zeros_like(z), loss(z, y))


result = {
    "peer": f"torch {torch.__version__}",
    "outputs": outputs.tolist(),
    "targets": targets.tolist(),
    "states": states,
    "losses": {},
}
for name, loss in losses.items():
    z = outputs.clone().requires_grad_()
    values = one_sided(loss, z, targets)
    values.sum().backward()
    result["losses"][name] = {"loss": values.tolist(), "gradient": z.grad.tolist()}
Path(__file__).with_name("censored.json").write_text(json.dumps(result, indent=1) + "\n")
