# SPDX-License-Identifier: ISC
"""The table of what tools/lab/record can record. One line a case."""
import dataclasses
from typing import Callable

from tunnels import dns2tcp, iodine, ordinary


@dataclasses.dataclass
class Case:
    name: str
    what: str
    play: Callable = iodine
    record: str = "NULL"
    up: int = 20000  # bytes of the file sent
    down: int = 20000  # bytes of the file fetched
    down_codec: str = ""  # iodine -O
    lazy: bool = True
    raw: bool = False  # straight to the attacker, past the resolver
    fold: str = ""  # what a middle box does to names: see fold.py
    fragment: int = 0  # iodine -m: fixed size, no probing; 0 lets it probe
    seconds: int = 0


IODINE_TYPES = ("NULL", "PRIVATE", "TXT", "SRV", "MX", "CNAME", "A")
IODINE_CODECS = ("Base32", "Base64", "Base64u", "Base128", "Raw")

CASES = [
    *(Case(f"iodine-{kind.lower()}", f"iodine, {kind} records", record=kind)
      for kind in IODINE_TYPES),
    *(Case(f"iodine-txt-{codec.lower()}", f"iodine, TXT, downstream {codec}", record="TXT",
           down_codec=codec, up=8000, down=8000) for codec in IODINE_CODECS),
    Case("iodine-eager", "iodine, NULL, not lazy: it polls", lazy=False, up=8000, down=8000),
    Case("iodine-raw", "iodine straight to its server: raw UDP on port 53", record="", raw=True),
    Case("iodine-up-base32", "iodine behind a resolver that folds case", fold="case",
         up=6000, down=4000, fragment=700),
    Case("iodine-up-base64", "iodine behind a resolver that clears eighth bits",
         fold="eighth-bit", up=6000, down=4000, fragment=700),
    *(Case(f"iodine-{kind.lower()}-idle", f"iodine, {kind}: handshake and nothing sent",
           record=kind, up=0, down=0, fragment=200) for kind in IODINE_TYPES),
    Case("dns2tcp-txt", "dns2tcp, TXT records", dns2tcp, "TXT"),
    Case("dns2tcp-key", "dns2tcp, KEY records", dns2tcp, "KEY"),
    Case("ordinary", "an office at work for a minute and a half: 18 clients", ordinary, "", 0, 0,
         seconds=90),
]
