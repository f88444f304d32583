# SPDX-License-Identifier: ISC
"""An isolation forest (Liu, Ting, Zhou 2008) in a few lines of numpy."""
import numpy as np

TREES, SAMPLE = 100, 256


def average_path(n):
    return 2 * (np.log(n - 1) + 0.5772156649) - 2 * (n - 1) / n if n > 2 else float(n == 2)


def grow(rows, rng, depth):
    if depth == 0 or len(rows) <= 1:
        return average_path(len(rows))
    spread = rows.max(axis=0) > rows.min(axis=0)
    if not spread.any():
        return average_path(len(rows))
    column = rng.choice(np.flatnonzero(spread))
    cut = rng.uniform(rows[:, column].min(), rows[:, column].max())
    left = rows[:, column] < cut
    return column, cut, grow(rows[left], rng, depth - 1), grow(rows[~left], rng, depth - 1)


def depths(tree, rows, at, out, depth):
    if not isinstance(tree, tuple):
        out[at] += depth + tree
        return
    column, cut, low, high = tree
    left = rows[at, column] < cut
    if left.any():
        depths(low, rows, at[left], out, depth + 1)
    if not left.all():
        depths(high, rows, at[~left], out, depth + 1)


class Forest:
    def __init__(self, rows, seed=1):
        rng = np.random.default_rng(seed)
        size = min(SAMPLE, len(rows))
        self.unit = average_path(size)
        self.trees = [grow(rows[rng.choice(len(rows), size, replace=False)], rng,
                           int(np.ceil(np.log2(size)))) for _ in range(TREES)]

    def score(self, rows):
        """0..1, larger is odder."""
        out = np.zeros(len(rows))
        for tree in self.trees:
            depths(tree, rows, np.arange(len(rows)), out, 0)
        return 2.0 ** (-out / TREES / self.unit)
