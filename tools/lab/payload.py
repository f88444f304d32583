# SPDX-License-Identifier: ISC
"""The two files of a recording: the same bytes for the same seed and size, on every machine."""
import random

FIRST = "Ada Bruno Carla Dario Elin Farid Greta Hugo Ines Jonas Kira Luis Mara Nils Olga Pavel".split()
LAST = "Abel Berger Costa Dahl Ebert Fuchs Greco Hahn Ivers Jansen Keller Lorenz Marek Novak".split()
TOWN = "Aarau Brest Cadiz Delft Emden Fano Genk Hof Imst Jena Kiel Linz Metz Nyon Oulu Pisa".split()


def document(seed, size):
    """Text as it leaves companies: a customer list with names, amounts and free remarks."""
    rng = random.Random(f"document {seed}")
    lines = ["number;name;town;iban;amount;remark"]
    length = len(lines[0]) + 1
    while length < size:
        remark = rng.choice(["paid", "reminded twice", "by contract", "new address follows", ""])
        line = (f"{100000 + len(lines)};{rng.choice(FIRST)} {rng.choice(LAST)};{rng.choice(TOWN)};"
                f"XX{rng.randrange(10**18):018d};{rng.randrange(10**7) / 100:.2f};{remark}")
        lines.append(line)
        length += len(line) + 1
    return ("\n".join(lines) + "\n").encode()[:size]


def noise(seed, size):
    """Bytes that do not compress, as a packed or encrypted file."""
    return random.Random(f"noise {seed}").randbytes(size)
