"""Chunks on their way in: PUT to the `upload_url`, one after the other, for an hour.

A chunk counts when all of it has come. Every answer says in `Content-Range` how much is stored; the documentation
writes `bytes 0-{UPLOADED}/{TOTAL}`, and whether UPLOADED is the number of bytes or the last one's place is a setting:
`range_names_last_byte`. The last chunk is answered with `finished_status`.
"""

from __future__ import annotations

import re

from starlette.requests import ClientDisconnect
from starlette.responses import Response

from apps.sandbox.core.calls import Call, Refusal
from apps.sandbox.core.uploads import Intake, TooMuch
from apps.sandbox.tiktok import errors, judging, publishes
from apps.sandbox.tiktok.names import NAME
from apps.sandbox.tiktok.plans import Plan
from apps.sandbox.tiktok.publishes import Publish

TYPES = {"video/mp4", "video/quicktime", "video/webm"}
RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15})")


def operation_of_put(call: Call) -> str:
    """With its last byte a video goes its way to the public, or into the inbox."""
    found = RANGE.fullmatch(call.request.headers.get("content-range", ""))
    return "commit" if found and int(found[2]) + 1 == int(found[3]) else "stage"


async def put(call: Call) -> Response:
    """PUT /video/?upload_id=&upload_token="""
    try:
        publish = _expected(call)
        first, length = _announced(call, publish)
    except Refusal:
        await _read_away(call)
        raise
    intake = Intake.load(publish.intake) if publish.intake else Intake()
    before = intake.received
    taken = await _take(call, intake, length)
    # While the bytes came, another request may have brought the same ones.
    publish = _expected(call)
    publish.intake["received"] = publish.intake.get("received", 0) + intake.received - before
    if taken != length or publish.stored != first:
        publishes.save(call.world, publish)
        raise _refused(call, publish, 416 if publish.stored != first else 400)
    publish.intake = intake.dump() | {"received": publish.intake["received"]}
    if publish.stored < publish.size:
        publishes.save(call.world, publish)
        return _answer(call, publish, 206)
    _finish(call, publish, Intake.load(publish.intake))
    return _answer(call, publish, int(call.world.setting(NAME, "finished_status")))


def _expected(call: Call) -> Publish:
    """The publish that waits for these bytes."""
    begun = call.world.box(NAME, "upload").get(call.fields.text("upload_id"))
    publish = publishes.load(call.world, begun["publish"]) if begun else None
    if publish is None or begun is None or begun["secret"] != call.fields.text("upload_token"):
        raise Refusal(errors.envelope(call, {}, "upload_not_found", "There is no such upload.", status=404))
    if publish.has_expired(call.world.now()):
        raise _refused(call, publish, 403)
    publish.intake = publish.intake or Intake().dump()
    return publish


def _announced(call: Call, publish: Publish) -> tuple[int, int]:
    """First byte and length of this chunk, which is the next one of the plan."""
    headers = call.request.headers
    found = RANGE.fullmatch(headers.get("content-range", ""))
    if found is None or headers.get("content-type", "") not in TYPES:
        raise _refused(call, publish, 400)
    first, last, total = (int(number) for number in found.groups())
    if total != publish.size or headers.get("content-length", "") != str(last - first + 1):
        raise _refused(call, publish, 400)
    if first != publish.stored or not publish.is_under_way:
        raise _refused(call, publish, 416)
    length = Plan(publish.size, publish.chunk_size, publish.chunks).length_at(first)
    if last - first + 1 != length:
        raise _refused(call, publish, 400)
    return first, length


async def _take(call: Call, intake: Intake, length: int) -> int:
    """How much came; less than announced when the connection broke."""
    try:
        return await intake.take(call.request.stream(), limit=length)
    except (ClientDisconnect, TooMuch):
        return 0


async def _read_away(call: Call) -> None:
    """Let the client finish its sentence: it would miss the answer otherwise."""
    try:
        async for _ in call.request.stream():
            pass
    except ClientDisconnect:
        return


def _finish(call: Call, publish: Publish, intake: Intake) -> None:
    publishes.strike(call, publish)
    medium, problem = judging.judge_video(call.world, publish, intake)
    publishes.arrived(call.world, publish, [medium], problem)


def _answer(call: Call, publish: Publish, status: int) -> Response:
    stored = publish.stored
    if call.world.setting(NAME, "range_names_last_byte"):
        stored = max(0, stored - 1)
    return Response(status_code=status, headers={"Content-Range": f"bytes 0-{stored}/{publish.size}"})


def _refused(call: Call, publish: Publish, status: int) -> Refusal:
    return Refusal(_answer(call, publish, status))
