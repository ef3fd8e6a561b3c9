"""DAG-CBOR and content ids, so that a record here gets the very `cid` it would get on a real server.

Only what the atproto data model allows is encoded: floats are refused, map keys are sorted by length and then by
bytes, `{"$link": …}` becomes a tagged content id and `{"$bytes": …}` a byte string.
"""

import base64
import binascii
import hashlib
import struct
from collections.abc import Mapping, Sequence
from typing import Any

RECORD_CODEC = 0x71
BLOB_CODEC = 0x55

_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _TAG = range(7)
_CID_TAG = 42
# CID version 1, codec, SHA-256, 32 bytes of digest.
_CID_LENGTH = 36


class NotEncodable(ValueError):
    """The value has no form in the atproto data model."""


def record_cid(record: Mapping[str, Any]) -> str:
    """The content id of a record."""
    return _cid(RECORD_CODEC, encode(record))


def blob_cid(content: bytes) -> str:
    """The content id of an uploaded file."""
    return _cid(BLOB_CODEC, content)


def encode(value: object) -> bytes:
    """Encode `value`; the same value always gives the same bytes. NotEncodable names what cannot be encoded."""
    match value:
        case None:
            return b"\xf6"
        case bool():
            return b"\xf5" if value else b"\xf4"
        case int():
            return _head(_UNSIGNED, value) if value >= 0 else _head(_NEGATIVE, -1 - value)
        case str():
            return _counted(_TEXT, value.encode())
        case Mapping():
            return _encode_map(value)
        case Sequence():
            return _head(_ARRAY, len(value)) + b"".join(encode(item) for item in value)
    raise NotEncodable(f"a {type(value).__name__} has no place in a record")


def decode_cid(text: str) -> bytes:
    """The bytes of a CIDv1 written in base32; NotEncodable when it is none."""
    try:
        raw = base64.b32decode(text[1:].upper() + "=" * (-(len(text) - 1) % 8))
    except binascii.Error:
        raise NotEncodable(f"not a content id: {text!r}") from None
    if not text.startswith("b") or len(raw) != _CID_LENGTH or raw[0] != 1:
        raise NotEncodable(f"not a content id: {text!r}")
    return raw


def is_cid(value: object) -> bool:
    """Whether `value` is the text of a content id."""
    try:
        return isinstance(value, str) and bool(decode_cid(value))
    except NotEncodable:
        return False


def _cid(codec: int, content: bytes) -> str:
    raw = bytes((1, codec, 0x12, 0x20)) + hashlib.sha256(content).digest()
    return "b" + base64.b32encode(raw).decode().lower().rstrip("=")


def _encode_map(value: Mapping[str, Any]) -> bytes:
    if set(value) == {"$link"}:
        return _head(_TAG, _CID_TAG) + _counted(_BYTES, b"\x00" + decode_cid(str(value["$link"])))
    if set(value) == {"$bytes"}:
        text = str(value["$bytes"])
        return _counted(_BYTES, base64.b64decode(text + "=" * (-len(text) % 4), validate=True))
    entries = sorted((key.encode(), item) for key, item in value.items())
    entries.sort(key=lambda entry: len(entry[0]))
    return _head(_MAP, len(entries)) + b"".join(_counted(_TEXT, key) + encode(item) for key, item in entries)


def _counted(major: int, content: bytes) -> bytes:
    return _head(major, len(content)) + content


def _head(major: int, number: int) -> bytes:
    """A CBOR head: the major type and its argument in the shortest form, which determinism demands."""
    if number < 24:
        return bytes((major << 5 | number,))
    for extra, (width, pack) in enumerate(((1, ">B"), (2, ">H"), (4, ">I"), (8, ">Q")), start=24):
        if number < 1 << 8 * width:
            return bytes((major << 5 | extra,)) + struct.pack(pack, number)
    raise NotEncodable("integers end at 64 bits")
