"""What is said about media after their upload: the alternative text of pictures, and subtitles of films."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Medium
from apps.sandbox.x import billing, errors, media, schema
from apps.sandbox.x.access import UPLOAD, caller
from apps.sandbox.x.schema import ID, one_of, record, text

MOST_ALT = 1000
METADATA = record(
    required=("id", "metadata"),
    id=text(pattern=ID),
    metadata=record(
        required=("alt_text",), alt_text=record(required=("text",), text=text(shortest=1, longest=MOST_ALT))
    ),
)
SUBTITLES = record(
    required=("id", "media_category", "subtitles"),
    id=text(pattern=ID),
    media_category=one_of("TweetVideo", "AmplifyVideo"),
    subtitles=record(
        required=("id", "language_code", "display_name"),
        id=text(pattern=ID),
        language_code=text(pattern=r"[A-Z]{2}"),
        display_name=text(shortest=1, longest=100),
    ),
)


async def describe(call: Call) -> Response:
    """POST /2/media/metadata: before the post; `video_alt_text` lets films have one too."""
    account = caller(call, UPLOAD)
    body = schema.read(call, METADATA)
    medium = media.own(call, account, body["id"])
    if media.kind_of(medium) not in {"image", "gif"} and not call.world.setting("x", "video_alt_text"):
        raise errors.invalid(call, "id", medium.id, "Alternative text is for images and GIFs")
    billing.charge(call, billing.METADATA)
    medium.alt = body["metadata"]["alt_text"]["text"]
    call.world.store.media.save(medium)
    return JSONResponse({"data": {"id": medium.id, "associated_metadata": body["metadata"]}})


async def subtitle(call: Call) -> Response:
    """POST /2/media/subtitles: a file of the category `subtitles` becomes one language of a film. Named again, it takes
    the place of the one before: the documentation is silent, and a film has each language once."""
    account = caller(call, UPLOAD)
    body = schema.read(call, SUBTITLES)
    film, words = media.own(call, account, body["id"]), media.own(call, account, body["subtitles"]["id"])
    if media.kind_of(film) != "video":
        raise errors.invalid(call, "id", film.id, "Subtitles are for videos")
    if media.kind_of(words) != "subtitles":
        raise errors.invalid(call, "subtitles.id", words.id, "The media has not the category subtitles")
    shown_words = _shown_to_people(call, words, body["subtitles"])
    code = body["subtitles"]["language_code"]
    film.data["subtitles"] = [*_others(film, "subtitles", "language_code", code), body["subtitles"]]
    film.data["captions"] = [*_others(film, "captions", "language", shown_words["language"]), shown_words]
    call.world.store.media.save(film)
    shown = {"id": film.id, "media_category": body["media_category"], "associated_subtitles": film.data["subtitles"]}
    return JSONResponse({"data": shown})


def _others(film: Medium, kept: str, name: str, code: str) -> list[dict[str, str]]:
    return [one for one in film.data.get(kept, []) if one[name] != code]


def _shown_to_people(call: Call, words: Medium, told: dict[str, str]) -> dict[str, str]:
    content = call.world.store.blobs.get(words.digest) or b""
    return {
        "language": told["language_code"].lower(),
        "name": told["display_name"],
        "text": content.decode("utf-8", "replace"),
    }
