"""The bytes of a video: chunks of whole 256 KiB, a probe that tells how far they are, and the answer at the end again.

What has come in when a connection breaks is kept up to the last whole 256 KiB. Where the documentation is silent: a
chunk that does not begin where the bytes end is refused with 400, and so is, with 503, the later of two that were sent
to a session at once.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call, Refusal
from apps.sandbox.core.uploads import Intake
from apps.sandbox.youtube import finishing, sessions
from apps.sandbox.youtube.access import TO_UPLOAD, channel_of, refuse_as_set
from apps.sandbox.youtube.errors import envelope, refused
from apps.sandbox.youtube.sessions import MOST_BYTES, Session

GRAIN = 262_144
MOST_PASSED_OVER = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Range:
    """`first` is None for a probe; `total` is None where it is not told."""

    first: int | None
    size: int
    total: int | None

    @property
    def is_last(self) -> bool:
        return self.first is not None and self.total is not None and self.first + self.size == self.total


def operation_of_put(call: Call) -> str:
    """Everything is staging but the last byte of a video that others will see."""
    session = sessions.load(call.world, call.fields.text("upload_id"))
    try:
        span = _span(call, session.total if session else None)
    except ValueError:
        return "stage"
    is_seen = session is not None and session.written["status"]["privacyStatus"] != "private"
    return "commit" if span.is_last and is_seen else "stage"


async def put(call: Call) -> Response:
    """PUT the session's address"""
    try:
        return await _put(call)
    except Refusal:
        # An answer that comes while the other side still sends is lost to many clients.
        await _pass_over(call)
        raise


async def _pass_over(call: Call) -> None:
    passed = 0
    # The other side may have gone, or all have been read.
    with suppress(ClientDisconnect, RuntimeError):
        async for piece in call.request.stream():
            passed += len(piece)
            if passed > MOST_PASSED_OVER:
                return


async def _put(call: Call) -> Response:
    session = sessions.load(call.world, call.fields.text("upload_id"))
    if session is None:
        raise refused("notFound", status=int(call.world.setting("youtube", "dead_session_status")))
    if "authorization" in call.request.headers and channel_of(call, TO_UPLOAD).id != session.account:
        raise refused("forbidden")
    refuse_as_set(call)
    try:
        span = _span(call, session.total)
    except ValueError as error:
        raise refused("badRequest", str(error)) from error
    if session.video:
        return finishing.answer(call, session)
    if span.first is None:
        return _answer(call, session)
    _check(call, session, span)
    return await _take(call, session, span)


def _span(call: Call, announced: int | None) -> Range:
    """What this request says it carries; ValueError when that makes no sense."""
    length = call.request.headers.get("content-length", "")
    if not length.isdigit():
        raise ValueError("Content-Length is required")
    told = call.request.headers.get("content-range")
    if told is None:
        return Range(0, int(length), announced if announced is not None else int(length))
    found = re.fullmatch(r"bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)", told)
    if not found:
        raise ValueError(f"Failed to parse Content-Range header: {told}")
    total = None if found[3] == "*" else int(found[3])
    if announced is not None and total not in {None, announced}:
        raise ValueError("The total of Content-Range is not the one that was announced")
    if found[1] is None:
        return Range(None, 0, total)
    first, last = int(found[1]), int(found[2])
    if last < first or (total is not None and last >= total):
        raise ValueError(f"Content-Range makes no sense: {told}")
    if last - first + 1 != int(length):
        raise ValueError("Content-Length is not the length of Content-Range")
    return Range(first, int(length), total)


def _check(call: Call, session: Session, span: Range) -> None:
    stored = Intake.load(session.intake).size
    if span.first != stored:
        raise refused("badRequest", f"Invalid request. The bytes go on at {stored}, not at {span.first}.")
    if (span.total or 0) > MOST_BYTES or stored + span.size > MOST_BYTES:
        raise refused("uploadTooLarge")
    if "content-range" not in call.request.headers:
        if span.size != span.total:
            raise refused("badRequest", f"The file was announced with {span.total} bytes, not {span.size}")
        return
    if span.is_last:
        return
    if span.size % GRAIN:
        message = f"Invalid request. The number of bytes uploaded is required to be a multiple of {GRAIN}."
        raise refused("badRequest", message)
    if call.world.setting("youtube", "equal_chunks") and session.chunk not in {0, span.size}:
        raise refused("badRequest", "Invalid request. All chunks but the last have the same size.")


async def _take(call: Call, session: Session, span: Range) -> Response:
    before, intake = dict(session.intake), Intake.load(session.intake)
    with suppress(ClientDisconnect):
        await intake.take(_in_grains(call), limit=span.size)
    session = sessions.load(call.world, session.id) or session
    if session.intake != before:
        return envelope("backendError", message="Another request is writing to this session.")
    session.intake = intake.dump()
    session.total = session.total if session.total is not None else span.total
    session.chunk = session.chunk or span.size
    sessions.save(call.world, session)
    return _answer(call, session)


async def _in_grains(call: Call) -> AsyncIterator[bytes]:
    """The body in whole grains; what was not whole when the connection broke is lost."""
    pending = bytearray()
    async for piece in call.request.stream():
        pending += piece
        whole = len(pending) // GRAIN * GRAIN
        if whole:
            yield bytes(pending[:whole])
            del pending[:whole]
    if pending:
        yield bytes(pending)


def _answer(call: Call, session: Session) -> Response:
    """The video once all bytes are there. Until then 308, and how many there are; no Range when there are none."""
    stored = Intake.load(session.intake).size
    if stored == session.total:
        return finishing.finish(call, session)
    headers = {"X-GUploader-UploadID": session.id}
    if stored:
        headers["Range"] = f"bytes=0-{stored - 1}"
    return Response(status_code=308, headers=headers)


async def cancel(call: Call) -> Response:
    """DELETE the session's address: 499, the client has closed it."""
    session = sessions.load(call.world, call.fields.text("upload_id"))
    if session is None or session.video:
        raise refused("notFound", status=int(call.world.setting("youtube", "dead_session_status")))
    call.world.box("youtube", "session").delete(session.id)
    return JSONResponse({}, status_code=499)
