# SPDX-License-Identifier: ISC
"""Bytes into names: the codecs that adversaries use."""
import base64

# 128 values of which none is a dot; as iodine, letters, digits and the upper half.
BASE128 = ("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" +
           "".join(chr(c) for c in range(188, 254)))


def hex_text(data):
    return data.hex()


def base32(data):
    return base64.b32encode(data).decode().rstrip("=").lower()


def base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def base128(data):
    number, out = int.from_bytes(data, "big"), []
    for _ in range((len(data) * 8 + 6) // 7):
        out.append(BASE128[number & 127])
        number >>= 7
    return "".join(out)


def labels(text, size=57):
    """Cut a text into labels."""
    return ".".join(text[i:i + size] for i in range(0, len(text), size))
