"""Handles, DIDs, origins and AT-URIs: what they look like, and what a person may have meant by an address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HANDLE = re.compile(rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?", re.IGNORECASE)
_DID_PLC = re.compile(r"did:plc:[a-z2-7]{24}")
_DID_WEB = re.compile(rf"did:web:(?P<host>(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?)")
_RESERVED_ENDINGS: Final = frozenset({"alt", "arpa", "example", "internal", "invalid", "local", "localhost", "onion"})
LOOPBACK_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "::1"})
MAX_HANDLE = 253


def is_handle(text: str, *, development: bool = False) -> bool:
    """A host name that may be a handle: no ending of private networks, and `.test` only in development."""
    if len(text) > MAX_HANDLE or not _HANDLE.fullmatch(text):
        return False
    ending = text.rpartition(".")[2].lower()
    return ending not in _RESERVED_ENDINGS and (development or ending != "test")


def is_did(text: str) -> bool:
    """A DID of the two methods in use."""
    return bool(_DID_PLC.fullmatch(text) or _DID_WEB.fullmatch(text))


def did_web_host(did: str) -> str:
    """The host of a `did:web`, "" for other methods."""
    match = _DID_WEB.fullmatch(did)
    return match["host"] if match else ""


def origin(address: str, *, development: bool = False) -> str:
    """`https://host[:port]` of an address, "" if it is none that may be called.

    Plain http is for loopback in development alone. Whether the host is a public one is checked where it is dialled.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if not host or parts.username or parts.password:
        return ""
    if parts.scheme != "https" and not (development and parts.scheme == "http" and host in LOOPBACK_HOSTS):
        return ""
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person typed, read: a DID, a handle or an origin, or nothing; a handle's origin is a second guess."""

    did: str = ""
    handle: str = ""
    origin: str = ""


def read_address(text: str, *, development: bool = False) -> Typed:
    """Read a handle, DID, profile address or server address as people type them."""
    text = "".join(character for character in text.strip() if character.isprintable()).rstrip("/")
    text = text.removeprefix("at://").lstrip("@")
    if is_did(text):
        return Typed(did=text)
    if "://" in text:
        profile = re.fullmatch(r"https?://[^/]+/profile/(?P<actor>[^/?#]+).*", text)
        if profile:
            return read_address(profile["actor"], development=development)
        return Typed(origin=origin(text, development=development))
    if is_handle(text, development=development):
        handle = text.lower()
        return Typed(handle=handle, origin="" if handle.endswith(".test") else f"https://{handle}")
    if development and text.partition(":")[0] in LOOPBACK_HOSTS:
        return Typed(origin=origin(f"http://{text}", development=True))
    return Typed(origin=origin(f"https://{text}") if "." in text and " " not in text else "")


def record_uri(did: str, collection: str, rkey: str) -> str:
    return f"at://{did}/{collection}/{rkey}"


def shown(address: str) -> str:
    """What a person typed, fit to be shown back to them in a sentence."""
    return "".join(character for character in address.strip() if character.isprintable())[:100]
