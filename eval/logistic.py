# SPDX-License-Identifier: ISC
"""Logistic regression over steps, with signs that may be prescribed, in numpy."""
import numpy

ITERATIONS = 4000


def sigmoid(z):
    return 1 / (1 + numpy.exp(-numpy.clip(z, -40, 40)))


def fit(x, y, weight, signs, shrink):
    """x: rows of zeros and ones; signs: +1, -1 or 0 for each column. Projected gradient with
    Nesterov's step; the same numbers on every run."""
    n = weight.sum()
    rate = 1 / (0.25 * numpy.linalg.norm(x * numpy.sqrt(weight / n)[:, None], 2) ** 2 + shrink)
    w = z = numpy.zeros(x.shape[1])
    low = numpy.where(signs > 0, 0.0, -numpy.inf)
    high = numpy.where(signs < 0, 0.0, numpy.inf)
    for k in range(ITERATIONS):
        slope = x.T @ (weight * (sigmoid(x @ z) - y)) / n + shrink * z
        new = numpy.clip(z - rate * slope, low, high)
        z = new + k / (k + 3) * (new - w)
        w = new
    return w
