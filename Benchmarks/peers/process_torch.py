"""W1 as a whole process with PyTorch: process_torch.py CSV OUT. Reads the table, trains 20 epochs, saves, prints the last
epoch's mean loss."""
import csv
import sys

import numpy as np
import torch
import torch.nn.functional as F

with open(sys.argv[1], newline="") as file:
    rows = list(csv.reader(file))[1:]
x = np.array([row[:10] for row in rows], np.float32)
x = torch.from_numpy((x - x.mean(0)) / x.std(0))
yes, kind = (torch.tensor([int(row[k]) if row[k] else -1 for row in rows]) for k in (10, 11))
torch.manual_seed(0)
# One thread is the faster choice at this size.
torch.set_num_threads(1)
model = torch.nn.Sequential(torch.nn.Linear(10, 64), torch.nn.ReLU(), torch.nn.Linear(64, 4))
optimizer = torch.optim.Adam(model.parameters(), fused=True)
for _ in range(20):
    order, losses = torch.randperm(len(x)), []
    for s in range(0, len(x), 32):
        part = order[s:s + 32]
        z, a, b = model(x[part]), yes[part], kind[part]
        seen = a >= 0
        loss = (F.binary_cross_entropy_with_logits(z[:, 0], a.clamp(0).float(), reduction="none") * seen).sum() / seen.sum().clamp(min=1) \
            + F.cross_entropy(z[:, 1:], b, ignore_index=-1, reduction="sum") / (b >= 0).sum().clamp(min=1)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
torch.save(model.state_dict(), sys.argv[2])
print(float(torch.stack(losses).mean()))
