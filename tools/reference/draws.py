"""The inputs of optimizers.npz, metrics.npz and assignment.npz: one stream of normal numbers, NumPy's seed 3."""

import numpy


def draws():
    """All of them by name, drawn in this order; float64."""
    normal = numpy.random.default_rng(3).standard_normal
    return {
        "p0": normal((5, 7)),
        "grads": normal((6, 5, 7)),
        "feats_a": normal((500, 64)) @ normal((64, 64)) / 8,
        "feats_b": normal((400, 64)) @ normal((64, 64)) / 8 + 0.3,
        "rank_deficient_a": normal((40, 64)),
        "rank_deficient_b": normal((50, 64)) + 0.2,
        "is_logits": 2 * normal((300, 10)),
        "x": normal((64, 12)),
        "z": normal((64, 12)),
    }
