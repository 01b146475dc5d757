#!/usr/bin/env python3
"""scikit-learn's perceptrons, for the networks that they can be: their output and loss follow from the task."""

import itertools
import sys
import warnings

import peer

options = peer.read_options("scikit-learn")
EPOCH = 32  # Batches that one call of `fit` goes through, fewer where a step is long.

if options.gemm:
    peer.unsupported(options, "it has no matrix product of its own")
if len(options.sizes) < 3:
    peer.unsupported(options, "it has no network without a hidden layer")

import numpy as np  # noqa: E402  (after the number of threads is fixed)
import sklearn  # noqa: E402
from sklearn.neural_network import MLPClassifier, MLPRegressor  # noqa: E402

warnings.filterwarnings("ignore")  # It did not converge in one epoch.
classifier = options.loss == "cross-entropy" and options.sizes[-1] > 2
if options.loss == "cross-entropy" and not classifier:
    peer.unsupported(options, "its classifier of two classes has one output")

data = peer.batches(options)
copies = max(1, min(EPOCH, int(2e10 / peer.multiply_adds(options) / 2)) // len(data))
X = np.concatenate([x for x, _ in data] * copies)
classes = np.concatenate([c for _, c in data] * copies)
y = classes if classifier else peer.targets(options, classes)
y = y.ravel() if options.sizes[-1] == 1 else y
STEPS = len(X) // options.batch_size


def make():
    """The call that is timed, on a network that has seen one epoch. Its first weights are its own, so its loss says nothing."""
    kind = MLPClassifier if classifier else MLPRegressor
    network = kind(
        hidden_layer_sizes=tuple(options.sizes[1:-1]),
        activation={"sigmoid": "logistic"}.get(options.activation, options.activation),
        solver=options.optimizer,
        alpha=0,
        batch_size=options.batch_size,
        learning_rate_init=options.rate,
        momentum=0,
        nesterovs_momentum=False,
        max_iter=1,
        shuffle=False,
        warm_start=True,
        tol=0,
        random_state=1,
    )
    network.fit(X, y)
    if network.coefs_[0].dtype != np.float32:
        print("scikit-learn: this version computes in double precision", file=sys.stderr)
    if not options.infer:
        return lambda: network.fit(X, y), None
    outputs = network.predict_proba if classifier else network.predict
    turn = itertools.cycle([x for x, _ in data]).__next__
    return lambda: outputs(turn()), None


class Epochs(peer.Setting):
    """A call of `fit` is an epoch; what counts is a step."""

    def block(self):
        self.blocks.append(self.run() / self.count / (1 if options.infer else STEPS))


name = "MLPClassifier" if classifier else "MLPRegressor"
call = ("predict_proba" if classifier else "predict") if options.infer else f"fit, {STEPS} steps a call"
output = "" if classifier or options.output_activation == "identity" else ", identity output: it has no other"
peer.measure(options, f"{sklearn.__version__}, NumPy {np.__version__} with {peer.blas()}", [Epochs(f"{name}.{call}{output}", make)])
