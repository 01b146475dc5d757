"""What the Python peers share: the options of `nabla bench`, the same data for all of them, and the way time is taken."""

import argparse
import gc
import itertools
import json
import math
import os
import statistics
import sys
import time

BATCHES = 8  # Different batches, used in turn.
CHECKED_STEP = 3  # The step whose loss is compared, so that two updates lie before it.
SCREENING_ROUNDS = 3  # Blocks that every setting gets before the slow ones are left out.
KEEP_WITHIN = 1.2  # A setting goes on while its best block is at most this many times the best of all.
RATES = {"sgd": 0.1, "adam": 0.001}


def read_options(peer):
    """Reads the command line and fixes the number of threads, which must happen before NumPy or PyTorch are imported."""
    parser = argparse.ArgumentParser(prog=peer, allow_abbrev=False)
    parser.add_argument("--layers", default="784-30-10", help="sizes, inputs first")
    parser.add_argument("--batch-size", type=int, default=10)
    parser.add_argument("--activation", choices=["sigmoid", "tanh", "relu"], default="sigmoid")
    parser.add_argument("--output-activation", choices=["sigmoid", "tanh", "relu", "identity", "softmax"])
    parser.add_argument("--loss", choices=["squared-error", "cross-entropy"], default="squared-error")
    parser.add_argument("--optimizer", choices=sorted(RATES), default="sgd")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--zeros", type=float, default=0, help="the part of the inputs that is zero")
    parser.add_argument("--infer", action="store_true", help="time the outputs alone")
    parser.add_argument("--gemm", type=int, metavar="N", help="time the product of two N×N matrices instead")
    parser.add_argument("--seconds", type=float, default=3, help="time for the best settings, after all were tried")
    parser.add_argument("--json", action="store_true", help="accepted as `nabla bench` does; the result is always JSON")
    options = parser.parse_args()
    options.peer = peer
    options.sizes = [int(size) for size in options.layers.split("-")]
    softmax = options.output_activation == "softmax"
    if options.output_activation is None:
        softmax = options.loss == "cross-entropy"
        options.output_activation = "softmax" if softmax else options.activation
    if softmax != (options.loss == "cross-entropy"):
        parser.error("cross-entropy and a softmax output are for each other")
    if len(options.sizes) < 2 or min([*options.sizes, options.batch_size, options.threads, options.gemm or 1]) < 1:
        parser.error("sizes, the batch size and the number of threads are at least 1, and there are at least two sizes")
    options.rate = RATES[options.optimizer]
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"):
        os.environ[name] = str(options.threads)
    return options


def uniform(seed, rows, columns):
    """Numbers in (0, 1) that every peer can make alike: a 32-bit hash of the place, none of them zero."""
    import numpy

    with numpy.errstate(over="ignore"):
        return ((hashes(seed, rows * columns) >> 8 | 1).astype(numpy.float32) * numpy.float32(2**-24)).reshape(rows, columns)


def hashes(seed, count):
    import numpy

    x = numpy.arange(count, dtype=numpy.uint32) + numpy.uint32(seed * 0x9E3779B9 % 2**32)
    x = (x ^ (x >> 16)) * numpy.uint32(0x7FEB352D)
    x = (x ^ (x >> 15)) * numpy.uint32(0x846CA68B)
    return x ^ (x >> 16)


def weights(options):
    """One matrix a layer, outputs × inputs, scaled so that pre-activations have variances near 1. Biases begin at zero."""
    import numpy

    return [
        (uniform(100 + layer, outputs, inputs) - numpy.float32(0.5)) * numpy.float32(2 * math.sqrt(3 / inputs))
        for layer, (inputs, outputs) in enumerate(itertools.pairwise(options.sizes))
    ]


def batches(options):
    """Pairs of inputs and class numbers, a sample a row."""
    outputs = max(options.sizes[-1], 2)
    return [
        (inputs(options, batch), (hashes(300 + batch, options.batch_size) % outputs).astype("int64"))
        for batch in range(BATCHES)
    ]


def inputs(options, batch):
    """Numbers in (0, 1), of which as many are zero as is asked for."""
    import numpy

    numbers = uniform(200 + batch, options.batch_size, options.sizes[0])
    return numbers * (uniform(400 + batch, options.batch_size, options.sizes[0]) >= numpy.float32(options.zeros))


def targets(options, classes):
    """One-hot rows; where there is one output, the class itself."""
    import numpy

    outputs = options.sizes[-1]
    return classes.astype(numpy.float32)[:, None] if outputs == 1 else numpy.eye(outputs, dtype=numpy.float32)[classes]


def multiply_adds(options):
    """Of the products that a step needs; no gradient of the inputs."""
    layers = [a * b for a, b in itertools.pairwise(options.sizes)]
    return options.batch_size * (sum(layers) if options.infer else 3 * sum(layers) - layers[0])


class Setting:
    """One way to do the work. `make` returns the step (a function without arguments) and a number that all ways must agree in, if there is one."""

    def __init__(self, name, make):
        self.name, self.make = name, make
        self.blocks = []

    def prepare(self, block_seconds, warm_up_seconds):
        self.step, self.check = self.make()
        self.count = 1
        end = time.perf_counter() + warm_up_seconds
        while True:
            self.count = max(1, math.ceil(self.count * min(10, block_seconds / max(self.run(), 1e-9))))
            if time.perf_counter() >= end:
                break

    def run(self):
        step = self.step
        start = time.perf_counter()
        for _ in itertools.repeat(None, self.count):
            step()
        return time.perf_counter() - start

    def block(self):
        self.blocks.append(self.run() / self.count)

    @property
    def median(self):
        return statistics.median(self.blocks)


def measure(options, version, settings):
    """Tries all settings in turn, goes on with those near the best, and prints the one with the smallest median."""
    usable, failures = [], []
    for setting in settings:
        try:
            setting.prepare(options.seconds / 60, options.seconds / 10)
            usable.append(setting)
        except Exception as error:  # A compiler that is not there, an optimizer that this version lacks.
            failures.append(f"{setting.name}: {type(error).__name__}")
            print(f"{options.peer}: {setting.name} cannot run here: {error}".splitlines()[0], file=sys.stderr)
    if not usable:
        sys.exit(f"{options.peer}: no setting can run here")
    expected = usable[0].check
    for setting in usable:
        if expected is not None and not abs(setting.check - expected) <= 1e-4 * abs(expected):
            print(f"{options.peer}: {setting.name} gives {setting.check} where {usable[0].name} gives {expected}", file=sys.stderr)
            sys.exit(4)

    gc.collect()
    gc.disable()
    for _ in range(SCREENING_ROUNDS):
        for setting in usable:
            setting.block()
    best = min(min(setting.blocks) for setting in usable)
    finalists = [setting for setting in usable if min(setting.blocks) <= KEEP_WITHIN * best]
    end = time.perf_counter() + options.seconds
    while time.perf_counter() < end or min(len(setting.blocks) for setting in finalists) < 5:
        for setting in finalists:
            setting.block()
    winner = min(finalists, key=lambda setting: setting.median)
    gc.enable()
    report(options, version, winner, usable, failures)


def report(options, version, winner, usable, failures):
    result = {"peer": options.peer, "version": version, "threads": options.threads}
    operations = 2 * (options.gemm**3 if options.gemm else multiply_adds(options))
    if options.gemm:
        result |= {"gemm": options.gemm, "microseconds": rounded(winner.median * 1e6)}
    else:
        result |= {
            "layers": options.layers,
            "batch_size": options.batch_size,
            "activation": options.activation,
            "output_activation": options.output_activation,
            "loss": options.loss,
            "optimizer": None if options.infer else options.optimizer,
            "infer": options.infer,
            "microseconds_per_step": rounded(winner.median * 1e6),
            "samples_per_second": rounded(options.batch_size / winner.median),
        }
    result |= {
        "gflops": rounded(operations / winner.median / 1e9),
        "setting": winner.name,
        "tried": {setting.name: rounded(setting.median * 1e6) for setting in usable},
    }
    if winner.check is not None:
        result["check"] = winner.check
    if failures:
        result["failed"] = failures
    print(json.dumps(result, ensure_ascii=False))


def unsupported(options, reason):
    """Ends with a line that says why this peer has no figure for the question."""
    print(json.dumps({"peer": options.peer, "unsupported": reason}, ensure_ascii=False))
    sys.exit(0)


def blas():
    """The BLAS behind NumPy with the kernel that it chose."""
    try:
        from threadpoolctl import threadpool_info
    except ImportError:
        return "an unknown BLAS (threadpoolctl is not installed)"
    return ", ".join(
        f"{library['internal_api']} {library['version']} {library.get('architecture', '')}".rstrip()
        for library in threadpool_info()
        if library["user_api"] == "blas"
    )


def rounded(value):
    return float(f"{value:.5g}")
