"""The content hash of a record, computed as the server does: proof that what stands at a key is what we wrote.

A record is plain JSON (text, whole numbers, booleans, lists, maps, and `{"$link": cid}`); its canonical form is
DAG-CBOR, and its CID the SHA-256 of those bytes.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

_CID_V1_DAG_CBOR_SHA256: Final = bytes((0x01, 0x71, 0x12, 0x20))
_CID_TAG: Final = b"\xd8\x2a"  # tag 42


def of_record(record: Mapping[str, Any]) -> str:
    """The `cid` a server answers for this record, in its text form."""
    binary = _CID_V1_DAG_CBOR_SHA256 + hashlib.sha256(encode(record)).digest()
    return "b" + base64.b32encode(binary).decode().rstrip("=").lower()


def encode(value: Any) -> bytes:
    """DAG-CBOR of a JSON value; raises ValueError for what a record may not hold (fractions, unknown types)."""
    match value:
        case None:
            return b"\xf6"
        case bool():
            return b"\xf5" if value else b"\xf4"
        case int():
            return _head(0, value) if value >= 0 else _head(1, -1 - value)
        case str():
            return _head(3, len(data := value.encode())) + data
        case {"$link": str() as link, **others} if not others:
            return _CID_TAG + _head(2, len(data := b"\x00" + _bytes_of(link))) + data
        case Mapping():
            # Keys in the order of their length, then of their bytes: one record, one encoding.
            pairs = sorted(
                ((key.encode(), item) for key, item in value.items()), key=lambda pair: (len(pair[0]), pair[0])
            )
            return _head(5, len(pairs)) + b"".join(_head(3, len(key)) + key + encode(item) for key, item in pairs)
        case Sequence():
            return _head(4, len(value)) + b"".join(encode(item) for item in value)
        case _:
            raise ValueError(f"A record cannot hold a {type(value).__name__}")


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes((major << 5 | number,))
    for size, code in ((1, 24), (2, 25), (4, 26), (8, 27)):
        if number < 1 << 8 * size:
            return bytes((major << 5 | code,)) + number.to_bytes(size, "big")
    raise ValueError("A record cannot hold a number of more than 64 bits")


def _bytes_of(link: str) -> bytes:
    if not link.startswith("b"):
        raise ValueError("A link is a CID in base32")
    text = link[1:].upper()
    return base64.b32decode(text + "=" * (-len(text) % 8))
