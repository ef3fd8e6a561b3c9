"""The post record: the JSON that is signed into the account's repository, complete before the first attempt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from apps.platforms.adapters.bluesky import abilities, richtext
from apps.platforms.contract import Draft, MediaFile, RemotePost, Role
from apps.platforms.errors import Rejected
from apps.platforms.option_rules import lines

POST: Final = "app.bsky.feed.post"
MAX_IMAGES: Final = 4  # in `images`; more of them make a gallery
_EMBED: Final = "app.bsky.embed"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Parts:
    """What a record is made of beside its draft. `blobs` are the server's own answers for `draft.media`, in the same
    order, unchanged, and `captions` those for the captions of a video, by language; `card` is an `external`, `quoted` a
    strong reference."""

    blobs: Sequence[Mapping[str, Any]] = ()
    dids: Mapping[str, str] = field(default_factory=dict)
    card: Mapping[str, Any] | None = None
    quoted: Mapping[str, str] | None = None
    captions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, the form all clients write."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def post_record(draft: Draft, parts: Parts, *, created_at: datetime) -> Json:
    """The record of one part of a post."""
    record: Json = {"$type": POST, "text": draft.text, "createdAt": timestamp(created_at)}
    if facets := richtext.facets(draft.text, parts.dids):
        record["facets"] = facets
    if languages := _languages(draft):
        record["langs"] = languages
    if embed := _embed(draft, parts):
        record["embed"] = embed
    if draft.parent is not None:
        record["reply"] = {"root": _reference(draft.root or draft.parent), "parent": _reference(draft.parent)}
    if draft.role is Role.MAIN and (tags := _tags(draft)):
        record["tags"] = tags
    if labels := _labels(draft):
        values = [{"val": label} for label in labels]
        record["labels"] = {"$type": "com.atproto.label.defs#selfLabels", "values": values}
    return record


def is_film(file: MediaFile) -> bool:
    """Whether it goes out as a film: a GIF stands still as a picture."""
    return file.is_video or file.mime_type == abilities.GIF


def is_blob(value: object) -> bool:
    """Whether this is a file as servers describe it; nothing else may get into a record."""
    match value:
        case {"ref": {"$link": str()}, "mimeType": str(), "size": int()}:
            return True
    return False


def place_of(uri: str) -> tuple[str, str, str]:
    """Repository, collection and key of a record; "" for what its address does not name."""
    repo, _, path = uri.removeprefix("at://").partition("/")
    collection, _, rkey = path.partition("/")
    return repo, collection, rkey


# --- reading ----------------------------------------------------------------------------------------------------------


def kind_of(record: Mapping[str, Any]) -> str:
    """The embed of a record that was read, in one word: images, gallery, video, external, record; "text"."""
    embed = record.get("embed")
    name = str(embed.get("$type", "")) if isinstance(embed, Mapping) else ""
    return name.rpartition(".")[2] or "text"


def pictures_in(record: Mapping[str, Any]) -> Iterator[str]:
    """The content ids of the pictures in a record that was read, whatever else it holds."""
    embed = record.get("embed")
    media = embed.get("media", embed) if isinstance(embed, Mapping) else None
    if not isinstance(media, Mapping):
        return
    listed = media.get("images") or media.get("items")
    for one in listed if isinstance(listed, list) else ():
        image = one.get("image") if isinstance(one, Mapping) else None
        ref = image.get("ref") if isinstance(image, Mapping) else None
        link = ref.get("$link") if isinstance(ref, Mapping) else None
        if isinstance(link, str):
            yield link


# --- embeds -----------------------------------------------------------------------------------------------------------


def _embed(draft: Draft, parts: Parts) -> Json | None:
    media = _media(draft, parts)
    if parts.quoted is None:
        return media
    quote = {"$type": f"{_EMBED}.record", "record": parts.quoted}
    if media is None:
        return quote
    return {"$type": f"{_EMBED}.recordWithMedia", "record": quote, "media": media}


def _media(draft: Draft, parts: Parts) -> Json | None:
    """Files go before a link: with both, the link stays in the text."""
    if not draft.media:
        return {"$type": f"{_EMBED}.external", "external": parts.card} if parts.card else None
    if is_film(draft.media[0]):
        return _film(draft, parts)
    if len(draft.media) > MAX_IMAGES:
        items = [_gallery_image(i, *one) for i, one in enumerate(zip(draft.media, parts.blobs, strict=True))]
        return {"$type": f"{_EMBED}.gallery", "items": items}
    images = [_image(file, blob) for file, blob in zip(draft.media, parts.blobs, strict=True)]
    return {"$type": f"{_EMBED}.images", "images": images}


def _film(draft: Draft, parts: Parts) -> Json:
    file = draft.media[0]
    film: Json = {"$type": f"{_EMBED}.video", "video": parts.blobs[0], **_shape(file)}
    if file.alt:
        film["alt"] = file.alt
    if parts.captions:
        film["captions"] = [{"lang": language, "file": blob} for language, blob in parts.captions.items()]
    if file.mime_type == abilities.GIF or draft.options.get("loops"):
        film["presentation"] = "gif"
    return film


def _gallery_image(position: int, file: MediaFile, blob: Mapping[str, Any]) -> Json:
    image = _image(file, blob)
    if "aspectRatio" not in image:
        words = "Bluesky needs to know how wide and high each of more than four pictures is; upload this one again."
        raise Rejected(words, field=f"media.{position}")
    return {"$type": f"{_EMBED}.gallery#image", **image}


def _image(file: MediaFile, blob: Mapping[str, Any]) -> Json:
    return {"image": blob, "alt": file.alt, **_shape(file)}


def _shape(file: MediaFile) -> Json:
    if file.width > 0 and file.height > 0:
        return {"aspectRatio": {"width": file.width, "height": file.height}}
    return {}


# --- the rest ---------------------------------------------------------------------------------------------------------


def _languages(draft: Draft) -> list[str]:
    named = [draft.language, *lines(draft.options.get("languages", ""))]
    return list(dict.fromkeys(name for name in named if name))[: abilities.MAX_LANGUAGES]


def _tags(draft: Draft) -> list[str]:
    named = (line.lstrip("#") for line in lines(draft.options.get("tags", "")))
    return list(dict.fromkeys(name for name in named if name))[: abilities.MAX_TAGS]


def _labels(draft: Draft) -> list[str]:
    """What the account itself says of its post; readers' settings do the rest."""
    chosen = draft.options.get("label", "")
    hidden = "!no-unauthenticated" if draft.options.get("signed_in_only") else ""
    return [label for label in (chosen, hidden) if label]


def _reference(post: RemotePost) -> dict[str, str]:
    """A strong reference: address and content hash, without which the server takes no reply."""
    cid = post.facts.get("cid", "")
    if not cid:
        raise Rejected(
            "Bluesky needs the content hash of the post this one answers, and it is not known here; "
            "publish this part by hand.",
            field="parent",
        )
    return {"uri": post.remote_id, "cid": str(cid)}
