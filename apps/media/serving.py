"""A stored file as an answer: the browser may show it and never runs it.

Known pictures and videos are shown, everything else is offered to be saved. Whoever opens a file by its address gets a
page that may do nothing at all. ETag is the digest of the content, so a copy that a browser has is confirmed without a
byte; parts are served, so that a film can be wound forward.
"""

from __future__ import annotations

import logging
import mimetypes
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header, parse_etags

from apps.media import ranges, storage

logger = logging.getLogger(__name__)

NOTHING_RUNS: Final = "default-src 'none'; sandbox"
SHOWN: Final = frozenset({
    "image/jpeg", "image/png", "image/webp", "image/gif", "image/avif",
    "video/mp4", "video/quicktime", "video/webm",
})  # fmt: skip
EXTENSIONS: Final = {
    "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif", "image/avif": "avif",
    "video/mp4": "mp4", "video/quicktime": "mov", "video/webm": "webm", "application/pdf": "pdf", "text/vtt": "vtt",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stored:
    """What is to be served. `digest` may be empty where nobody took it."""

    name: str
    mime_type: str
    size: int
    digest: str = ""
    file_name: str = ""

    @property
    def is_shown(self) -> bool:
        return self.mime_type in SHOWN

    @property
    def disposition(self) -> str:
        """Content-Disposition. A picture that came as another kind is saved as the kind that it is now."""
        stem = PurePosixPath(self.file_name).stem or "file"
        name = f"{stem}.{self.extension}" if self.is_shown or not self.file_name else self.file_name
        return content_disposition_header(not self.is_shown, name) or ""

    @property
    def extension(self) -> str:
        known = EXTENSIONS.get(self.mime_type) or (mimetypes.guess_extension(self.mime_type) or "").lstrip(".")
        return known or "bin"


def of_file(row: Any, *, file_name: str = "") -> Stored:
    """The file of an asset, a rendition or a shelf item."""
    return Stored(row.file.name or "", row.mime_type, row.size, row.sha256, file_name)


def of_thumbnail(row: Any) -> Stored | None:
    """The small picture of an asset, if it has one; its size is not kept and asked of the storage when served."""
    name = row.thumbnail.name or ""
    kind = mimetypes.guess_type(name)[0] or "image/jpeg"
    return Stored(name, kind, -1, f"{row.sha256[:40]}-small") if name else None


def serve(request: HttpRequest, stored: Stored, *, cache: str, sites: str = "same-site") -> HttpResponseBase:
    """The answer to GET or HEAD; raises Http404 where the storage has lost the file. `sites` may embed it."""
    size = _size(stored)
    etag = f'"{stored.digest}"' if stored.digest else ""
    if etag and _has_it(request, etag):
        return _dressed(HttpResponse(status=304), stored, etag=etag, cache=cache, sites=sites)
    try:
        part = _part(request, size, etag)
    except ranges.CannotBeServed:
        answer = HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
        return _dressed(answer, stored, etag=etag, cache="no-store", sites=sites)
    start, end = (part.start, part.end) if part else (0, size)
    body: Iterable[bytes] = () if request.method == "HEAD" else storage.chunks(stored.name, start, end)
    response = StreamingHttpResponse(body, status=206 if part else 200, content_type=stored.mime_type)
    response["Content-Length"] = str(end - start)
    if part:
        response["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return _dressed(response, stored, etag=etag, cache=cache, sites=sites)


def _size(stored: Stored) -> int:
    try:
        return storage.size(stored.name)
    except FileNotFoundError as error:
        logger.warning("The file %s is not in the storage", stored.name)
        raise Http404("No such file") from error


def _has_it(request: HttpRequest, etag: str) -> bool:
    given = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in given or any(one.removeprefix("W/") == etag for one in given)


def _part(request: HttpRequest, size: int, etag: str) -> ranges.Part | None:
    """A part is served of the file that the asker knows; of another one it gets all."""
    condition = request.headers.get("If-Range", "")
    if condition and condition != etag:
        return None
    return ranges.wanted(request.headers.get("Range", ""), size)


def _dressed(response: Any, stored: Stored, *, etag: str, cache: str, sites: str) -> HttpResponseBase:
    response["Content-Security-Policy"] = NOTHING_RUNS
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = sites
    response["Cache-Control"] = cache
    response["Accept-Ranges"] = "bytes"
    if etag:
        response["ETag"] = etag
    if disposition := stored.disposition:
        response["Content-Disposition"] = disposition
    answer: HttpResponseBase = response
    return answer
