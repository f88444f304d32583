#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Fit the pairs' points of data/scorecard.tsv on fit sources; judge them on test sources.

    fit.py [--alerts-per-week N] [--binary FILE] [--output FILE]

Prints what was tried, and into docs/scorecard-fit.md. Writes the best card, of those that bother fewer than the shipped one and
find no less, to FILE (default: nothing). Steps stay where the shipped card has them; only points
are fitted. Signals of the catalogue and of tools are set by what they mean and stay, as do the
cards of zones, clients and suffixes.
"""
import argparse
import os
import sys
import tempfile

import numpy

import adversaries
import card
import evaluate
import logistic
import program
import replay
import sources
import truth
from habit import HABITS
from scene import Scene

PAGE = os.path.join(os.path.dirname(__file__), "../docs/scorecard-fit.md")
HEAD = """# Fitting the scorecard

Written by `eval/fit.py`; do not edit. The points of pairs are fitted by logistic regression on fit
families, fit tunnels and the fit background, and every card is judged on test families, test
tunnels and a background of another seed. A fitted card replaces the shipped one only where it
bothers no more people and finds more; the same command gives the same bytes.

```
"""
SHIPPED = os.path.join(os.path.dirname(__file__), "../data/scorecard.tsv")
ANCHORS = ("leak_up", "leak_down", "bound_up")
SET = ("service", "tool", "unlike_site", "known_zone")  # not fitted
FALLING = ("nxdomain", "prevalence")
CATEGORIES = ("zone_kind",)
TOTALS = (250, 800, 4000)
POINTS_A_LOGIT = 6
ALTERNATIVES = (("leak alone", 0.01, 1, ANCHORS), ("no signs", 0.01, 0, None),
                ("signs, shrink 0.001", 0.001, 1, None), ("signs, shrink 0.01", 0.01, 1, None),
                ("signs, shrink 0.1", 0.1, 1, None))


class Columns:
    """From a subject's values to a row of zeros and ones, one column a step."""

    def __init__(self, steps):
        self.steps = {s: sorted(a for a, _ in v) for s, v in steps.items() if s not in SET}
        self.keys = [(s, a) for s, at in self.steps.items() for a in at]

    def row(self, values):
        return [float(s in values and (values[s] == a if s in CATEGORIES else values[s] >= a))
                for s, a in self.keys]

    def signs(self, prescribed):
        return numpy.array([prescribed * self.sign(s, a) for s, a in self.keys])

    def sign(self, signal, at):
        if signal in CATEGORIES:
            return -1 if at in (2, 3, 4) else 0
        if signal in FALLING:
            return -1
        return 0 if at == self.steps[signal][0] else 1

    def used(self, only):
        return numpy.array([only is None or s in only for s, _ in self.keys])

    def points(self, w, base):
        """signal -> {at least: points}; base goes to the anchors, of which each subject has one."""
        out, total = {}, 0.0
        for (signal, at), v in zip(self.keys, w):
            if signal not in out:
                out[signal], total = {}, base if signal in ANCHORS else 0.0
            total = v * POINTS_A_LOGIT + (0 if signal in CATEGORIES else total)
            out[signal][at] = int(max(-100, min(100, round(total))))
        return out


def paired(findings, attacks):
    """(finding, whether it leaks) of pairs of undeclared zones."""
    for f in findings:
        declared = any(r["signal"] == "service" and r["value"] == 1 for r in f["reasons"])
        if f["subject"] == "pair" and not declared:
            yield f, any(truth.is_of(a, f["client"], f["zone"]) for a in attacks)


def rows(findings, attacks, columns):
    """(x, y): one row a pair."""
    x, y = [], []
    for f, leaks in paired(findings, attacks):
        x.append(columns.row({r["signal"]: r["value"] for r in f["reasons"]}))
        y.append(float(leaks))
    return x, y


def tell_budgets(percent, weeks, alerts):
    """By what to multiply the shipped budgets so that so many ordinary pairs a week pass them."""
    for signal, values in percent.items():
        if values:
            at = values[min(len(values) - 1, int(alerts * weeks))]
            say(f"budget of {signal}: times {at / 100:.2f} for {alerts:g} ordinary pairs a week "
                  f"beyond it")


told = []


def say(line):
    print(line, flush=True)
    told.append(line)


def gather(folder, measuring, columns):
    """Fit background with fit families that stop early, and fit tunnels."""
    families = [f for f in adversaries.families() if f.part == "fit" and f.group != "slow"]
    kinds = [h.name for h in HABITS if h.part == "fit" and h.name != "resolver_0x20"]
    scene = Scene(os.path.join(folder, "fit"), 150, 5, evaluate.FIT_SEED, (10, 0.05), kinds,
                  families, TOTALS).make()
    found = program.scan(scene.inputs() + ["--scorecard", measuring], *evaluate.SITE, threshold=0)
    x, y = rows(found.findings, scene.attacks, columns)
    tunnels = [s for s in sources.all_sources() if s.label_class == "tunnel" and s.part == "fit"]
    where = os.path.join(folder, "tunnels")
    truths = replay.mixture(scene, replay.different(tunnels), 10, where)
    more = program.scan([where, "--scorecard", measuring], threshold=0)
    x2, y2 = rows(more.findings, truths, columns)
    weeks = scene.background.site.days / 7
    percent = {s: sorted((r["value"] for f, leaks in paired(found.findings, scene.attacks)
                          if not leaks for r in f["reasons"] if r["signal"] == s), reverse=True)
               for s in ANCHORS}
    return numpy.array(x + x2), numpy.array(y + y2), weeks, percent


def judge(path, scene, tunnels):
    """On test sources: (found of test families, all test families, found tunnels, false, high,
    median bytes gone)."""
    said = truth.from_findings(program.scan(scene.inputs() + ["--scorecard", path],
                                            *evaluate.SITE).alerts())
    outcomes, false = truth.sort_out(scene.attacks, said)
    where, truths = tunnels
    heard = truth.from_findings(program.scan([where, "--scorecard", path]).alerts())
    tunnel_hits = sum(o.found for o in truth.sort_out(truths, heard)[0])
    gone = sorted(o.gone()[0] for o in outcomes if o.gone())
    return (sum(o.found for o in outcomes), len(outcomes), tunnel_hits, len(truths), len(false),
            sum(s >= 60 for s in false.values()), gone[len(gone) // 2] if gone else 0)


def main(args):
    p = argparse.ArgumentParser()
    p.add_argument("--alerts-per-week", type=float, default=1.0,
                   help="wished number for a site like the fit background (about 160 clients)")
    p.add_argument("--binary")
    p.add_argument("--output")
    options = p.parse_args(args)
    if options.binary:
        program.BINARY = options.binary
    shipped = card.read(SHIPPED)
    columns = Columns(card.steps(shipped, "pair"))
    with tempfile.TemporaryDirectory(prefix="dnshound-fit-") as folder:
        measuring = os.path.join(folder, "measuring.tsv")
        card.write(measuring, card.measuring(shipped, "pair", ANCHORS + SET))
        x, y, weeks, percent = gather(folder, measuring, columns)
        families = [f for f in adversaries.families() if f.part == "test" and f.group != "slow"]
        scene = Scene(os.path.join(folder, "test"), 150, 5, evaluate.TEST_SEED, (10, 0.05),
                      families=families).make()
        where = os.path.join(folder, "test-tunnels")
        tunnels = replay.different([s for s in sources.all_sources()
                                    if s.label_class == "tunnel" and s.part == "test"])
        tunnels = where, replay.mixture(scene, tunnels, 10, where)
        say(f"fit on {int(y.sum())} leaking and {int((1 - y).sum())} other pairs; "
              f"{options.alerts_per_week:g} alerts a week wished")
        tell_budgets(percent, weeks, options.alerts_per_week)
        say(f"{'card':22} {'test families':>14} {'test tunnels':>13} {'false':>6} {'>=60':>5} "
              f"{'median gone':>12}")
        tell("shipped", best := judge(SHIPPED, scene, tunnels))
        chosen = None
        for name, shrink, prescribed, only in ALTERNATIVES:
            points = solve(columns, x, y, weeks, options.alerts_per_week, shrink, prescribed, only)
            path = os.path.join(folder, "try.tsv")
            lines = card.put(shipped, "pair", points)
            card.write(path, lines, "fitted")
            tell(name, got := judge(path, scene, tunnels))
            if got[4] <= best[4] and got[5] <= best[5] and got[2] >= best[2] and \
                    (got[0], -got[4]) > (best[0], -best[4]):
                best, chosen = got, lines
        say("no card wins: the shipped one stays" if chosen is None else "a fitted card wins")
        if chosen and options.output:
            card.write(options.output, chosen, "fitted")
    with open(PAGE, "w", encoding="utf-8") as page:
        page.write(HEAD + "\n".join(told) + "\n```\n")
    return 0


def solve(columns, x, y, weeks, alerts, shrink, prescribed, only):
    used = columns.used(only)
    weight = numpy.where(y > 0, (1 - y).sum() / max(1.0, y.sum()) / 4, 1.0)
    w = numpy.zeros(len(used))
    w[used] = logistic.fit(x[:, used], y, weight, columns.signs(prescribed)[used], shrink)
    others = numpy.sort((x @ w)[y == 0])[::-1]
    cut = others[min(len(others) - 1, int(alerts * weeks))]  # so many may lie above
    return columns.points(w, -(cut * POINTS_A_LOGIT) - 1)


def tell(name, got):
    say(f"{name:22} {got[0]:6} / {got[1]:5} {got[2]:5} / {got[3]:5} {got[4]:6} {got[5]:5} "
          f"{got[6]:10.0f} B")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
