"""JAX with optax. Variants: jit (one compiled step per call), scan (lax.scan over an epoch, batches gathered inside)."""
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax

from problem import BETA1, BETA2, EPSILON, RATE, Problem, arguments, median_wall, report, time_steps

a = arguments(__doc__, ["jit", "scan"])
p = Problem(a.folder)
if p.tower:
    raise SystemExit("towers are not written for JAX")
weights = p.weights()
parameters = {"trunk": [tuple(map(jnp.asarray, layer)) for layer in p.layers(weights)],
              "heads": (jnp.asarray(weights["heads.weight"].T.copy()), jnp.asarray(weights["heads.bias"]))}
optimizer = optax.adam(RATE, b1=BETA1, b2=BETA2, eps=EPSILON)


def masked_means(losses, mask):
    return ((losses * mask).sum(0) / jnp.maximum(mask.sum(0), 1)).sum()


def loss_of(parameters, x, y):
    h = x
    for kernel, bias in parameters["trunk"]:
        h = jax.nn.relu(h @ kernel + bias)
    z = h @ parameters["heads"][0] + parameters["heads"][1]
    mask, target, b = (y >= 0).astype(jnp.float32), jnp.maximum(y, 0), p.binaries
    total = 0.0
    if b:
        total += masked_means(optax.sigmoid_binary_cross_entropy(z[:, :b], target[:, :b].astype(jnp.float32)), mask[:, :b])
    if p.categoricals:
        logits = z[:, b:].reshape(-1, p.categoricals, p.classes)
        losses = optax.softmax_cross_entropy_with_integer_labels(logits, target[:, b:].astype(jnp.int32))
        total += masked_means(losses, mask[:, b:])
    return total


def raw_step(parameters, state, x, y):
    loss, gradient = jax.value_and_grad(loss_of)(parameters, x, y)
    updates, state = optimizer.update(gradient, state, parameters)
    return optax.apply_updates(parameters, updates), state, loss


jitted = jax.jit(raw_step, donate_argnums=(0, 1))


@partial(jax.jit, donate_argnums=(0, 1))
def epoch(parameters, state, order, x, y):
    def body(carry, rows):
        parameters, state, loss = raw_step(*carry, x[rows], y[rows])
        return (parameters, state), loss
    (parameters, state), losses = jax.lax.scan(body, (parameters, state), order)
    return parameters, state, losses


state = optimizer.init(parameters)


def step(x, y):
    global parameters, state
    parameters, state, loss = jitted(parameters, state, x, y)
    return loss


def scan(order, x, y):
    global parameters, state
    parameters, state, losses = epoch(parameters, state, order, x, y)
    losses.block_until_ready()


if a.check:
    looked = jnp.asarray(p.x[:a.rows]), jnp.asarray(p.labels(slice(0, a.rows)))
    before = float(loss_of(parameters, *looked))
    order = p.order(0)
    if a.variant == "scan":
        scan(jnp.asarray(order[:a.check * p.batch].reshape(a.check, p.batch)), jnp.asarray(p.x), jnp.asarray(p.labels()))
    else:
        for s in p.slices()[:a.check]:
            step(jnp.asarray(p.x[order[s]]), jnp.asarray(p.labels(order[s])))
    report(before=before, after=float(loss_of(parameters, *looked)))
elif a.variant == "scan":
    full = jnp.asarray(p.x), jnp.asarray(p.labels())
    random = np.random.default_rng(0)
    def one(_=0): scan(jnp.asarray(random.permutation(p.rows)[:p.rows // p.batch * p.batch].reshape(-1, p.batch)), *full)
    one()
    if a.epochs:
        report(fitSeconds=median_wall(lambda: [one() for _ in range(a.epochs)], a.fits))
    else:
        times = time_steps(one, a.seconds, warmup=3)
        report(stepMicroseconds=times["stepMicroseconds"] / (p.rows // p.batch), timed=times["timed"])
elif a.epochs:
    y = p.labels()
    random = np.random.default_rng(0)
    def run(epochs):
        for _ in range(epochs):
            order = random.permutation(p.rows)
            for s in p.slices():
                step(p.x[order[s]], y[order[s]])
        jax.block_until_ready(parameters)
    run(1)
    report(fitSeconds=median_wall(lambda: run(a.epochs), a.fits))
else:
    batches = [(jnp.asarray(p.x[s]), jnp.asarray(p.labels(s))) for s in p.timed_slices()]
    def timed(i):
        step(*batches[i % len(batches)])
        jax.block_until_ready(parameters)
    report(**time_steps(timed, a.seconds, warmup=min(len(batches), 20)))
