"""What a post can show: an article, one image, several, a video, a document, a poll. Exactly one of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from apps.sandbox.core.world import World
from apps.sandbox.linkedin import assets, urns
from apps.sandbox.linkedin.errors import invalid, missing, refused, too_long, unpermitted

MAX_ALT, MAX_ARTICLE_TITLE, MAX_ARTICLE_DESCRIPTION = 4086, 400, 4086
FEWEST_IMAGES, MOST_IMAGES = 2, 20
MAX_QUESTION, MAX_OPTION, FEWEST_OPTIONS, MOST_OPTIONS = 140, 30, 2, 4
DURATIONS = ("ONE_DAY", "THREE_DAYS", "SEVEN_DAYS", "FOURTEEN_DAYS")
NOT_THERE = {"image": "INVALID_IMAGE_ID", "video": "INVALID_VIDEO_ID", "document": "INVALID_URN_ID"}


@dataclass(slots=True)
class Content:
    """`media` are pairs of an asset's URN and its alternative text; `urn_kind` is what the post's URN will be."""

    urn_kind: str = "share"
    media: list[tuple[str, str]] = field(default_factory=list)


def check(world: World, author: str, content: Any) -> Content:
    """Refuse whatever this author cannot show."""
    kind, inner = _only_member(content)
    match kind:
        case "article":
            return _article(world, author, inner)
        case "media":
            return _media(world, author, inner)
        case "multiImage":
            return _multi_image(world, author, inner)
        case "poll":
            return _poll(inner)
        case "carousel":
            raise invalid("ILLEGAL_ARGUMENT", "content/carousel", "A carousel can only be sponsored")
    raise unpermitted("REQUEST_BODY", f"content/{kind}")


def _only_member(content: Any) -> tuple[str, dict[str, Any]]:
    if not isinstance(content, dict) or len(content) != 1:
        words = "ERROR :: /content :: a union has exactly one member"
        raise invalid("ILLEGAL_ARGUMENT", "content", words, status=422)
    ((kind, inner),) = content.items()
    if not isinstance(inner, dict):
        raise invalid("ILLEGAL_ARGUMENT", f"content/{kind}", f"ERROR :: /content/{kind} :: is no record", status=422)
    return kind, inner


def _article(world: World, author: str, article: dict[str, Any]) -> Content:
    """Nothing is fetched from the address: title and picture are what the caller says."""
    path = "content/article"
    only(article, path, "source", "title", "description", "thumbnail", "thumbnailAltText")
    source = text(article, path, "source")
    if not source.startswith(("https://", "http://")) or " " in source:
        raise invalid("INVALID_URL", f"{path}/source", f"{source} is no web address")
    text(article, path, "title", most=MAX_ARTICLE_TITLE)
    text(article, path, "description", most=MAX_ARTICLE_DESCRIPTION, optional=True)
    if "thumbnail" not in article:
        return Content()
    thumbnail = urns.checked(article["thumbnail"], f"{path}/thumbnail", "image")
    alt = text(article, path, "thumbnailAltText", most=MAX_ALT, optional=True)
    return Content(media=[(available(world, author, thumbnail, f"{path}/thumbnail"), alt)])


def _media(world: World, author: str, media: dict[str, Any]) -> Content:
    path = "content/media"
    only(media, path, "id", "altText", "title")
    if "id" not in media:
        raise missing(f"{path}/id")
    urn = urns.checked(media["id"], f"{path}/id", "image", "video", "document")
    kind = urns.kind_of(urn)
    text(media, path, "title", optional=kind != "document")
    alt = text(media, path, "altText", most=MAX_ALT, optional=True)
    available(world, author, urn, f"{path}/id")
    return Content("ugcPost" if kind == "video" else "share", [(urn, alt)])


def _multi_image(world: World, author: str, several: dict[str, Any]) -> Content:
    path = "content/multiImage"
    only(several, path, "images")
    images = several.get("images")
    if not isinstance(images, list) or not all(isinstance(one, dict) for one in images):
        raise missing(f"{path}/images")
    if not FEWEST_IMAGES <= len(images) <= MOST_IMAGES:
        words = f"/{path}/images :: has {FEWEST_IMAGES} to {MOST_IMAGES} images"
        raise invalid("INVALID_VALUE_FOR_FIELD", f"{path}/images", words)
    media = []
    for place, one in enumerate(images):
        inner = f"{path}/images/{place}"
        only(one, inner, "id", "altText")
        if "id" not in one:
            raise missing(f"{inner}/id")
        urn = urns.checked(one["id"], f"{inner}/id", "image")
        alt = text(one, inner, "altText", most=MAX_ALT, optional=True)
        media.append((available(world, author, urn, f"{inner}/id"), alt))
    return Content(media=media)


def _poll(poll: dict[str, Any]) -> Content:
    path = "content/poll"
    only(poll, path, "question", "options", "settings")
    text(poll, path, "question", most=MAX_QUESTION)
    options = poll.get("options")
    if not isinstance(options, list) or not all(isinstance(one, dict) for one in options):
        raise missing(f"{path}/options")
    if not FEWEST_OPTIONS <= len(options) <= MOST_OPTIONS:
        words = f"/{path}/options :: has {FEWEST_OPTIONS} to {MOST_OPTIONS} options"
        raise invalid("INVALID_VALUE_FOR_FIELD", f"{path}/options", words)
    for place, one in enumerate(options):
        only(one, f"{path}/options/{place}", "text")
        text(one, f"{path}/options/{place}", "text", most=MAX_OPTION)
    settings = poll.get("settings")
    if not isinstance(settings, dict):
        raise missing(f"{path}/settings")
    only(settings, f"{path}/settings", "duration", "voteSelectionType", "isVoterVisibleToAuthor")
    one_of(settings, f"{path}/settings", "duration", DURATIONS)
    one_of(settings, f"{path}/settings", "voteSelectionType", ("SINGLE_VOTE", "MULTIPLE_VOTE"), optional=True)
    return Content("ugcPost")


def available(world: World, author: str, urn: str, path: str) -> str:
    """The URN of an asset that this author has uploaded and that has been processed."""
    asset = assets.load(world, urn)
    kind = urns.kind_of(urn)
    if asset is None:
        raise invalid(NOT_THERE[kind], path, f"/{path} :: {urn} does not exist")
    if asset.owner != author:
        raise refused(403, "ACCESS_DENIED", f"Accessing this {kind} resource is forbidden", 100)
    match asset.status(world.now()):
        case "WAITING_UPLOAD":
            raise refused(400, "MEDIA_ASSET_WAITING_UPLOAD", "Media asset is waiting upload")
        case "PROCESSING":
            raise refused(400, "MEDIA_ASSET_WAITING_UPLOAD", "Media asset is still processing")
        case "PROCESSING_FAILED":
            raise refused(400, "MEDIA_ASSET_PROCESSING_FAILED", "Media asset processing has failed")
    return urn


# Fields


def only(record: dict[str, Any], path: str, *known: str) -> None:
    if unknown := sorted(set(record) - set(known)):
        raise unpermitted("REQUEST_BODY", f"{path}/{unknown[0]}" if path else unknown[0])


def text(record: dict[str, Any], path: str, name: str, *, most: int = 0, optional: bool = False) -> str:
    """A text that is there and not blank, unless it is `optional`."""
    where = f"{path}/{name}" if path else name
    if name not in record:
        if optional:
            return ""
        raise missing(where)
    value = record[name]
    if not isinstance(value, str):
        raise invalid("INVALID_VALUE_FOR_FIELD", where, f"/{where} :: is no text", status=422)
    if not optional and not value.strip():
        raise invalid("INVALID_VALUE_BLANK_FIELD", where, f"/{where} :: is blank")
    if most and len(value) > most:
        raise too_long(where, most)
    return value


def one_of(record: dict[str, Any], path: str, name: str, values: tuple[str, ...], *, optional: bool = False) -> str:
    where = f"{path}/{name}" if path else name
    if name not in record:
        if optional:
            return ""
        raise missing(where)
    if record[name] not in values:
        words = f"/{where} :: {record[name]!r} is none of {', '.join(values)}"
        raise invalid("INVALID_VALUE_FOR_FIELD", where, words)
    return str(record[name])
