#!/usr/bin/env python3
"""PyTorch's eager mode in the ways that its users write it, and compiled where a compiler is there. Gradients come from autograd."""

import functools
import itertools

import peer

options = peer.read_options("pytorch")

import torch  # noqa: E402  (after the number of threads is fixed)
from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402

torch.set_num_threads(options.threads)
torch.set_num_interop_threads(1)
torch.set_flush_denormal(True)

MODULES = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU, "softmax": nn.Softmax, "identity": nn.Identity}
FUNCTIONS = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu, "softmax": lambda z: torch.softmax(z, -1), "identity": lambda z: z}
CROSS_ENTROPY = options.loss == "cross-entropy"
NAMES = [options.activation] * (len(options.sizes) - 2) + [options.output_activation]
if CROSS_ENTROPY and not options.infer:
    NAMES[-1] = "identity"  # PyTorch's cross-entropy takes the pre-activations.


def batches():
    for x, classes in peer.batches(options):
        yield torch.from_numpy(x), torch.from_numpy(classes if CROSS_ENTROPY else peer.targets(options, classes))


def loss_of(a, y):
    if CROSS_ENTROPY:
        return functional.cross_entropy(a, y)
    return functional.mse_loss(a, y, reduction="sum") * (0.5 / options.batch_size)


class Mean:
    """The library's mean has no factor to multiply with; with gradient descent the factor can be put into the learning rate."""

    factor = 1 if CROSS_ENTROPY else options.sizes[-1] / 2
    loss_of = staticmethod(functional.cross_entropy if CROSS_ENTROPY else functional.mse_loss)


def sequential():
    layers = []
    for w, name in zip(peer.weights(options), NAMES):
        linear = nn.Linear(w.shape[1], w.shape[0])
        linear.weight.data.copy_(torch.from_numpy(w))
        linear.bias.data.zero_()
        layers += [linear] if name == "identity" else [linear, nn.Softmax(-1) if name == "softmax" else MODULES[name]()]
    model = nn.Sequential(*layers)
    return list(model.parameters()), model


def functions():
    """The bare operations, with the weights as inputs × outputs."""
    W = [torch.from_numpy(w).t().contiguous().requires_grad_() for w in peer.weights(options)]
    b = [torch.zeros(w.shape[1], requires_grad=True) for w in W]
    layers = list(zip(W, b, [FUNCTIONS[name] for name in NAMES]))

    def forward(x):
        for W, b, f in layers:
            x = f(torch.addmm(b, x, W))
        return x

    return [*W, *b], forward


def optimized(build, make_optimizer):
    """The loop of the tutorials."""
    parameters, forward = build()
    optimizer = make_optimizer(parameters)

    def step(x, y):
        loss = loss_of(forward(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    return step, 1


def updated(build, update, compiled=False):
    """Gradient descent by hand."""
    parameters, forward = build()
    rate = options.rate * Mean.factor
    forward_loss = lambda x, y: Mean.loss_of(forward(x), y)  # noqa: E731
    if compiled:
        forward_loss = torch.compile(forward_loss)

    def step(x, y):
        loss = forward_loss(x, y)
        gradients = torch.autograd.grad(loss, parameters)
        with torch.no_grad():
            update(parameters, gradients, rate)
        return loss

    return step, Mean.factor


def compiled_optimized(make_optimizer):
    parameters, forward = functions()
    forward_loss = torch.compile(lambda x, y: loss_of(forward(x), y))
    optimizer = make_optimizer(parameters)

    def step(x, y):
        loss = forward_loss(x, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    return step, 1


def subtract(parameters, gradients, rate):
    for p, g in zip(parameters, gradients):
        p.sub_(g, alpha=rate)


def add_all(parameters, gradients, rate):
    torch._foreach_add_(parameters, gradients, alpha=-rate)


def training(make_step):
    step, factor = make_step()
    turn = itertools.cycle(list(batches())).__next__
    for _ in range(peer.CHECKED_STEP):
        loss = step(*turn())
    return lambda: step(*turn()), float(loss.detach()) * factor


def inferring(make_forward):
    """Outputs alone, in inference mode, which each call enters as a server does."""
    forward = make_forward()
    turn = itertools.cycle([x for x, _ in batches()]).__next__

    def step():
        with torch.inference_mode():
            return forward(turn())

    return step, float(step().sum(dtype=torch.float64))


def one_by_one():
    """A sample as a vector."""
    parameters, _ = sequential()
    layers = list(zip(parameters[::2], parameters[1::2], [FUNCTIONS[name] for name in NAMES]))

    def forward(x):
        a = x[0]
        for W, b, f in layers:
            a = f(torch.addmv(b, W, a))
        return a

    return forward


def traced():
    _, model = sequential()
    example = next(batches())[0]
    with torch.no_grad():
        return torch.jit.freeze(torch.jit.trace(model.eval(), example))


def product(multiply):
    n = options.gemm
    a, b, c = torch.from_numpy(peer.uniform(1, n, n)), torch.from_numpy(peer.uniform(2, n, n)), torch.empty(n, n)
    step = functools.partial(multiply, a, b, out=c)
    step()
    return step, float(c.mean(dtype=torch.float64))


def settings():
    if options.gemm:
        return {f"torch.{f.__name__} with out=": functools.partial(product, f) for f in (torch.mm, torch.matmul)}
    if options.infer:
        ways = {
            "Sequential": lambda: sequential()[1],
            "addmm": lambda: functions()[1],
            "jit, frozen": traced,
            "compile": lambda: torch.compile(functions()[1]),
        }
        if options.batch_size == 1:
            ways["addmv"] = one_by_one
        return {name: functools.partial(inferring, way) for name, way in ways.items()}
    optimizer = torch.optim.SGD if options.optimizer == "sgd" else torch.optim.Adam
    of = lambda **how: functools.partial(optimizer, lr=options.rate, **how)  # noqa: E731
    ways = {
        f"Sequential, {optimizer.__name__}": lambda: optimized(sequential, of(foreach=False)),
        f"Sequential, {optimizer.__name__} foreach": lambda: optimized(sequential, of(foreach=True)),
        f"Sequential, {optimizer.__name__} fused": lambda: optimized(sequential, of(fused=True)),
        f"addmm, {optimizer.__name__} fused": lambda: optimized(functions, of(fused=True)),
    }
    if options.optimizer == "sgd":
        ways |= {
            "Sequential, sub_": lambda: updated(sequential, subtract),
            "addmm, sub_": lambda: updated(functions, subtract),
            "addmm, _foreach_add_": lambda: updated(functions, add_all),
            "compile, _foreach_add_": lambda: updated(functions, add_all, compiled=True),
        }
    else:
        ways["compile, fused"] = lambda: compiled_optimized(of(fused=True))
    return {name: functools.partial(training, way) for name, way in ways.items()}


libraries = "MKL" if torch.backends.mkl.is_available() else peer.blas() or "its BLAS"
peer.measure(options, f"{torch.__version__} with {libraries}", [peer.Setting(name, make) for name, make in settings().items()])
