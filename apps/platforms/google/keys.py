"""The keys that Google signs with, which everybody may read: they change every few days."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from apps.platforms import http as wire
from apps.platforms.calls import Call, Feature
from apps.platforms.errors import NotSent
from apps.platforms.google.faults import objects_in, text_in

CONFIGURATION: Final = Call("signals", "GET", "/.well-known/risc-configuration", Feature.NOTICES, endpoint="login")
KEYS: Final = Call(
    "keys", "GET", "/oauth2/v3/certs", Feature.NOTICES, endpoint="login",
    trap="Its address is what the configuration says, today one of www.googleapis.com.",
)  # fmt: skip
MOST_KEYS: Final = 20


def read_keys(http: httpx.Client, *, login: str) -> dict[str, dict[str, Any]]:
    """Google's keys by their ids, those for RS256 alone. Raises NotSent."""
    address = text_in(_read(http, login.rstrip("/") + CONFIGURATION.path), "jwks_uri")
    if not _is_googles(address, login):
        raise NotSent("Google does not say where its keys are.")
    listed = objects_in(_read(http, address), "keys")[:MOST_KEYS]
    keys = {text_in(key, "kid"): key for key in listed if key.get("kty") == "RSA" and text_in(key, "kid")}
    if not keys:
        raise NotSent("Google tells no keys.")
    return keys


def _read(http: httpx.Client, address: str) -> Mapping[str, Any]:
    answer = wire.send(http, "GET", address, platform="Google")
    try:
        said = answer.mapping() if answer.is_success else None
    except wire.Unreadable:
        said = None
    if said is None:
        raise NotSent("Google did not tell its keys.", evidence=wire.evidence(answer))
    return said


def _is_googles(address: str, login: str) -> bool:
    """Where the sign-in is, or another host of Google's where that is one."""
    home, told = urlsplit(login), urlsplit(address)
    if (told.scheme, told.netloc) == (home.scheme, home.netloc):
        return True
    hosts = (".google.com", ".googleapis.com")
    return told.scheme == "https" and home.netloc.endswith(hosts) and told.netloc.endswith(hosts)
