"""The record types this server knows, as data, and the keys they ask for.

Limits are those of the lexicons of 2026: images up to 2,000,000 bytes, four in `images` and up to twenty in `gallery`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from .schema import Mismatch, Rule, array, blob, cid, instant, integer, mapping, string, union
from .tid import is_tid

POST = "app.bsky.feed.post"
# Records beside a post, with its key, that say who may answer and quote it.
GATES = {"threadgate": "app.bsky.feed.threadgate", "postgate": "app.bsky.feed.postgate"}

_strong_ref = mapping({"uri": string(known="AT-URI"), "cid": cid})
_aspect_ratio = mapping({"width": integer(minimum=1), "height": integer(minimum=1)})
_picture = blob(accept=["image/*"], max_bytes=2_000_000)

_images = mapping(
    {"images": array(mapping({"image": _picture, "alt": string()}, {"aspectRatio": _aspect_ratio}), maximum=4)}
)
_gallery_image = mapping({"image": _picture, "alt": string(), "aspectRatio": _aspect_ratio})
_gallery = mapping({"items": array(union({"app.bsky.embed.gallery#image": _gallery_image}), maximum=20)})
_caption = mapping(
    {"lang": string(known="language"), "file": blob(accept=["text/vtt"], max_bytes=20_000)},
)
_video = mapping(
    {"video": blob(accept=["video/mp4"], max_bytes=300_000_000)},
    {
        "alt": string(),
        "aspectRatio": _aspect_ratio,
        "captions": array(_caption, maximum=20),
        "presentation": string(),
    },
)
_card = mapping(
    {"uri": string(known="uri"), "title": string(), "description": string()},
    {"thumb": blob(accept=["image/*"], max_bytes=1_000_000)},
)
_external = mapping({"external": _card})
_quote = mapping({"record": _strong_ref})
_media = {
    "app.bsky.embed.images": _images,
    "app.bsky.embed.gallery": _gallery,
    "app.bsky.embed.video": _video,
    "app.bsky.embed.external": _external,
}
_embed = union(
    {
        **_media,
        "app.bsky.embed.record": _quote,
        "app.bsky.embed.recordWithMedia": mapping({"record": _quote, "media": union(_media)}),
    }
)
_tag = string(max_graphemes=64, max_bytes=640)
_facet = mapping(
    {
        # Offsets beyond the text are accepted, as on the real server; apps ignore such a facet.
        "index": mapping({"byteStart": integer(minimum=0), "byteEnd": integer(minimum=0)}),
        "features": array(
            union(
                {
                    "app.bsky.richtext.facet#link": mapping({"uri": string(known="uri")}),
                    "app.bsky.richtext.facet#mention": mapping({"did": string(known="did")}),
                    "app.bsky.richtext.facet#tag": mapping({"tag": _tag}),
                }
            )
        ),
    }
)
_self_labels = mapping({"values": array(mapping({"val": string(max_bytes=128)}), maximum=10)})

_post = mapping(
    {"text": string(max_graphemes=300, max_bytes=3000), "createdAt": instant},
    {
        "facets": array(_facet),
        "reply": mapping({"root": _strong_ref, "parent": _strong_ref}),
        "embed": _embed,
        "langs": array(string(known="language"), maximum=3),
        "tags": array(_tag, maximum=8),
        "labels": union({"com.atproto.label.defs#selfLabels": _self_labels}),
    },
)
_threadgate = mapping(
    {"post": string(known="AT-URI"), "createdAt": instant},
    {
        "allow": array(
            union({"app.bsky.feed.threadgate#listRule": mapping({"list": string(known="AT-URI")})}), maximum=5
        )
    },
)
_postgate = mapping(
    {"post": string(known="AT-URI"), "createdAt": instant}, {"embeddingRules": array(union({}), maximum=5)}
)

RECORDS: Mapping[str, Rule] = {
    POST: _post,
    GATES["threadgate"]: _threadgate,
    GATES["postgate"]: _postgate,
}


class InvalidRecord(ValueError):
    """The record, or its key, breaks the schema of its collection."""


def check_record(collection: str, rkey: str, record: Mapping[str, Any]) -> str:
    """Say `valid` or, for a collection nobody here knows, `unknown`; InvalidRecord carries the server's sentence."""
    rule = RECORDS.get(collection)
    if rule is None:
        return "unknown"
    if not is_tid(rkey):
        problem = Mismatch(f'Invalid TID string (got "{rkey}")', "$")
        raise InvalidRecord(f"Invalid record key for {collection}: {problem}")
    try:
        rule(record, "$.record")
    except Mismatch as mismatch:
        raise InvalidRecord(f"Invalid {collection} record: {mismatch}") from mismatch
    return "valid"


def blob_refs(value: object) -> Iterator[Mapping[str, Any]]:
    """Every blob reference anywhere inside a record."""
    if isinstance(value, Mapping):
        if value.get("$type") == "blob" and isinstance(value.get("ref"), Mapping) and "$link" in value["ref"]:
            yield value
        else:
            for item in value.values():
                yield from blob_refs(item)
    elif isinstance(value, list):
        for item in value:
            yield from blob_refs(item)
