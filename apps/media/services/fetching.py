"""A file from the web, by an address that a person typed.

Every hop goes through the guarded client: only public servers, https alone, and each redirect is looked at as if it
had been typed. Size is looked at before the first byte where the server tells it, and counted in any case; the whole
journey has a deadline, however slowly the bytes drip. What goes wrong is told in words for whoever typed the address.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email.message import Message
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import httpx
from django.conf import settings

from apps.core import outbound
from apps.core.numbers import whole
from apps.media import storage
from apps.media.errors import FileRefused
from apps.media.services import quota

LONGEST: Final = 2000  # characters of an address
MOST_REDIRECTS: Final = 3
STEP: Final = 16 * 1024 * 1024  # how much room is reserved at a time where the size is not told
REPORT_EVERY: Final = 2.0  # seconds
STALL: Final = 30.0  # seconds without a byte


@dataclass(frozen=True, slots=True)
class Told:
    """Whom the one who fetches asks for room before bytes are written, and tells how many have been."""

    make_room: Callable[[int], None]
    report: Callable[[int], None]


def check_address(url: str) -> None:
    """Raise FileRefused unless the address has a shape that may be called; more is known when it is."""
    if len(url) > LONGEST:
        raise FileRefused("This address is too long.")
    try:
        outbound.check_url(url)
    except outbound.AddressRefused as error:
        raise FileRefused(str(error)) from error


def fetch(url: str, *, to: Path, make_room: Callable[[int], None], report: Callable[[int], None]) -> str:
    """Write what lies at `url` into the file `to` and return its name; raises FileRefused, NoRoom among it."""
    deadline = time.monotonic() + settings.MEDIA_FETCH_TIMEOUT.total_seconds()
    for _ in range(1 + MOST_REDIRECTS):
        check_address(url)
        left = timedelta(seconds=max(0.1, deadline - time.monotonic()))
        with _in_words(url), _opened(url, left) as response:
            if not response.has_redirect_location:
                _require_file(response, url)
                _write(response, to, Told(make_room, report))
                return _name(response, url)
            url = str(response.url.join(response.headers["Location"]))
    raise FileRefused("This address leads to another, and that to yet another. Type the last one.")


@contextmanager
def _opened(url: str, left: timedelta) -> Iterator[httpx.Response]:
    # The cap of the client stands behind ours, which knows the words.
    most = settings.MEDIA_MAX_UPLOAD_BYTES + storage.CHUNK
    patience = httpx.Timeout(min(STALL, left.total_seconds()), connect=5.0)
    with outbound.client(timeout=left, max_bytes=most) as client, client.stream("GET", url, timeout=patience) as answer:
        yield answer


def _write(response: httpx.Response, to: Path, told: Told) -> None:
    known = whole(response.headers.get("Content-Length", ""))
    if known is not None:
        _require_size(known)
        told.make_room(known)
    written, room, reported = 0, known or 0, time.monotonic()
    with to.open("wb") as file:
        for piece in response.iter_raw():
            written += len(piece)
            _require_size(written)
            if written > room:
                room = min(room + STEP, settings.MEDIA_MAX_UPLOAD_BYTES)
                told.make_room(room)
            file.write(piece)
            if time.monotonic() - reported > REPORT_EVERY:
                told.report(written)
                reported = time.monotonic()
    if not written:
        raise FileRefused("There is nothing at this address but an empty file.")
    told.report(written)


def _require_size(size: int) -> None:
    most = settings.MEDIA_MAX_UPLOAD_BYTES
    if size > most:
        raise FileRefused(f"The file at this address is larger than {quota.in_words(most)}. Choose a smaller one.")


def _require_file(response: httpx.Response, url: str) -> None:
    host, status = httpx.URL(url).host, response.status_code
    if status in (401, 403):
        raise FileRefused(f"{host} lets only some people see this file ({status}). Make it public, or upload it.")
    if status in (404, 410):
        raise FileRefused(f"{host} has no file at this address ({status}). Look at the address once more.")
    if status == 429 or status >= 500:
        raise FileRefused(f"{host} cannot answer at the moment ({status}). Try it again later.")
    if status != 200:
        raise FileRefused(f"{host} answered in a way that is no file ({status}). Look at the address once more.")
    if response.headers.get("Content-Type", "").partition(";")[0].strip().lower() in ("text/html", "application/json"):
        raise FileRefused("This address is that of a page. Open the picture or video itself and copy its address.")


@contextmanager
def _in_words(url: str) -> Iterator[None]:
    """What a network can do, as sentences."""
    host = httpx.URL(url).host
    try:
        yield
    except httpx.TimeoutException as error:
        raise FileRefused(f"{host} takes too long to send this file. Try it again later, or upload it.") from error
    except httpx.ConnectError as error:
        is_refused = "public internet" in str(error)
        words = "is not a server on the public internet" if is_refused else "cannot be reached. Look at the address"
        raise FileRefused(f"{host} {words}.") from error
    except (httpx.TransportError, httpx.InvalidURL) as error:
        raise FileRefused(f"{host} broke off while it sent this file. Try it again, or upload it.") from error


def _name(response: httpx.Response, url: str) -> str:
    """As the server calls the file, else as its address ends. Only the last part: it is a label, never a path."""
    header = Message()
    header["Content-Disposition"] = response.headers.get("Content-Disposition", "")
    told = header.get_filename() or unquote(httpx.URL(url).path.rpartition("/")[2])
    return re.split(r"[/\\]", told)[-1].strip()[:255] or httpx.URL(url).host
