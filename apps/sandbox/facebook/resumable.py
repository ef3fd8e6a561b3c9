"""The Resumable Upload API: a session of a person's token, raw bytes, and a handle for the call that uses the file."""

from __future__ import annotations

import secrets
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call, HangUp
from apps.sandbox.core.uploads import Intake, TooMuch
from apps.sandbox.facebook.access import valid_token
from apps.sandbox.facebook.errors import bad_parameter, no_object
from apps.sandbox.facebook.people import NAME
from apps.sandbox.meta.graph import graph_error

TYPES = {"application/pdf", "image/jpeg", "image/jpg", "image/png", "video/mp4"}


async def create(call: Call) -> Response:
    """POST /{app-id}/uploads"""
    token = valid_token(call)
    if token.kind == "page":
        raise bad_parameter("A user access token is required to upload")
    if call.part("id") != call.world.setting(NAME, "app_id"):
        raise no_object(call.part("id"), call.method)
    length, kind = call.fields.text("file_length"), call.fields.text("file_type")
    if not length.isdigit() or int(length) < 1:
        raise bad_parameter("Param file_length must be an integer greater than 0")
    if kind not in TYPES:
        raise bad_parameter(f"Param file_type must be one of {sorted(TYPES)}")
    session = secrets.token_urlsafe(24)
    _save(call, session, int(length), token.data["user_id"], Intake())
    return JSONResponse({"id": f"upload:{session}"})


async def receive(call: Call) -> Response:
    """POST /upload:{session}: bytes from `file_offset` on. What came before the connection broke has come."""
    data = _session(call)
    intake = Intake.load(data["intake"])
    offset = call.request.headers.get("file_offset", "")
    if offset != str(intake.size):
        raise bad_parameter(f"The file offset must be {intake.size}")
    try:
        await intake.take(call.request.stream(), limit=data["length"] - intake.size)
    except TooMuch:
        raise bad_parameter("There are more bytes than file_length announced") from None
    except ClientDisconnect:
        return HangUp()
    finally:
        _save(call, call.part("session"), data["length"], data["user"], intake)
    if intake.size < data["length"]:
        raise bad_parameter(f"The upload is not complete: continue from {intake.size}")
    handle = secrets.token_urlsafe(48)
    call.world.box(NAME, "handle").put(handle, intake.dump())
    return JSONResponse({"h": handle})


async def look(call: Call) -> Response:
    """GET /upload:{session}"""
    size = _session(call)["intake"]["size"]
    return JSONResponse({"id": f"upload:{call.part('session')}", "file_offset": size})


def need_oauth_scheme(call: Call) -> None:
    """Here the word before the token is OAuth, and no other will do."""
    if not call.bearer("oauth"):
        raise graph_error(190, "The authorization header must be: OAuth <token>", status=401)


def _session(call: Call) -> dict[str, Any]:
    need_oauth_scheme(call)
    token = valid_token(call)
    data = call.world.box(NAME, "upload").get(call.part("session"))
    if data is None or data["user"] != token.data["user_id"]:
        raise no_object(f"upload:{call.part('session')}", call.method)
    return data


def _save(call: Call, session: str, length: int, user: str, intake: Intake) -> None:
    data = {"length": length, "user": user, "intake": intake.dump()}
    call.world.box(NAME, "upload").put(session, data, owner=user)
