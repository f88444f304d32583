#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Everything in one run: what is found, how late, and who is bothered.

    evaluate.py [--quick] [--binary FILE] [--manifest FILE ...] [--keep DIR] [--output FILE]

Writes docs/detection-results.md.
"""
import argparse
import os
import shutil
import sys
import tempfile
import time

import adversaries
import benign
import names
import program
import replay
import report
import sources
import truth
import tune
from habit import HABITS
from scene import Scene

FIT_SEED, TEST_SEED = 1, 7
SITE = ("--site-zones", "example.net", "--internal", "10.0.0.0/8,2001:db8::/32")


def progress(text, began=time.time()):
    print(f"[{time.time() - began:5.0f} s] {text}", file=sys.stderr, flush=True)


def arguments(args):
    p = argparse.ArgumentParser()
    p.add_argument("--quick", action="store_true", help="a smaller site, two of four rates")
    p.add_argument("--binary", help="the program to judge")
    p.add_argument("--manifest", action="append", default=[], help="more labelled sources")
    p.add_argument("--keep", help="folder for what is generated; removed at the end when not said")
    p.add_argument("--output", default=os.path.join(os.path.dirname(__file__),
                                                    "../docs/detection-results.md"))
    return p.parse_args(args)


def run(options, folder):
    clients, days, rates = (150, 5, (10, 0.05)) if options.quick else \
        (400, 14, adversaries.RATES)
    r = report.Report(options, clients, days)

    fit = Scene(os.path.join(folder, "fit"), clients // 4, 5, FIT_SEED, rates=(),
                kinds=[h.name for h in HABITS if h.part == "fit" and h.name != "resolver_0x20"])
    fit.make()
    progress(f"fit background: {fit.queries} queries")
    tuned = tune.Tuned(fit.hits)
    r.tuned = tuned

    scene = Scene(os.path.join(folder, "test"), clients, days, TEST_SEED, rates).make()
    progress(f"scene: {scene.queries} queries, {len(scene.attacks)} adversaries")
    detectors = {}
    for form, title in ((".pcap", "dnshound"), (".log", "dnshound, log")):
        result = program.scan(scene.inputs(form), *SITE)
        progress(f"{title}: {len(result.findings)} findings")
        detectors[title] = list(truth.from_findings(result.alerts()))
        if form == ".pcap":
            r.findings, r.summary = result.findings, result.summary
    detectors |= tuned.alerts(scene.hits)
    r.scene(scene, {name: truth.sort_out(scene.attacks, said) for name, said in detectors.items()})
    progress("sorted out")
    r.estimates(scene.attacks, program.scan([scene.path("adversaries.pcap")], threshold=0),
                [(os.path.basename(p), t, program.scan([p], threshold=0))
                 for p, t in sources.examples()])
    if not options.quick:
        slow(r, folder)

    found = sources.all_sources(options.manifest)
    tunnels = replay.different([s for s in found if s.label_class == "tunnel"])
    r.replayed(tunnels, alone(tunnels), {rate: mixed(scene, tunnels, rate, tuned, folder)
                                         for rate in (replay.OWN, *rates)})
    r.benign(benign.groups(found, os.path.join(folder, "benign")), tuned)
    with open(options.output, "w", encoding="utf-8") as out:
        out.write(r.text())
    return 0


def slow(r, folder):
    """What takes months, among four desktops."""
    families = [f for f in adversaries.families() if f.group == "slow"]
    scene = Scene(os.path.join(folder, "slow"), 4, 90, TEST_SEED, (adversaries.OWN,),
                  ["browsing", "telemetry", "start_up"], families).make()
    alerts = truth.from_findings(program.scan(scene.inputs(), *SITE).alerts())
    r.slow(scene, truth.sort_out(scene.attacks, alerts)[0])
    progress("months")


def alone(tunnels):
    """Source -> highest score of any alert in it, by itself; None when there is none."""
    return {s: max((f["score"] for f in program.scan([s.path], may_fail=True).alerts()),
                   default=None) if s.kind != "txt" else "–" for s in tunnels}


def mixed(scene, tunnels, rate, tuned, folder):
    """detector -> (outcomes, what else it said) with all tunnels at that rate in the site."""
    where = os.path.join(folder, f"replay-{rate}")
    truths = replay.mixture(scene, tunnels, rate, where)
    said = {"dnshound": list(truth.from_findings(
        program.scan([scene.path("background"), where], *SITE).alerts()))}
    events = sorted((e for t in truths for e in t.events), key=lambda e: e.time)
    said |= tuned.alerts(benign.watch(events))
    progress(f"tunnels at {rate}")
    return {name: truth.sort_out(truths, alerts) for name, alerts in said.items()}


def main(args):
    options = arguments(args)
    if options.binary:
        program.BINARY = options.binary
    if not os.path.isdir(names.path()):
        print(f"no corpus at {names.corpus()} (DNSHOUND_CORPUS): nothing to evaluate")
        return 77
    folder = options.keep or tempfile.mkdtemp(prefix="dnshound-eval-")
    try:
        return run(options, folder)
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
