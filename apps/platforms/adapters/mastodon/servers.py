"""Finding a server and reading what it can do: its address, its OAuth metadata, its software and its limits."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

import httpx

from apps.platforms import http as wire
from apps.platforms.adapters.mastodon import rights
from apps.platforms.adapters.mastodon.abilities import MEDIA_TYPES
from apps.platforms.adapters.mastodon.line import Line
from apps.platforms.calls import Call
from apps.platforms.capabilities import Counting
from apps.platforms.errors import NotSent, PlatformError, Rejected

MAX_REDIRECTS = 3

# Forks that count text, keep media and remember keys as Mastodon does; all else is measured the careful way.
MASTODON_FAMILY = frozenset({"mastodon", "hometown"})
HONOURS_KEYS = MASTODON_FAMILY | {"hollo"}


# --- the address a person types ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Address:
    """Where to look first, and the `user@host` that WebFinger is asked about if nothing is there."""

    origin: str
    account: str = ""


def read_address(typed: str, *, trusted: frozenset[str]) -> Address:
    """A handle, a host or a URL as an address; raises Rejected(field="address").

    Plain http is for this machine itself and for `trusted` origins, and has to be typed (or be a loopback host)."""
    typed = typed.strip().removeprefix("acct:")
    account = ""
    if "://" not in typed and "@" in typed.partition("/")[0]:
        user, _, typed = typed.lstrip("@").rpartition("@")
        account = f"{user}@{typed}" if user else ""
    url = _parsed(typed if "://" in typed else f"//{typed}")
    if not url.scheme:
        url = url.copy_with(scheme="http" if _is_loopback(url.host) else "https")
    origin = f"{url.scheme}://{url.netloc.decode()}"
    if url.scheme != "https" and not _is_loopback(url.host) and origin not in trusted:
        raise Rejected("The address of the server must begin with https://.", field="address")
    return Address(origin, account)


def _parsed(typed: str) -> httpx.URL:
    try:
        url = httpx.URL(typed)
    except (httpx.InvalidURL, UnicodeError):
        url = httpx.URL()
    is_host = re.fullmatch(rb"[a-z0-9._:-]+", url.raw_host)
    if not is_host or url.userinfo or url.scheme not in {"", "http", "https"}:
        raise Rejected("Write a handle like @name@server.example, or the address of the server.", field="address")
    return url


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def resolve(http: httpx.Client, clock: Callable[[], datetime], address: Address) -> str:
    """The origin that serves the API for `address`; raises Rejected(field="address") when none answers.

    A handle's host may be another one than the web host: redirects are followed first, then WebFinger is asked."""
    origin = _api_origin(http, clock, address.origin)
    if not origin and address.account and (named := _webfinger_origin(http, clock, address)):
        origin = _api_origin(http, clock, named)
    if not origin:
        host = httpx.URL(address.origin).netloc.decode()
        raise Rejected(f"No Mastodon server answers at {host}: check the spelling.", field="address")
    return origin


def _api_origin(http: httpx.Client, clock: Callable[[], datetime], origin: str) -> str:
    for call in (rights.INSTANCE, rights.INSTANCE_OLD):
        url, found = _follow(Line(http, clock, origin), call, call.path)
        if "version" in found or "configuration" in found:
            return f"{url.scheme}://{url.netloc.decode()}"
    return ""


def _webfinger_origin(http: httpx.Client, clock: Callable[[], datetime], address: Address) -> str:
    path = str(httpx.URL("/.well-known/webfinger", params={"resource": f"acct:{address.account}"}))
    _, found = _follow(Line(http, clock, address.origin), rights.WEBFINGER, path)
    links = found.get("links")
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("rel") == "self" and isinstance(link.get("href"), str):
            try:
                url = httpx.URL(link["href"])
            except httpx.InvalidURL:
                continue
            if url.host and url.scheme == httpx.URL(address.origin).scheme:
                return f"{url.scheme}://{url.netloc.decode()}"
    return ""


def _follow(line: Line, call: Call, path: str) -> tuple[httpx.URL, dict[str, Any]]:
    """Read a public JSON object, over up to three redirects that keep the scheme; {} when there is none."""
    url = httpx.URL(line.origin + path)
    scheme = url.scheme
    try:
        for _ in range(MAX_REDIRECTS + 1):
            answer = line.send(call, url=str(url))
            if answer.status in {301, 302, 303, 307, 308} and "location" in answer.headers:
                url = httpx.URL(urljoin(str(url), answer.headers["location"]))
                if url.scheme != scheme:
                    break
                continue
            return url, answer.mapping() if answer.status == 200 else {}
    except (PlatformError, wire.Unreadable, httpx.InvalidURL, ValueError):
        pass
    return url, {}


# --- OAuth metadata ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Metadata:
    """A server's OAuth addresses; those of older servers and other software where it publishes none."""

    authorization_endpoint: str
    token_endpoint: str
    revocation_endpoint: str
    app_registration_endpoint: str
    scopes_supported: frozenset[str] = frozenset()  # empty: it does not say


_DEFAULT_PATHS = {
    "authorization_endpoint": "/oauth/authorize",
    "token_endpoint": "/oauth/token",
    "revocation_endpoint": "/oauth/revoke",
    "app_registration_endpoint": "/api/v1/apps",
}


def read_metadata(line: Line) -> Metadata:
    """What the server says of its OAuth. An endpoint at another origin is not believed: our secret would go there."""
    answer = line.send(rights.METADATA, with_token=False)
    try:
        said = answer.mapping() if answer.status == 200 else {}
    except wire.Unreadable:
        said = {}
    addresses = {name: _own(line.origin, said.get(name), default) for name, default in _DEFAULT_PATHS.items()}
    scopes = said.get("scopes_supported")
    supported = frozenset(s for s in scopes if isinstance(s, str)) if isinstance(scopes, list) else frozenset()
    return Metadata(**addresses, scopes_supported=supported)


def _own(origin: str, address: object, default: str) -> str:
    return address if isinstance(address, str) and address.startswith(f"{origin}/") else origin + default


# --- software and limits ----------------------------------------------------------------------------------------------


def read_software(line: Line) -> str:
    """The name of the server's software by NodeInfo, in lower case; "" if it does not say."""
    try:
        links = line.read(rights.NODEINFO_LINKS, with_token=False).get("links")
        addresses = [link.get("href") for link in links if isinstance(link, dict)] if isinstance(links, list) else []
        for address in reversed(addresses):
            if isinstance(address, str) and address.startswith(f"{line.origin}/"):
                software = line.read(rights.NODEINFO, url=address, with_token=False).get("software")
                name = software.get("name") if isinstance(software, dict) else None
                return name.lower() if isinstance(name, str) else ""
    except PlatformError:
        pass
    return ""


def read_instance(line: Line) -> dict[str, Any]:
    """The server's description of itself; {} if it gives none just now. Read with the token: some are closed to
    others."""
    for call in (rights.INSTANCE, rights.INSTANCE_OLD):
        try:
            return line.read(call)
        except NotSent:
            continue
    return {}


def handle_domain(line: Line, instance: Mapping[str, Any]) -> str:
    """The host in handles, which need not be the web host."""
    for named in (instance.get("domain"), instance.get("uri")):
        if isinstance(named, str) and named and "/" not in named:
            return named
    return line.name


_NUMBERS = {
    "max_text": ("statuses", "max_characters"),
    "max_media": ("statuses", "max_media_attachments"),
    "max_alt": ("media_attachments", "description_limit"),
    "max_image_bytes": ("media_attachments", "image_size_limit"),
    "max_image_pixels": ("media_attachments", "image_matrix_limit"),
    "max_video_bytes": ("media_attachments", "video_size_limit"),
    "max_video_pixels": ("media_attachments", "video_matrix_limit"),
    "max_frame_rate": ("media_attachments", "video_frame_rate_limit"),  # pictures a second
    "max_document_bytes": ("media_attachments", "video_size_limit"),  # of sounds
}
_OF_POLLS = {"max_lines": "max_options", "max_length": "max_characters_per_option"}


def limits(instance: Mapping[str, Any], software: str) -> dict[str, Any]:
    """The numbers of `Capabilities` that this server sets itself. A missing key means Mastodon's default."""
    configuration = _section(instance, "configuration")
    numbers = {name: _number(_section(configuration, section), key) for name, (section, key) in _NUMBERS.items()}
    found: dict[str, Any] = {name: number for name, number in numbers.items() if number}
    told = {name: _number(_section(configuration, "polls"), key) for name, key in _OF_POLLS.items()}
    if of_polls := {name: number for name, number in told.items() if number > 1}:  # of one choice there is no poll
        found["options"] = {"poll": of_polls}
    types = _section(configuration, "media_attachments").get("supported_mime_types")
    if isinstance(types, list) and (taken := sorted(MEDIA_TYPES.intersection(t for t in types if isinstance(t, str)))):
        found["media_types"] = taken
    if software not in MASTODON_FAMILY:
        found["counting"] = Counting.FEDIVERSE.value
    if software == "pixelfed":
        found["min_media"] = 1
    return found


def _number(of: Mapping[str, Any], key: str) -> int:
    """A number that makes sense; 0 where there is none."""
    value = of.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**12 else 0


def _section(of: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = of.get(name)
    return value if isinstance(value, dict) else {}
