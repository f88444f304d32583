#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Turn a file into a C array: embed.py INPUT OUTPUT.c SYMBOL [HEADER]

Gives `const uint8_t SYMBOL[]` and `const size_t SYMBOL_len`, 64-byte aligned, with a NUL behind
the end that does not count, so that text can be read as a string."""

import sys


def main():
    source, output, symbol = sys.argv[1:4]
    header = sys.argv[4] if len(sys.argv) > 4 else None
    with open(source, "rb") as f:
        data = f.read()
    lines = ["/* Made by tools/embed.py. */", "#include <stddef.h>", "#include <stdint.h>"]
    if header:
        lines.append('#include "%s"' % header)
    else:
        lines += ["extern const uint8_t %s[];" % symbol, "extern const size_t %s_len;" % symbol]
    lines.append("_Alignas(64) const uint8_t %s[%d] = {" % (symbol, len(data) + 1))
    for i in range(0, len(data), 32):
        lines.append(",".join(map(str, data[i:i + 32])) + ",")
    lines += ["0};", "const size_t %s_len = %d;" % (symbol, len(data))]
    with open(output, "w", encoding="ascii") as f:
        f.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
