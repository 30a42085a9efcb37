"""Draws that anyone can verify: the server fixes its part before it knows yours."""

import hashlib
import hmac
import struct
from dataclasses import dataclass

from .errors import KaucimError


class Unfair(KaucimError):
    """The server showed something else than it had promised."""


@dataclass(frozen=True)
class Draw:
    """A promise of the server, not revealed yet. `already` is the lot that the same matter had within the day."""

    draw_id: str | None
    commitment: str | None
    deck_id: str
    version: str
    count: int
    already: dict | None = None


def _text(value: str) -> bytes:
    data = value.encode()
    return struct.pack(">I", len(data)) + data


def verify(revealed: dict, promised: Draw | None = None) -> int:
    """The number that follows from secret and nonce. Raises `Unfair` where it is not the one that was shown, or where
    the secret is not the one that was promised."""
    secret, count = bytes.fromhex(revealed["secret"]), revealed["count"]
    commitment = revealed["commitment"] if promised is None else promised.commitment
    of_secret = b"kaucim draw commitment 1\n" + secret
    of_secret += _text(revealed["deck_id"]) + _text(revealed["version"]) + struct.pack(">I", count)
    if hashlib.sha256(of_secret).hexdigest() != commitment:
        raise Unfair("the secret is not the one that was promised")
    # Values beyond the last whole multiple would make low numbers likelier.
    limit, counter = 2**32 - 2**32 % count, 0
    while True:
        said = b"kaucim draw number 1\n" + revealed["nonce"].encode() + struct.pack(">I", counter)
        value = int.from_bytes(hmac.digest(secret, said, "sha256")[:4], "big")
        if value < limit:
            break
        counter += 1
    if value % count + 1 != revealed["number"]:
        raise Unfair(f"number {value % count + 1} was drawn, and {revealed['number']} was shown")
    return revealed["number"]
