"""schedules.npz: noise levels, their law, loss weights, numbers of levels, scaling of the consistency function.

All arrays are float64 but `discretization/*`, which are int64. Names carry the settings: number of levels, sigma_min,
sigma_max and rho; P_mean and P_std of the law.
"""

import math

import numpy

from reference import Reference

SIGMA_DATA = 0.5


def karras_levels(count, sigma_min, sigma_max, rho):
    """(sigma_min^(1/rho) + i/(N-1) (sigma_max^(1/rho) - sigma_min^(1/rho)))^rho, i = 0..N-1 (Karras et al. 2022)."""
    low, high = sigma_min ** (1 / rho), sigma_max ** (1 / rho)
    levels = (low + numpy.arange(count) / (count - 1) * (high - low)) ** rho
    levels[[0, -1]] = sigma_min, sigma_max  # Exactly.
    return levels


def lognormal_law(levels, mean=-1.1, deviation=2.0):
    """p(i), i = 0..N-2: a normal law's mass between ln sigma_i and ln sigma_{i+1}, normalised (Song et al. 2023)."""
    cumulative = [math.erf((math.log(sigma) - mean) / (math.sqrt(2) * deviation)) for sigma in levels]
    masses = numpy.diff(cumulative)
    return masses / masses.sum()


def loss_weights(levels):
    """1 / (sigma_{i+1} - sigma_i)."""
    return 1 / numpy.diff(levels)


def level_count(step, steps, smallest, largest):
    """N(k) = min(s0 2^floor(k / K'), s1) + 1 with K' = floor(K / (log2(floor(s1 / s0)) + 1))."""
    stage = math.floor(steps / (math.log2(largest // smallest) + 1))
    return min(smallest * 2 ** (step // stage), largest) + 1


def scaling(sigma, sigma_min):
    """c_skip, c_out, c_in and c_noise of equation (3), for the EDM process."""
    variance = SIGMA_DATA**2
    total = (sigma**2 + variance) ** 0.5
    c_skip = variance / ((sigma - sigma_min) ** 2 + variance)
    c_out = SIGMA_DATA * (sigma - sigma_min) / total
    return c_skip, c_out, 1 / total, numpy.log(sigma) / 4


def compute(kept):
    del kept  # Everything is closed form.
    arrays = {}
    for count, low, high, rho in (
        (11, 0.002, 80, 7),
        (21, 0.002, 80, 7),
        (1281, 0.002, 80, 7),
        (11, 0.001, 80, 7),
        (31, 0.001, 1, 3),
    ):
        arrays[f"karras_sigmas/n{count}_min{low}_max{high}_rho{rho}"] = karras_levels(count, low, high, rho)
    for count in (11, 1281):
        levels = karras_levels(count, 0.002, 80, 7)
        arrays[f"timestep_pmf/n{count}_mean-1.1_std2"] = lognormal_law(levels)
        arrays[f"loss_weight/n{count}"] = loss_weights(levels)
    # The ends of a run of K = 100,000 steps, and steps before and at which N(k) may double (K' = 12,500).
    steps = [0, 1, 12499, 12500, 24999, 25000, 49999, 50000, 87499, 87500, 99999]
    arrays["discretization/k"] = numpy.array(steps)
    counts = [level_count(step, 100_000, 10, 1280) for step in steps]
    arrays["discretization/N_K100000_s0_10_s1_1280"] = numpy.array(counts)
    sigma = numpy.array([0.002, 0.01, 0.5, 3, 80])
    arrays["precond/sigma"] = sigma
    for name, values in zip(("c_skip", "c_out", "c_in", "c_noise"), scaling(sigma, 0.002)):
        arrays[f"precond/{name}"] = values
    return arrays


REFERENCES = {
    "schedules.npz": Reference(
        compute,
        each=True,
        looser={"timestep_pmf/n1281*": 1e-11},  # Neighbours are near each other: four digits cancel.
    )
}
