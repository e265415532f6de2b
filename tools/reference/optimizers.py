"""optimizers.npz: six steps of each optimizer at rate 1e-2 on one weight, and the moving average of a run.

`p0` [5, 7] and `grads` [6, 5, 7] are float32. The weights after each step, [6, 5, 7], are float64.
"""

import math

import numpy

from draws import draws
from reference import Reference

RATE = 1e-2


def lion(weight, gradients, beta1=0.9, beta2=0.99, decay=0.0):
    """Chen et al. 2023, algorithm 2: the sign of an interpolation, then the momentum; decoupled weight decay."""
    momentum = 0
    for g in gradients:
        direction = numpy.sign(beta1 * momentum + (1 - beta1) * g)
        weight = weight - RATE * (direction + decay * weight)
        momentum = beta2 * momentum + (1 - beta2) * g
        yield weight


def moments(gradients, beta1, beta2):
    """Adam's step t, its first moment without bias, and its second moment with bias."""
    m = v = 0
    for t, g in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        yield t, m / (1 - beta1**t), v


def adam(weight, gradients, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """Kingma & Ba 2015, algorithm 1."""
    for t, m, v in moments(gradients, beta1, beta2):
        weight = weight - RATE * m / (numpy.sqrt(v / (1 - beta2**t)) + epsilon)
        yield weight


def radam(weight, gradients, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """Liu et al. 2020, algorithm 2, with the authors' code where it differs: rectified from rho > 5, not 4.

    Epsilon is added to the root of the biased second moment, as their code and PyTorch do. Only the sixth step is
    rectified.
    """
    most = 2 / (1 - beta2) - 1
    for t, m, v in moments(gradients, beta1, beta2):
        seen = 1 - beta2**t
        rho = most - 2 * t * beta2**t / seen
        step = m
        if rho > 5:
            rectification = (rho - 4) * (rho - 2) * most / ((most - 4) * (most - 2) * rho)
            step = m * math.sqrt(rectification * seen) / (numpy.sqrt(v) + epsilon)
        weight = weight - RATE * step
        yield weight


def moving_average(average, weights, decay=0.9):
    for weight in weights:
        average = decay * average + (1 - decay) * weight
        yield average


def compute(kept):
    del kept  # Seeds give the inputs.
    p0, gradients = (draws()[name].astype("float32") for name in ("p0", "grads"))
    run = (p0.astype("float64"), gradients.astype("float64"))
    lions = numpy.array(list(lion(*run)))
    return {
        "p0": p0,
        "grads": gradients,
        "lion_lr1e-2_b0.9_0.99_wd0": lions,
        "lion_lr1e-2_b0.9_0.99_wd0.1": numpy.array(list(lion(*run, decay=0.1))),
        "adam_lr1e-2_b0.9_0.999_eps1e-8": numpy.array(list(adam(*run))),
        "radam_lr1e-2_b0.9_0.999_eps1e-8": numpy.array(list(radam(*run))),
        "ema_decay0.9_over_lion": numpy.array(list(moving_average(run[0], lions))),
    }


REFERENCES = {"optimizers.npz": Reference(compute)}
