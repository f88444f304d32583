# SPDX-License-Identifier: ISC
"""Thresholds of the comparators that have one, set on the fit background as their authors say."""
import numpy

import names
from forest import Forest

IBHH_RATE = 0.01      # of zones (the published code's default); what exceeds it in peace is allowed
IBHH_ALLOW = 1000     # popular domains on its global allow-list
FOREST_RATE = 1e-3    # of zone windows


class Tuned:
    """peace: comparator name -> hits of a background without adversaries."""

    def __init__(self, peace):
        self.allowed = set(names.popular()[:IBHH_ALLOW])
        largest = {}
        for _, zone, _, weight in peace["ibhh"]:
            largest[zone] = max(weight, largest.get(zone, 0))
        ranked = sorted((w for z, w in largest.items() if z not in self.allowed), reverse=True)
        zones = max(1, len({z for _, z, _, _ in peace["forest"]} | set(largest)))
        self.ibhh = ranked[min(len(ranked) - 1, int(zones * IBHH_RATE))] + 1 if ranked else 101
        self.peace = {z for z, w in largest.items() if w > self.ibhh}
        self.fit_forest(peace["forest"])

    def fit_forest(self, hits):
        rows = numpy.array([h[3] for h in hits])
        self.forest = Forest(rows)
        scores = self.forest.score(rows)
        self.cut = float(numpy.quantile(scores, 1 - FOREST_RATE))
        self.forest_peace = {h[1] for h, s in zip(hits, scores) if s > self.cut}

    def alerts(self, hits):
        """comparator name -> alerts as truth.sort_out() takes them."""
        said = {name: [(c, z, t, v, None) for c, z, t, v in hits[name]]
                for name in ("points", "hunt", "listener")}
        said["ibhh"] = [(c, z, t, w, None) for c, z, t, w in hits["ibhh"]
                        if w > self.ibhh and z not in self.allowed and z not in self.peace]
        rows = hits["forest"]
        scores = self.forest.score(numpy.array([r[3] for r in rows]))
        said["forest"] = [(c, z, t, float(s), None) for (c, z, t, _), s in zip(rows, scores)
                          if s > self.cut and z not in self.forest_peace]
        return said
