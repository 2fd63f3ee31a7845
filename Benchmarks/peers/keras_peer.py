"""Keras 3 on JAX, as its users write it: named losses that mask -1. Variants: fit, fit-128 (steps_per_execution=128)."""
import os
import time

os.environ["KERAS_BACKEND"] = "jax"
import keras
from keras import layers, ops

from problem import BETA1, BETA2, EPSILON, RATE, Problem, arguments, median, median_wall, report

a = arguments(__doc__, ["fit", "fit-128"])
p = Problem(a.folder)
if p.tower:
    raise SystemExit("towers are not written for Keras")
weights = p.weights()


def masked_means(losses, mask):
    return ops.sum(ops.sum(losses * mask, axis=0) / ops.maximum(ops.sum(mask, axis=0), 1.0))


def binary_loss(labels, logits):
    mask = ops.cast(labels >= 0, "float32")
    target = ops.cast(ops.maximum(labels, 0), "float32")
    return masked_means(ops.binary_crossentropy(target, logits, from_logits=True), mask)


def class_loss(labels, logits):
    mask = ops.cast(labels >= 0, "float32")
    logits = ops.reshape(logits, (-1, p.categoricals, p.classes))
    losses = ops.sparse_categorical_crossentropy(ops.cast(ops.maximum(labels, 0), "int32"), logits, from_logits=True)
    return masked_means(losses, mask)


entry = keras.Input((p.x.shape[1],))
h, dense = entry, []
for width in p.hidden:
    dense.append(layers.Dense(width, activation="relu"))
    h = dense[-1](h)
outputs, losses, heads = {}, {}, []
if p.binaries:
    heads.append(layers.Dense(p.binaries, name="binary"))
    outputs["binary"], losses["binary"] = heads[-1](h), binary_loss
if p.categoricals:
    heads.append(layers.Dense(p.categoricals * p.classes, name="classes"))
    outputs["classes"], losses["classes"] = heads[-1](h), class_loss
model = keras.Model(entry, outputs)
for layer, given in zip(dense, p.layers(weights)):
    layer.set_weights(given)
kernel, bias = weights["heads.weight"].T, weights["heads.bias"]
for layer, part in zip(heads, [slice(0, p.binaries), slice(p.binaries, None)] if p.binaries else [slice(None)]):
    layer.set_weights([kernel[:, part], bias[part]])
model.compile(
    loss=losses, optimizer=keras.optimizers.Adam(RATE, BETA1, BETA2, EPSILON),
    steps_per_execution=128 if a.variant == "fit-128" else 1)


def targets(rows=None):
    y = p.labels(rows)
    named = {"binary": y[:, :p.binaries], "classes": y[:, p.binaries:]}
    return {name: named[name] for name in outputs}


class Epochs(keras.callbacks.Callback):
    """The time of every epoch; stops after `seconds`, where given."""

    def __init__(self, seconds=None):
        super().__init__()
        self.times, self.seconds = [], seconds

    def on_epoch_begin(self, epoch, logs=None):
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.times.append(time.perf_counter() - self.start)
        # The first two epochs compile.
        if self.seconds is not None and len(self.times) >= 5 and sum(self.times[2:]) > self.seconds:
            self.model.stop_training = True


def fit(epochs, **more):
    watch = Epochs(**more)
    model.fit(p.x, y, batch_size=p.batch, epochs=epochs, verbose=0, shuffle=True, callbacks=[watch])
    return watch.times


if a.check:
    def loss():
        return model.evaluate(p.x[:a.rows], targets(slice(0, a.rows)), batch_size=a.rows, verbose=0, return_dict=True)["loss"]
    before, order = loss(), p.order(0)
    # One fit over the rows in Lacuna's order: Keras on JAX gives each call of train_on_batch a state of its own.
    rows = order[:a.check * p.batch]
    model.fit(p.x[rows], targets(rows), batch_size=p.batch, epochs=1, verbose=0, shuffle=False)
    report(before=float(before), after=float(loss()))
elif a.epochs:
    y = targets()
    fit(2)
    report(fitSeconds=median_wall(lambda: fit(a.epochs), a.fits))
else:
    y = targets()
    times = fit(1_000_000, seconds=a.seconds)[2:]
    report(stepMicroseconds=median(times) / p.steps * 1e6, timed=len(times) * p.steps)
