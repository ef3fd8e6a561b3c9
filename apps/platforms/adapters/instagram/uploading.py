"""A video on its way to Instagram, where it has no public address: one request, carried on where it broke off.

https://developers.facebook.com/documentation/instagram-platform/content-publishing/resumable-uploads. Documented for
Facebook Login, and on a newer page for Instagram Login too. The address is taken from Instagram's own answer: one that
was made by hand, with another version in it, left containers that never finished.
"""

from __future__ import annotations

from typing import Any

from apps.platforms import http as wire
from apps.platforms.adapters.instagram import containers, requests
from apps.platforms.adapters.instagram.line import Line, mapping_in, succeeded
from apps.platforms.contract import MediaFile
from apps.platforms.uploads import length_header, pieces


def address_in(line: Line, said: dict[str, Any]) -> str:
    """Where the bytes go, but only if that is the upload host: the token goes there too."""
    named = said.get("uri")
    return named if isinstance(named, str) and named.startswith(line.endpoint("upload") + "/") else ""


def send_rest(line: Line, entry: dict[str, Any], media: MediaFile, *, field: str) -> bool:
    """Send what Instagram does not have yet. False where it says that this container can take no more of it.

    Raises NotSent and all that a refusal means."""
    offset = min(containers.bytes_received(line, entry["id"]), media.size)
    if offset == media.size:
        return True
    size = media.size - offset
    answer = line.send(
        requests.UPLOAD,
        at=entry["id"],
        url=entry["uri"],
        with_token=False,
        auth=wire.BearerToken(line.token, scheme="OAuth"),
        headers={
            "offset": str(offset),
            "file_size": str(media.size),
            "Content-Type": "application/octet-stream",
            **length_header(size),
        },
        content=pieces(media, start=offset, size=size, field=field),
    )
    if _is_final(answer):
        return False
    if (succeeded(answer) or {}).get("success") is not True:
        raise line.unreadable(answer) if answer.is_success else line.failure(answer, requests.UPLOAD, field=field)
    return True


def _is_final(answer: wire.Answer) -> bool:
    """Whether the upload host says in its own words that trying again with this container is of no use."""
    try:
        return mapping_in(answer.mapping(), "debug_info").get("retriable") is False
    except wire.Unreadable:
        return False
