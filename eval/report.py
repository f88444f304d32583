# SPDX-License-Identifier: ISC
"""docs/detection-results.md: one page of tables."""
import statistics

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


def families_at(attacks):
    """Name -> the fastest adversary of that family."""
    fastest = {}
    for a in attacks:
        before = fastest.get(a.kind.name)
        if before is None or a.rate > before.rate:
            fastest[a.kind.name] = a
    return fastest


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
                      "false at 60 or more",
                      "dnshound with no more false alarms"))
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
                         f"{1e6 * len(false) / queries:.1f}", high,
                         "–" if name.startswith("dnshound") else
                         at_most(len(false), *judged["dnshound"])))
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

    def slow(self, scene, outcomes):
        self.add(f"## Months\n\n{scene.background.clients} desktops, {scene.background.site.days} "
                 f"days, {scene.queries:,} ordinary queries.\n\n")
        self.add(head("adversary", "part", "score; bytes, queries and time before the first alert"))
        for o in outcomes:
            self.add(row(o.attack.kind.name, o.attack.kind.part, self.told(o)))
        self.add("\n")

    def estimates(self, attacks, result, examples):
        """How near the leak comes to what was really carried."""
        self.add("## The estimates against the truth\n\nReported over really carried bytes. "
                 "Adversaries at all rates together; for those that use answers the bytes\ndown. "
                 "A codec's expansion is no error of the estimate: bits are counted as the names "
                 "show them. Examples\nare the project's own captures of real tools, which carry "
                 "headers, acknowledgements and repetitions besides the\nfile.\n\n")
        said = {}
        for f in result.findings:
            if f["subject"] == "pair":
                key = f["zone"]
                up, down = said.get(key, (0, 0))
                said[key] = up + f["bytes_up"], down + f["bytes_down"]
        families = {}
        for a in attacks:
            true, told = families.setdefault(a.kind, [0.0, 0.0])
            side = 1 if a.kind.group == "answers" else 0
            told = sum(said.get(z, (0, 0))[side] for z in a.zones)
            families[a.kind][0] += a.carried
            families[a.kind][1] += told
        self.add(head("adversary", "carried", "reported", "ratio"))
        for kind, (true, told) in families.items():
            if kind.group in ("c2", "atomic") or not told:
                continue
            self.add(row(kind.name, size(true), size(told), f"{told / true:.2f}"))
        self.bounds(families_at(attacks), result)
        self.add(head("example", "file up", "reported up", "ratio", "file down", "reported down",
                      "ratio"))
        for name, truth, result in examples:
            up = sum(f["bytes_up"] for f in result.findings if f["subject"] == "pair")
            down = sum(f["bytes_down"] for f in result.findings if f["subject"] == "pair")
            self.add(row(name, truth["bytes_up"], up, f"{up / truth['bytes_up']:.2f}",
                         truth.get("bytes_down", "–"), down,
                         f"{down / truth['bytes_down']:.2f}" if truth.get("bytes_down") else "–"))
        self.add("\n")

    def bounds(self, families, result):
        """What repeats carries: the bound has to lie above what was carried, and not far."""
        self.add("\nWhat repeats is bounded (`bound_up`, decayed with a half-life of a week), not "
                 "estimated; each adversary at its\nfastest.\n\n")
        self.add(head("adversary", "carried", "at most", "ratio"))
        bound = {}
        for f in result.findings:
            if f["subject"] == "pair":
                bound[f["zone"]] = bound.get(f["zone"], 0) + f["bound_up"]
        for name in ("codebook_64", "codebook_16", "type_channel", "timing_channel",
                     "case_channel"):
            a = families.get(name)
            if a:
                told = sum(bound.get(z, 0) for z in a.zones)
                self.add(row(name, size(a.carried), size(told), f"{told / a.carried:.2f}"))
        self.add("\n")

    def replayed(self, tunnels, alone, mixed):
        """mixed: rate -> detector -> (outcomes, others)."""
        self.add("## Tunnels of others\n\nPublic captures and logs, alone and put into the generated "
                 "site at their own time and stretched to a rate.\nTheir payload is not known: bytes "
                 "are five eighths of the characters of distinct subdomains. Slow ones are cut\nafter "
                 "13 kB, the others after 20 kB.\n\n")
        self.add(head("detector", *(f"{r} B/s" if r != "own" else "own time" for r in mixed),
                      "own time, 100 queries or more (lower 95 % bound)"))
        first = next(iter(mixed.values()))
        for name in first:
            cells = [f"{found(m[name][0])} / {len(m[name][0])}" for m in mixed.values()]
            many = [o for o in mixed["own"][name][0] if len(o.attack.times) >= 100]
            self.add(row(TITLES[name], *cells, f"{found(many)} / {len(many)} (at least "
                         f"{100 * stats.share_lower(found(many), len(many)):.0f} %)"))
        gone = [o.gone()[0] for o in mixed["own"]["dnshound"][0] if o.gone()]
        self.add(f"\nAt their own time, half of the tunnels that dnshound finds are told before "
                 f"{size(statistics.median(gone))} have gone; the slowest to be\ntold had let "
                 f"{size(max(gone))} go.\n\n" if gone else "\n")
        self.add(head("source", "label", "part", "queries", "score alone",
                      *(f"{r} B/s" if r != "own" else "own time" for r in mixed)))
        by_source = {r: {o.attack.kind: o for o in m["dnshound"][0]} for r, m in mixed.items()}
        for s in tunnels:
            self.add(row(s.name, s.label, s.part, s.queries, alone[s] or "**missed**",
                         *(self.told(by_source[r].get(s)) for r in mixed)))
        self.add("\n")

    def told(self, o):
        if o is None:
            return "–"
        if not o.found:
            return "**missed**"
        gone = o.gone()
        return f"{o.score}; {size(gone[0])}, {gone[1]} q, {span(gone[2])}" if gone else o.score

    def benign(self, groups, tuned):
        self.add("## Ordinary traffic of others\n\nReal logs and captures, each file alone, without "
                 "any setting. A client-day is 24 hours in which a client asked\nsomething: there are "
                 "few of them, so the bounds are wide.\n\n")
        detectors = ("points", "hunt", "listener", "ibhh", "forest")
        self.add(head("origin", "what", "part", "queries", "client-days", "dnshound",
                      "at 60 or more", *(TITLES[d] for d in detectors)))
        total = {"people": [0, 0.0, 0], "crawls": [0, 0.0, 0]}
        for g in groups:
            said = tuned.alerts(g.hits)
            self.add(row(g.origin.split("/")[0], g.label, g.part, f"{g.queries:,}",
                         f"{g.client_days:.1f}", len(g.false),
                         sum(s >= 60 for s in g.false.values()),
                         *(len({a[:2] for a in said[d]}) for d in detectors)))
            t = total["crawls" if g.is_crawl else "people"]
            t[0] += g.queries
            t[1] += g.client_days
            t[2] += len(g.false)
        self.add("\n")
        for what, (queries, days, n) in total.items():
            if days:
                self.add(f"{what.capitalize()}: {n} false alarms of dnshound in {days:.1f} "
                         f"client-days and {queries:,} queries; with 95 % confidence fewer than\n"
                         f"{1000 * stats.poisson_upper(n) / days:.0f} per 1,000 client-days and "
                         f"{1e6 * stats.poisson_upper(n) / queries:.0f} per million queries.\n")
        for g in groups:
            for (client, zone), score in sorted(g.false.items(), key=str):
                self.add(f"\n- {g.origin}: {client} and {zone}, score {score}")
        self.add("\n\n")


def at_most(n, outcomes, false):
    """What is found at the lowest threshold that bothers no more than n subjects."""
    threshold = next((t for t in range(50, 101) if sum(s >= t for s in false.values()) <= n), 101)
    hits = sum(1 for o in outcomes if o.found and o.score >= threshold)
    return f"{hits} found, threshold {threshold}" if threshold <= 100 else "never that few"


def found(outcomes):
    return sum(o.found for o in outcomes)
