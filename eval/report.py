# SPDX-License-Identifier: ISC
"""docs/detection-results.md: one page of tables."""
import statistics

import adversaries
import stats

TITLES = {"dnshound": "dnshound", "dnshound, log": "from logs", "points": "points", "hunt": "hunt",
          "listener": "listener", "ibhh": "ibHH", "forest": "forest"}


def size(n):
    return f"{n:.0f} B" if n < 10000 else f"{n / 1024:.0f} KiB"


def span(s):
    return f"{s:.0f} s" if s < 600 else f"{s / 60:.0f} min" if s < 36000 else f"{s / 3600:.1f} h"


def row(*cells):
    return "| " + " | ".join(str(c) for c in cells) + " |\n"


def head(*cells):
    return row(*cells) + row(*("---" for _ in cells))


class Report:
    def __init__(self, options, clients, days):
        self.quick, self.clients, self.days = options.quick, clients, days
        self.parts = []

    def add(self, text):
        self.parts.append(text)

    def text(self):
        return ("# What dnshound finds, and whom it bothers\n\n"
                "Written by `make eval`; do not edit. Everything here is generated from fixed seeds "
                "or read from\nlabelled public sources, so a change of the program shows as a "
                "change of this page."
                + (" This is a quick run: a smaller site,\nfewer rates.\n\n" if self.quick else
                   "\n\n") + "".join(self.parts))

    def scene(self, scene, judged):
        """judged: detector -> (outcomes, false alarms)."""
        days = scene.background.client_days()
        self.add(f"## Adversaries in a generated site\n\n{scene.background.clients} clients, "
                 f"{self.days} days, {scene.queries:,} ordinary queries, "
                 f"{len(scene.attacks)} adversaries, each on a desktop that also\nworks as usual. "
                 "Rates are payload bytes a second; 0.05 B/s is about 4 kB a day. \"Fit\" families "
                 "may teach\nscorecard and budgets, \"test\" families never do.\n\n")
        self.overview(judged, days, scene.queries)
        self.adversaries(judged)
        self.false_alarms(judged["dnshound"][1], scene)

    def overview(self, judged, days, queries):
        self.add("### In one table\n\nFalse alarms are distinct subjects (client and zone, or zone) "
                 "over the whole run; the bound is the one-sided\n95 % upper bound of a Poisson "
                 "count.\n\n")
        self.add(head("detector", "found", "of fit families", "of test families", "median bytes gone",
                      "false alarms", "per 1,000 client-days", "upper bound", "per 10^6 queries",
                      "false at 60 or more"))
        for name, (outcomes, false) in judged.items():
            fit = [o for o in outcomes if o.attack.kind.part == "fit"]
            test = [o for o in outcomes if o.attack.kind.part == "test"]
            gone = [o.gone()[0] for o in outcomes if o.gone()]
            high = sum(1 for s in false.values() if s >= 60) if name.startswith("dnshound") else "–"
            self.add(row(TITLES[name], f"{found(outcomes)} / {len(outcomes)}",
                         f"{found(fit)} / {len(fit)}", f"{found(test)} / {len(test)}",
                         size(statistics.median(gone)) if gone else "–", len(false),
                         f"{1000 * len(false) / days:.2f}",
                         f"{1000 * stats.poisson_upper(len(false)) / days:.2f}",
                         f"{1e6 * len(false) / queries:.1f}", high))
        t = self.tuned
        self.add(f"\nibHH alerts above {t.ibhh} bytes in 120 s, {len(t.peace)} zones allowed in "
                 f"peace time; the forest above {t.cut:.3f}.\nBoth were set on a background of "
                 "other seed that lacks the habits marked test. Their time of alert is the end\nof "
                 "the window; points and hunt speak at the end of the day.\n\n")

    def adversaries(self, judged):
        names = [n for n in judged if n != "dnshound"]
        self.add("### Each adversary\n\nBytes, queries and time gone before dnshound's first alert; "
                 "then which other detector found it.\n\n")
        self.add(head("adversary", "part", "B/s", "score", "bytes", "queries", "time", "tool",
                      *(TITLES[n] for n in names)))
        outcomes = judged["dnshound"][0]
        for i, o in enumerate(outcomes):
            gone = o.gone()
            rate = "own" if o.attack.kind.own else o.attack.rate
            cells = (size(gone[0]), gone[1], span(gone[2])) if gone else ("–", "–", "–")
            self.add(row(o.attack.kind.name, o.attack.kind.part, rate,
                         o.score if o.found else "**missed**", *cells, o.tool or "–",
                         *("yes" if judged[n][0][i].found else "–" for n in names)))
        self.add("\n")

    def false_alarms(self, false, scene):
        kinds = {scene.background.special_client(h): h.name for h in scene.background.special}
        self.add("### Each false alarm of dnshound\n\n")
        if not false:
            self.add("None.\n\n")
            return
        groups = {}
        for (client, zone), score in false.items():
            groups.setdefault((zone, kinds.get(client, "desktop" if client else "all clients")),
                              []).append(score)
        self.add(head("zone", "who", "subjects", "highest score"))
        ranked = sorted(groups.items(), key=lambda g: (-len(g[1]), -max(g[1]), g[0]))
        for (zone, who), scores in ranked[:60]:
            self.add(row(zone, who, len(scores), max(scores)))
        if len(ranked) > 60:
            self.add(f"\nand {len(ranked) - 60} more.\n")
        self.add("\n")


def found(outcomes):
    return sum(o.found for o in outcomes)
