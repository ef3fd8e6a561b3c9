"""The one HTTP client for addresses that a person or a platform's answer may have chosen.

The guard stands where the connection is made: every address that the name resolves to must be public, and the
connection goes to exactly the address that was checked, so that a second answer of the name server changes nothing.
Only https on port 443 or 8443, no credentials in the address, no redirects, no cookies (one client serves every
tenant), a deadline for the whole request and a cap on the answer's size. Only the name service keeps time of its own.
`OUTBOUND_TRUSTED_ORIGINS` names origins that are exempt (a sandbox, a test server), one by one.

A client that was made with `only` reaches these origins and nothing else, public or not: what is a test stays one.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextvars import ContextVar
from datetime import timedelta
from functools import lru_cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final

import httpcore
import httpx
from django.conf import settings

from apps.core import tenancy

PORTS = frozenset({443, 8443})
MAX_ANSWER_BYTES = 16 * 1024 * 1024
USER_AGENT = "Postroom/0.1"
MOST_CONNECTIONS = 100
# For each request the pool looks at every connection that it keeps open: many pools of few serve many threads better.
MOST_KEPT_OPEN = 10

# IPv6 has public places here alone; elsewhere lie forms that carry an IPv4 address inside.
_PUBLIC_IPV6: Final = ipaddress.IPv6Network("2000::/3")
# What `ipaddress` calls global although it is not a place on the public internet to talk to, or leads to one that is
# not.
_REFUSED = tuple(
    ipaddress.ip_network(text)
    for text in (
        *("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "240.0.0.0/4"),
        *("2001::/32", "2001:db8::/32", "2002::/16", "3fff::/20"),
    )
)
_deadline: ContextVar[float | None] = ContextVar("outbound_deadline", default=None)


class AddressRefused(ValueError):
    """The address is not one that Postroom may call; its text is a sentence for the person who typed it."""


class CalledInsideTenancy(RuntimeError):
    """A mistake of ours: on PostgreSQL a transaction would wait for somebody else's server."""


def is_public(address: str) -> bool:
    """Whether an IP address is a place on the public internet, mapped and translated forms included."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if isinstance(ip, ipaddress.IPv6Address) and ip not in _PUBLIC_IPV6:
        return False
    refused = any(ip in network for network in _REFUSED if network.version == ip.version)
    return ip.is_global and not ip.is_multicast and not refused


def check_url(url: str) -> None:
    """Raise AddressRefused unless `url` has a shape that may be called; what its name resolves to is checked later."""
    try:
        parsed = httpx.URL(url)
        origin = _origin(parsed)
    except (httpx.InvalidURL, UnicodeError) as error:  # the second for a coded name that stands for no word (xn--a)
        raise AddressRefused("This is not an address that can be called.") from error
    if parsed.userinfo:
        raise AddressRefused("The address must not hold a user name or password.")
    if origin in _trusted():
        return
    if parsed.scheme != "https":
        raise AddressRefused("The address must begin with https://.")
    if (parsed.port or 443) not in PORTS:
        raise AddressRefused("The address must not name a port other than 443.")
    if not parsed.host:
        raise AddressRefused("The address names no server.")


def _origin(url: httpx.URL) -> str:
    default = {"https": 443, "http": 80}.get(url.scheme)
    return f"{url.scheme}://{url.host}:{url.port or default}"


def _trusted() -> frozenset[str]:
    return _parsed_origins(tuple(settings.OUTBOUND_TRUSTED_ORIGINS))


@lru_cache(maxsize=8)
def _parsed_origins(origins: tuple[str, ...]) -> frozenset[str]:
    return frozenset(_origin(httpx.URL(origin)) for origin in origins)


def client(
    *,
    timeout: timedelta | None = None,
    max_bytes: int = MAX_ANSWER_BYTES,
    around: Callable[[httpx.BaseTransport], httpx.BaseTransport] | None = None,
    only: Collection[str] | None = None,
) -> httpx.Client:
    """A guarded client. `timeout` bounds each request as a whole, its answer's last byte included; `around` is given
    the guarded transport and gives the one to use; with `only`, these origins are called and no others."""
    total = (timeout or settings.OUTBOUND_TIMEOUT).total_seconds()
    guarded = GuardedTransport(total_seconds=total, max_bytes=max_bytes, only=only)
    return httpx.Client(
        transport=around(guarded) if around else guarded,
        timeout=httpx.Timeout(total, connect=min(total, 5.0)),
        follow_redirects=False,
        trust_env=False,
        # What is not compressed cannot unfold to more than the cap.
        headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"},
        cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
    )


class GuardedTransport(httpx.HTTPTransport):
    """Checks the shape of each address, resolves and checks its name itself, and keeps time and size."""

    def __init__(self, *, total_seconds: float, max_bytes: int, only: Collection[str] | None = None) -> None:
        super().__init__(verify=_ssl_context(), trust_env=False)
        self._only = None if only is None else _parsed_origins(tuple(only))
        self._pool.close()
        # httpx has no public way to hand its pool another network backend.
        self._pool = httpcore.ConnectionPool(
            ssl_context=_ssl_context(),
            max_connections=MOST_CONNECTIONS,
            max_keepalive_connections=MOST_KEPT_OPEN,
            keepalive_expiry=15.0,
            network_backend=_GuardedBackend(self._only),
        )
        self._total_seconds = total_seconds
        self._max_bytes = max_bytes

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if tenancy.current() != tenancy.NOBODY:
            raise CalledInsideTenancy(f"{request.url.host} was called inside a tenancy scope, which is a transaction")
        try:
            self._check(request.url)
        except AddressRefused as error:
            raise httpx.ConnectError(str(error), request=request) from error
        _deadline.set(time.monotonic() + self._total_seconds)
        response = super().handle_request(request)
        if response.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
            response.close()
            raise httpx.ReadError("The answer is compressed, which was not asked for", request=request)
        response.stream = _CappedStream(response.stream, self._max_bytes)
        return response

    def _check(self, url: httpx.URL) -> None:
        if self._only is None:
            check_url(str(url))
        elif _origin(url) not in self._only:
            raise AddressRefused(f"{url.host} is not part of the simulation, so nothing was sent there.")


@lru_cache(maxsize=1)
def _ssl_context() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


class _CappedStream(httpx.SyncByteStream):
    def __init__(self, stream: Any, max_bytes: int) -> None:
        self._stream = stream
        self._left = max_bytes

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._stream:
            self._left -= len(chunk)
            if self._left < 0:
                raise httpx.ReadError("The answer is larger than it may be")
            yield chunk

    def close(self) -> None:
        self._stream.close()


class _GuardedBackend(httpcore.SyncBackend):
    """Connects only to addresses that were checked, and to no other; with `only`, to these origins as they are."""

    def __init__(self, only: frozenset[str] | None = None) -> None:
        super().__init__()
        self._only = only

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = _addresses(host, port)
        if not _host_is_trusted(host, port, self._only) and not all(map(is_public, addresses)):
            raise httpcore.ConnectError(f"{host} is not a server on the public internet")
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in addresses:
            try:
                stream = super().connect_tcp(address, port, _left(timeout), local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream)
        raise failure


def _addresses(host: str, port: int) -> list[str]:
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(f"{host} is not known to the name service") from error
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


def _host_is_trusted(host: str, port: int, only: frozenset[str] | None) -> bool:
    known = _trusted() if only is None else only
    return any(origin.endswith(f"://{host}:{port}") for origin in known)


class _TimedStream(httpcore.NetworkStream):
    """Lets no single read or write outlast the request's deadline, however slowly the bytes drip."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, _left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(timeout: float | None, error: type[Exception] = httpcore.ConnectTimeout) -> float | None:
    """The smaller of `timeout` and what is left until the deadline of the request in hand."""
    deadline = _deadline.get()
    if deadline is None:
        return timeout
    left = deadline - time.monotonic()
    if left <= 0:
        raise error("The request took longer than it may")
    return left if timeout is None else min(timeout, left)
