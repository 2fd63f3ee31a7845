"""W1 as a whole process with JAX, an epoch as one lax.scan: process_jax.py CSV OUT. Reads the table, trains 20 epochs, saves,
prints the last epoch's mean loss."""
import csv
import sys

import jax
import jax.numpy as jnp
import numpy as np
import optax

with open(sys.argv[1], newline="") as file:
    rows = list(csv.reader(file))[1:]
x = np.array([row[:10] for row in rows], np.float32)
x = (x - x.mean(0)) / x.std(0)
yes, kind = (np.array([int(row[k]) if row[k] else -1 for row in rows]) for k in (10, 11))
data = tuple(map(jnp.asarray, (x, yes, kind)))
random = np.random.default_rng(0)


def dense(i, o):
    return jnp.asarray(random.uniform(-1, 1, (i, o)).astype(np.float32) * (6 / (i + o)) ** 0.5), jnp.zeros(o)


parameters = [dense(10, 64), dense(64, 1), dense(64, 3)]
optimizer = optax.adam(1e-3)
state = optimizer.init(parameters)


def loss_of(parameters, x, yes, kind):
    trunk, tumor, tissue = parameters
    h = jax.nn.relu(x @ trunk[0] + trunk[1])
    a = optax.sigmoid_binary_cross_entropy((h @ tumor[0] + tumor[1])[:, 0], jnp.maximum(yes, 0).astype(jnp.float32))
    b = optax.softmax_cross_entropy_with_integer_labels(h @ tissue[0] + tissue[1], jnp.maximum(kind, 0))
    return sum((part * seen).sum() / jnp.maximum(seen.sum(), 1) for part, seen in ((a, yes >= 0), (b, kind >= 0)))


@jax.jit
def epoch(parameters, state, order, *data):
    def body(carry, rows):
        loss, gradient = jax.value_and_grad(loss_of)(carry[0], *(part[rows] for part in data))
        updates, state = optimizer.update(gradient, carry[1], carry[0])
        return (optax.apply_updates(carry[0], updates), state), loss
    return jax.lax.scan(body, (parameters, state), order)


for _ in range(20):
    (parameters, state), losses = epoch(parameters, state, jnp.asarray(random.permutation(len(x)).reshape(-1, 32)), *data)
np.savez(sys.argv[2], **{f"{k}.{j}": np.asarray(part) for k, layer in enumerate(parameters) for j, part in enumerate(layer)})
print(float(losses.mean()))
