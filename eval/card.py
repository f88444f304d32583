# SPDX-License-Identifier: ISC
"""data/scorecard.tsv: read, changed for one subject, written."""


def read(path):
    """[line]: a comment, or [subject, signal, at least, points]."""
    lines = []
    with open(path, encoding="utf-8") as f:
        for text in f.read().splitlines():
            cells = text.split("\t")
            lines.append([cells[0], cells[1], int(cells[2]), int(cells[3])]
                         if len(cells) == 4 and not text.startswith("#") else text)
    return lines


def steps(lines, subject):
    """signal -> [(at least, points)], in the order of the file."""
    out = {}
    for l in lines:
        if isinstance(l, list) and l[0] == subject:
            out.setdefault(l[1], []).append((l[2], l[3]))
    return out


def write(path, lines, version=None):
    with open(path, "w", encoding="utf-8") as f:
        for l in lines:
            if version and isinstance(l, str) and l.startswith("#version"):
                l = "#version " + version
            f.write((l if isinstance(l, str) else "\t".join(map(str, l))) + "\n")


def put(lines, subject, points):
    """points: signal -> {at least: points}; other lines stay."""
    return [l[:3] + [points[l[1]][l[2]]]
            if isinstance(l, list) and l[0] == subject and l[1] in points else l for l in lines]


def measuring(lines, subject, anchors):
    """A card under which every signal of the subject is told with its value: anchors keep their
    points, so the moment that is told is still the worst; the others give one point each."""
    out = []
    for signal in dict.fromkeys(l[1] for l in lines if isinstance(l, list) and l[0] == subject):
        if signal not in anchors:
            out.append([subject, signal, 0, 1])
    kept = [l for l in lines if not (isinstance(l, list) and l[0] == subject
                                     and l[1] not in anchors)]
    return [l[:3] + [l[3] or 1] if isinstance(l, list) and l[0] == subject else l
            for l in kept] + out
