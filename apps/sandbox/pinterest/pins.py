"""Pins: created, saved from somebody else's, changed, deleted. There is no duplicate filter: sent twice is there twice.

Where Pinterest's documentation is silent: a trial application may not save pins either; a pin that moves to another
board without naming a section leaves its section; `carousel_slots` has as many entries as the carousel has pictures.
"""

from __future__ import annotations

import unicodedata
from typing import Any
from urllib.parse import urlsplit

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.rows import Medium, Post
from apps.sandbox.pinterest import boards, errors, schema, sources
from apps.sandbox.pinterest.boards import SECRET, Board
from apps.sandbox.pinterest.gate import PINTEREST, PRODUCTION, SANDBOX, Visit
from apps.sandbox.pinterest.reading import own, reachable
from apps.sandbox.pinterest.shown import describe

TITLE, ALT, NOTE = 100, 500, 1000
WORDS = {"title", "description", "link", "alt_text", "board_id", "board_section_id"}
# A private note is in other clients' documentation; Pinterest's own does not have it.
CREATES = WORDS | {"dominant_color", "media_source", "parent_pin_id", "sponsor_id", "note"}
EDITS = WORDS | {"carousel_slots", "note"}


async def create(visit: Visit) -> Response:
    """POST /v5/pins"""
    _refuse_trial(visit)
    body = visit.body()
    schema.only(visit, body, CREATES)
    data = _words(visit, body)
    data["dominant_color"] = schema.text(body, "dominant_color", pattern="#[0-9A-Fa-f]{6}") or "#6E7874"
    data["parent_pin_id"] = schema.digits(body, "parent_pin_id")
    schema.digits(body, "sponsor_id")
    board = _board(visit, body)
    data["board_section_id"] = schema.digits(body, "board_section_id")
    source = await sources.read(visit, body)
    pin = _publish(visit, board, data | source.data | {"creative_type": source.creative_type}, source.media)
    return visit.created(describe(visit, pin))


async def save(visit: Visit) -> Response:
    """POST /v5/pins/{id}/save: another pin with the same pictures, on one's own board."""
    _refuse_trial(visit)
    found, body = reachable(visit, visit.part()), visit.body()
    schema.only(visit, body, {"board_id", "board_section_id"})
    board = _board(visit, body)
    section = schema.digits(body, "board_section_id")
    data = found.data | {"board_section_id": section, "parent_pin_id": found.id, "note": None}
    media = [_copy(visit, medium) for medium in visit.world.media_of(found)]
    return visit.created(describe(visit, _publish(visit, board, data, media)))


def _copy(visit: Visit, medium: Medium) -> Medium:
    return Medium(
        PINTEREST, str(visit.world.number()), visit.account.id, medium.mime, medium.size, medium.digest,
        visit.world.now(), medium.width, medium.height, medium.alt, data=medium.data,
    )  # fmt: skip


def _refuse_trial(visit: Visit) -> None:
    is_trial = visit.setting("access") == "trial" and visit.environment == PRODUCTION
    if is_trial and visit.setting("trial_pins") == "refused":
        raise errors.denied(errors.TRIAL_WORDS)


def _words(visit: Visit, body: dict[str, Any]) -> dict[str, Any]:
    """The fields of this body that a person reads or follows."""
    limits = {"title": TITLE, "description": int(visit.setting("max_description")), "alt_text": ALT, "note": NOTE}
    words = {name: schema.text(body, name, most=most) for name, most in limits.items()}
    words["link"] = schema.link(visit, body)
    if visit.setting("normalises"):
        words = {name: _normal(value) if value else value for name, value in words.items()}
        words["link"] = _with_path(words["link"]) if words["link"] else words["link"]
    return words


def _normal(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _with_path(link: str) -> str:
    parts = urlsplit(link)
    return parts._replace(netloc=parts.netloc.lower(), path=parts.path or "/").geturl()


def _board(visit: Visit, body: dict[str, Any]) -> Board:
    """The board that the body names, with its section."""
    id = schema.required(schema.digits(body, "board_id"), "board_id")
    return boards.writable(visit, id, schema.digits(body, "board_section_id"))


def _publish(visit: Visit, board: Board, data: dict[str, Any], media: list[Medium]) -> Post:
    cover = data.get("index") or 0
    if media:
        media[cover].alt = data["alt_text"] or ""
    pin = Post(
        platform=PINTEREST,
        id=str(visit.world.number()),
        account_id=visit.account.id,
        text=_text(data),
        created_at=visit.world.now(),
        visibility=_visibility(visit, board),
        data=data | {"board_id": board.id, "environment": visit.environment},
    )
    return visit.world.publish(pin, media)


def _text(data: dict[str, Any]) -> str:
    return data["description"] or data["title"] or ""


def _visibility(visit: Visit, board: Board) -> str:
    if visit.environment == SANDBOX:
        return "sandbox"
    if visit.setting("access") == "trial":
        return "private"
    return "secret" if board.privacy == SECRET else "public"


async def edit(visit: Visit) -> Response:
    """PATCH /v5/pins/{id}: what is not named stays, and null empties it."""
    pin, body = own(visit, visit.part()), visit.body()
    schema.only(visit, body, EDITS)
    words = {name: value for name, value in _words(visit, body).items() if name in body}
    changes = words | _move(visit, pin, body)
    slots = _slots(visit, pin, body) if body.get("carousel_slots") is not None else []
    pin.data |= changes
    pin.text = _text(pin.data)
    with visit.world.store.transaction():
        visit.world.store.posts.save(pin)
        for medium, words_of_slot in slots:
            medium.data["slot"] = words_of_slot
            visit.world.store.media.save(medium)
        _change_alt(visit, pin)
    return JSONResponse(describe(visit, pin))


def _move(visit: Visit, pin: Post, body: dict[str, Any]) -> dict[str, Any]:
    """To another board, another section, or out of its section."""
    if not {"board_id", "board_section_id"} & set(body):
        return {}
    before = pin.data["board_id"]
    id, section = schema.digits(body, "board_id") or before, schema.digits(body, "board_section_id")
    if "board_section_id" not in body and id == before:
        section = pin.data["board_section_id"]
    board = boards.writable(visit, id, section)
    pin.visibility = _visibility(visit, board)
    return {"board_id": board.id, "board_section_id": section}


def _slots(visit: Visit, pin: Post, body: dict[str, Any]) -> list[tuple[Medium, dict[str, Any]]]:
    media = visit.world.media_of(pin)
    if pin.data["creative_type"] != "CAROUSEL":
        raise errors.invalid("only a carousel has carousel_slots")
    given = schema.records(body, "carousel_slots", fewest=len(media), most=len(media))
    for one in given:
        schema.only(visit, one, sources.WORDS)
    return [(medium, sources.slot(visit, one)) for medium, one in zip(media, given, strict=True)]


def _change_alt(visit: Visit, pin: Post) -> None:
    media = visit.world.media_of(pin)
    if media:
        cover = media[pin.data.get("index") or 0]
        cover.alt = pin.data["alt_text"] or ""
        visit.world.store.media.save(cover)


async def delete(visit: Visit) -> Response:
    """DELETE /v5/pins/{id}"""
    visit.world.delete_post(own(visit, visit.part()))
    return Response(status_code=204)
