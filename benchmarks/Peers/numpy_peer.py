#!/usr/bin/env python3
"""Training steps as a careful NumPy user writes them, with the backward pass by hand."""

import functools
import itertools

import peer

options = peer.read_options("numpy")

import numpy as np  # noqa: E402  (after the number of threads is fixed)

ONE = np.float32(1)


# Plain expressions, which allocate their results.


def sigmoid(z):
    return ONE / (ONE + np.exp(-z))


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


ACTIVATIONS = {
    "sigmoid": (sigmoid, lambda a: a * (ONE - a)),
    "tanh": (np.tanh, lambda a: ONE - a * a),
    "relu": (lambda z: np.maximum(z, 0), lambda a: a > 0),
    "identity": (lambda z: z, lambda a: ONE),
    "softmax": (softmax, None),
}


def loss_of(a, y):
    if options.loss == "cross-entropy":
        return float(-np.log(a[y > 0]).sum() / len(a))
    return float(((a - y) ** 2).sum() / (2 * len(a)))


class Expressions:
    """a = f(x @ W + b) and its gradients, as they are written on paper."""

    def __init__(self):
        self.W = [np.ascontiguousarray(w.T) for w in peer.weights(options)]
        self.b = [np.zeros(w.shape[1], np.float32) for w in self.W]
        self.adam = Adam([*self.W, *self.b]) if options.optimizer == "adam" else None
        names = [options.activation] * (len(self.W) - 1) + [options.output_activation]
        self.f = [ACTIVATIONS[name] for name in names]

    def forward(self, x):
        a = [x]
        for W, b, (f, _) in zip(self.W, self.b, self.f):
            a.append(f(a[-1] @ W + b))
        return a

    def step(self, x, y):
        a = self.forward(x)
        rate = np.float32(options.rate)
        delta = (a[-1] - y) * np.float32(1 / options.batch_size)
        if self.f[-1][1]:
            delta = delta * self.f[-1][1](a[-1])
        gradients_W, gradients_b = [], []
        for layer in reversed(range(len(self.W))):
            gradients_W.append(a[layer].T @ delta)
            gradients_b.append(delta.sum(axis=0))
            if layer:
                delta = (delta @ self.W[layer].T) * self.f[layer - 1][1](a[layer])
        if self.adam:
            self.adam.update([*reversed(gradients_W), *reversed(gradients_b)])
            return a[-1]
        for W, b, dW, db in zip(self.W, self.b, reversed(gradients_W), reversed(gradients_b)):
            W -= rate * dW
            b -= rate * db
        return a[-1]

    def infer(self, x):
        return self.forward(x)[-1]


class InPlace:
    """The same with every result in an array that is made once. `transposed` keeps the weights as outputs × inputs."""

    def __init__(self, transposed):
        initial = peer.weights(options)
        self.stored = initial if transposed else [np.ascontiguousarray(w.T) for w in initial]
        self.W = [w.T for w in self.stored] if transposed else self.stored
        self.b = [np.zeros(w.shape[1], np.float32) for w in self.W]
        self.transposed = transposed
        m = options.batch_size
        self.a = [np.empty((m, w.shape[1]), np.float32) for w in self.W]
        self.s = [np.empty_like(a) for a in self.a]
        self.delta = [np.empty_like(a) for a in self.a]
        self.dW = [np.empty_like(w) for w in self.stored]
        self.db = [np.empty_like(b) for b in self.b]
        self.column = np.empty((m, 1), np.float32)
        self.names = [options.activation] * (len(self.W) - 1) + [options.output_activation]
        self.adam = Adam([*self.stored, *self.b]) if options.optimizer == "adam" else None
        # The factor of the update is put into the last δ, which is the smallest array that it passes through.
        self.scale = np.float32((1 if self.adam else options.rate) / m)

    def activate(self, name, a):
        if name == "sigmoid":
            np.negative(a, out=a)
            np.exp(a, out=a)
            np.add(a, ONE, out=a)
            np.reciprocal(a, out=a)
        elif name == "tanh":
            np.tanh(a, out=a)
        elif name == "relu":
            np.maximum(a, 0, out=a)
        elif name == "softmax":
            np.maximum.reduce(a, axis=1, keepdims=True, out=self.column)
            np.subtract(a, self.column, out=a)
            np.exp(a, out=a)
            np.add.reduce(a, axis=1, keepdims=True, out=self.column)
            np.divide(a, self.column, out=a)

    def times_derivative(self, name, a, s, delta):
        if name == "sigmoid":
            np.subtract(ONE, a, out=s)
            np.multiply(s, a, out=s)
            np.multiply(delta, s, out=delta)
        elif name == "tanh":
            np.multiply(a, a, out=s)
            np.subtract(ONE, s, out=s)
            np.multiply(delta, s, out=delta)
        elif name == "relu":
            np.sign(a, out=s)
            np.multiply(delta, s, out=delta)

    def infer(self, x):
        for W, b, a, name in zip(self.W, self.b, self.a, self.names):
            np.dot(x, W, out=a)
            np.add(a, b, out=a)
            self.activate(name, a)
            x = a
        return x

    def step(self, x, y):
        outputs = self.infer(x)
        np.subtract(outputs, y, out=self.delta[-1])
        np.multiply(self.delta[-1], self.scale, out=self.delta[-1])
        self.times_derivative(self.names[-1], outputs, self.s[-1], self.delta[-1])
        for layer in reversed(range(len(self.W))):
            delta = self.delta[layer]
            a = self.a[layer - 1] if layer else x
            if self.transposed:
                np.dot(delta.T, a, out=self.dW[layer])
            else:
                np.dot(a.T, delta, out=self.dW[layer])
            np.add.reduce(delta, axis=0, out=self.db[layer])
            if layer:
                np.dot(delta, self.W[layer].T, out=self.delta[layer - 1])
                self.times_derivative(self.names[layer - 1], a, self.s[layer - 1], self.delta[layer - 1])
            if not self.adam:
                np.subtract(self.stored[layer], self.dW[layer], out=self.stored[layer])
                np.subtract(self.b[layer], self.db[layer], out=self.b[layer])
        if self.adam:
            self.adam.update([*self.dW, *self.db])
        return outputs


class Adam:
    """Adam in place, PyTorch's defaults, with the two corrections folded into the step size and ε."""

    def __init__(self, parameters):
        self.parameters = parameters
        self.m = [np.zeros_like(p) for p in parameters]
        self.v = [np.zeros_like(p) for p in parameters]
        self.s = [np.empty_like(p) for p in parameters]
        self.time = 0

    def update(self, gradients):
        self.time += 1
        root = (1 - 0.999**self.time) ** 0.5
        size, epsilon = np.float32(options.rate * root / (1 - 0.9**self.time)), np.float32(1e-8 * root)
        for p, g, m, v, s in zip(self.parameters, gradients, self.m, self.v, self.s):
            np.multiply(g, np.float32(0.1), out=s)
            np.multiply(m, np.float32(0.9), out=m)
            np.add(m, s, out=m)
            np.multiply(g, g, out=s)
            np.multiply(s, np.float32(0.001), out=s)
            np.multiply(v, np.float32(0.999), out=v)
            np.add(v, s, out=v)
            np.sqrt(v, out=s)
            np.add(s, epsilon, out=s)
            np.divide(m, s, out=s)
            np.multiply(s, size, out=s)
            np.subtract(p, s, out=p)


def training(make):
    """A network's step on the batches in turn, and the loss of an early step."""
    network = make()
    turn = itertools.cycle([(x, peer.targets(options, classes)) for x, classes in peer.batches(options)]).__next__
    if options.infer:
        return lambda: network.infer(turn()[0]), float(network.infer(turn()[0]).sum(dtype=np.float64))
    for _ in range(peer.CHECKED_STEP):
        x, y = turn()
        outputs = network.step(x, y).copy()
    return lambda: network.step(*turn()), loss_of(outputs, y)


def product(multiply):
    n = options.gemm
    a, b, c = peer.uniform(1, n, n), peer.uniform(2, n, n), np.empty((n, n), np.float32)
    multiply(a, b, out=c)
    return functools.partial(multiply, a, b, out=c), float(c.mean(dtype=np.float64))


if options.gemm:
    settings = [peer.Setting(f"np.{f.__name__} with out=", functools.partial(product, f)) for f in (np.matmul, np.dot)]
else:
    settings = [
        peer.Setting("expressions", functools.partial(training, Expressions)),
        peer.Setting("out=, weights inputs × outputs", functools.partial(training, lambda: InPlace(False))),
        peer.Setting("out=, weights outputs × inputs", functools.partial(training, lambda: InPlace(True))),
    ]
peer.measure(options, f"{np.__version__} with {peer.blas()}", settings)
