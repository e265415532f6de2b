"""metrics.npz: distances between sets of features. statistics*.npz: files as other FID tools keep them.

All arrays are float64 but those of statistics_float32.npz. Features are [rows, 64], `is_logits` is [300, 10], results
are scalars. The sets `rank_deficient_a` and `rank_deficient_b` have fewer rows than features.
"""

import numpy

from draws import draws
from reference import Reference


def frechet(first, second):
    """||m1 - m2||^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)) with unbiased covariances (Heusel et al. 2017).

    With S1 = A'A and S2 = B'B, A and B the centred rows over sqrt(n - 1), the trace of the root is the sum of the
    singular values of AB'.
    """
    (m1, a), (m2, b) = centred(first), centred(second)
    root = numpy.linalg.svd(a @ b.T, compute_uv=False).sum()
    return ((m1 - m2) ** 2).sum() + (a**2).sum() + (b**2).sum() - 2 * root


def centred(rows):
    mean = rows.mean(axis=0)
    return mean, (rows - mean) / numpy.sqrt(len(rows) - 1)


def kernel_distance(first, second):
    """KID (Binkowski et al. 2018): unbiased squared MMD (Gretton et al. 2012, equation 3), kernel (x.y / d + 1)^3."""

    def kernel(a, b):
        return (a @ b.T / a.shape[1] + 1) ** 3

    def within(rows):
        values = kernel(rows, rows)
        return (values.sum() - numpy.trace(values)) / (len(rows) * (len(rows) - 1))

    return within(first) + within(second) - 2 * kernel(first, second).mean()


def inception_score(logits):
    """exp(E KL(p(y|x) || p(y))) over all rows (Salimans et al. 2016)."""
    p = numpy.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    return numpy.exp((p * (numpy.log(p) - numpy.log(p.mean(axis=0)))).sum(axis=1).mean())


def distances(kept):
    del kept  # Seeds give the inputs.
    drawn = draws()
    a, b, few_a, few_b = (drawn[name] for name in ("feats_a", "feats_b", "rank_deficient_a", "rank_deficient_b"))
    return {
        "feats_a": a,
        "feats_b": b,
        "frechet_a_b": frechet(a, b),
        "frechet_a_a": frechet(a, a),
        "rank_deficient_a": few_a,
        "rank_deficient_b": few_b,
        "frechet_rank_deficient": frechet(few_a, few_b),
        "kid_poly3_unbiased_a_b": kernel_distance(a, b),
        "is_logits": drawn["is_logits"],
        "is_single_split": inception_score(drawn["is_logits"]),
    }


def statistics(kept):
    """A mean and a covariance AA' written by numpy.savez, whose format is what the test reads."""
    del kept
    a = numpy.array([[1, 0.5, 0.1], [0, 2, 0.3], [0.2, 0, 0.7]])
    return {"mu": numpy.array([1.5, -2, 0.25]), "sigma": a @ a.T}


def statistics_float32(kept):
    """The same, rounded and in the other order."""
    arrays = statistics(kept)
    return {name: arrays[name].astype("float32") for name in ("sigma", "mu")}


REFERENCES = {
    "metrics.npz": Reference(
        distances,
        # The stored one is from a root of S1 S2, which loses half of the digits where S1 S2 is singular. The one here
        # agrees with a computation in 40 digits.
        looser={"frechet_rank_deficient": 1e-8},
    ),
    "statistics.npz": Reference(statistics),
    "statistics_float32.npz": Reference(statistics_float32, compressed=True),
}
