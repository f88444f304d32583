# SPDX-License-Identifier: ISC
"""Bounds on rates from few events, by bisection."""
import math


def poisson_cdf(n, mean):
    return math.fsum(math.exp(-mean + k * math.log(mean) - math.lgamma(k + 1))
                     for k in range(n + 1)) if mean > 0 else 1.0


def binomial_cdf(n, of, p):
    return math.fsum(math.comb(of, k) * p ** k * (1 - p) ** (of - k) for k in range(n + 1))


def bisect(f, low, high):
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if f(middle) > 0.05 else (low, middle)
    return high


def poisson_upper(n):
    """One-sided 95 % upper bound of the mean, n seen."""
    return bisect(lambda m: poisson_cdf(n, m), 0.0, 10.0 * n + 20)


def share_upper(n, of):
    """One-sided 95 % upper bound of a share (Clopper and Pearson 1934)."""
    return 1.0 if n >= of else bisect(lambda p: binomial_cdf(n, of, p), 0.0, 1.0)


def share_lower(n, of):
    return 1.0 - share_upper(of - n, of) if of else 0.0
