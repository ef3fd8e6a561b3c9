"""rupload.facebook.com: the bytes of a reel, a story or a carousel's video, sent or fetched, carried on after a break.

The answers of this host are documented in form only; what its refusals say is made up.
"""

from __future__ import annotations

from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call, HangUp
from apps.sandbox.core.uploads import Intake, TooMuch
from apps.sandbox.facebook.resumable import need_oauth_scheme
from apps.sandbox.facebook.rupload import trouble
from apps.sandbox.instagram import containers, fetching, staging
from apps.sandbox.instagram.access import PUBLISH, caller
from apps.sandbox.instagram.containers import Container
from apps.sandbox.instagram.errors import no_object

UPLOADED = {"success": True, "message": "Upload successful."}


async def receive(call: Call) -> Response:
    """POST /ig-api-upload/{version}/{container}"""
    need_oauth_scheme(call)
    account = caller(call, PUBLISH)
    container = containers.load(call.world, call.part("id"))
    if container is None or container.account_id != account.id or not container.upload_version:
        raise no_object(call.part("id"), call.method)
    if not container.is_waiting or container.status(call.world.now()) == "EXPIRED":
        raise trouble("ProcessingFailedError", "The upload session has ended")
    if url := call.request.headers.get("file_url"):
        return await _fetched(call, container, url)
    return await _sent(call, container)


async def _fetched(call: Call, container: Container, url: str) -> Response:
    found = await fetching.fetch_video(url, limit=fetching.most_bytes(call.world, is_story=container.is_story))
    if not isinstance(found, Intake):
        retriable = found != fetching.BAD_VIDEO
        raise trouble("ProcessingFailedError", "The file could not be fetched", retriable=retriable)
    container.announced = found.size
    return _kept(call, container, found)


async def _sent(call: Call, container: Container) -> Response:
    """Bytes from `offset` on; what came before the connection broke has come."""
    intake = Intake.load(container.intake)
    offset, size = (call.request.headers.get(name, "") for name in ("offset", "file_size"))
    most = fetching.most_bytes(call.world, is_story=container.is_story)
    if not size.isdigit() or not 0 < int(size) <= most or container.announced not in {0, int(size)}:
        raise trouble("PartialRequestError", "The header file_size does not fit the file")
    if offset != str(intake.size):
        raise trouble("OffsetInvalidError", f"The offset must be {intake.size}", retriable=True)
    container.announced = int(size)
    try:
        await intake.take(call.request.stream(), limit=container.announced - intake.size)
    except TooMuch:
        raise trouble("PartialRequestError", "There are more bytes than file_size announced") from None
    except ClientDisconnect:
        _kept(call, container, intake)
        return HangUp()
    if intake.size < container.announced:
        _kept(call, container, intake)
        message = f"{intake.size} of {container.announced} bytes came"
        raise trouble("PartialRequestError", message, retriable=True)
    return _kept(call, container, intake)


def _kept(call: Call, container: Container, intake: Intake) -> Response:
    """With another version in the address than in its `uri`, the bytes are taken and the container waits for ever."""
    if call.part("version") != container.upload_version:
        return JSONResponse(UPLOADED)
    container.intake = intake.dump()
    if intake.size == container.announced:
        staging.arrive(call.world, container, intake)
    else:
        containers.save(call.world, container)
    return JSONResponse(UPLOADED)
