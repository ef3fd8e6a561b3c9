"""How a post record becomes public: what the sandbox's feed pages and its control API show of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from apps.sandbox.core import images
from apps.sandbox.core.rows import Account, Medium, Post

from .identity import NAME, post_id

if TYPE_CHECKING:
    from apps.sandbox.core.world import World

Blobs = Mapping[str, Mapping[str, Any] | None]


def show(world: World, account: Account, rkey: str, cid: str, record: Mapping[str, Any], blobs: Blobs) -> Post:
    """Publish a new post; `blobs` are the files its record refers to, by content id."""
    parent = _parent(world, record)
    post = Post(
        platform=NAME,
        id=post_id(account.id, rkey),
        account_id=account.id,
        text=record["text"],
        created_at=world.now(),
        kind="reply" if "reply" in record else "post",
        parent_id=parent.id if parent else "",
        data={
            "uri": f"at://{account.id}/app.bsky.feed.post/{rkey}",
            "cid": cid,
            "links": list(links(record)),
            "card": _embedded(record, "app.bsky.embed.external").get("external"),
            "langs": record.get("langs", []),
            "tags": record.get("tags", []),
            "labels": [one["val"] for one in record.get("labels", {}).get("values", ())],
            "quote": _quoted(record),
            "presentation": _embedded(record, "app.bsky.embed.video").get("presentation", ""),
        },
    )
    # A record deleted and written anew under its key is a new post, without the old one's replies and counts.
    world.store.posts.delete(NAME, post.id)
    return world.publish(post, list(_media(world, post, record, blobs)))


def hide(world: World, account: Account, rkey: str) -> None:
    """Take a post out of the feeds."""
    if post := world.post(NAME, post_id(account.id, rkey)):
        world.delete_post(post)


def gate(world: World, account: Account, rkey: str, gates: Mapping[str, Mapping[str, Any] | None]) -> None:
    """Show with a post who may answer and quote it, as far as anything says so."""
    if post := world.post(NAME, post_id(account.id, rkey)):
        post.data |= gates
        world.store.posts.save(post)


def links(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The links, mentions and tags of a text as character offsets; a facet outside the text is ignored, as apps do."""
    raw = record["text"].encode()
    for facet in record.get("facets", ()):
        start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
        target = next(filter(None, map(_target, facet["features"])), "")
        if target and start < end <= len(raw):
            before, inside = raw[:start].decode(errors="ignore"), raw[start:end].decode(errors="ignore")
            yield {"start": len(before), "end": len(before) + len(inside), "text": inside, "uri": target}


def _target(feature: Mapping[str, Any]) -> str:
    match feature.get("$type"):
        case "app.bsky.richtext.facet#link":
            return str(feature["uri"])
        case "app.bsky.richtext.facet#mention":
            return f"https://bsky.app/profile/{feature['did']}"
        case "app.bsky.richtext.facet#tag":
            return f"https://bsky.app/hashtag/{feature['tag']}"
    return ""


def _parent(world: World, record: Mapping[str, Any]) -> Post | None:
    """The post that is replied to, if it is one of the sandbox's."""
    if "reply" not in record:
        return None
    did, _, path = record["reply"]["parent"]["uri"].removeprefix("at://").partition("/")
    return world.post(NAME, post_id(did, path.rpartition("/")[2]))


def _embedded(record: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    """The embed of this type, also beside a quote."""
    embed = record.get("embed") or {}
    if embed.get("$type") == "app.bsky.embed.recordWithMedia":
        embed = embed["media"]
    return embed if embed.get("$type") == kind else {}


def _quoted(record: Mapping[str, Any]) -> str:
    """The post that this one quotes, "" if it quotes none."""
    embed = record.get("embed") or {}
    match embed.get("$type"):
        case "app.bsky.embed.record":
            return str(embed["record"]["uri"])
        case "app.bsky.embed.recordWithMedia":
            return str(embed["record"]["record"]["uri"])
    return ""


def _media(world: World, post: Post, record: Mapping[str, Any], blobs: Blobs) -> Iterator[Medium]:
    pictures = [
        *_embedded(record, "app.bsky.embed.images").get("images", ()),
        *_embedded(record, "app.bsky.embed.gallery").get("items", ()),
    ]
    shown = [(item["image"], item.get("alt", "")) for item in pictures if "image" in item]
    video = _embedded(record, "app.bsky.embed.video")
    if video:
        shown.append((video["video"], video.get("alt", "")))
    for position, (ref, alt) in enumerate(shown):
        blob = blobs.get(ref["ref"]["$link"])
        if blob is not None:
            medium = _medium(world, post, position, blob, alt)
            if video.get("captions"):
                medium.data["captions"] = [_caption(world, one, blobs) for one in video["captions"]]
            yield medium


def _caption(world: World, told: Mapping[str, Any], blobs: Blobs) -> dict[str, str]:
    blob = blobs.get(told["file"]["ref"]["$link"]) or {}
    content = world.store.blobs.get(str(blob.get("digest", ""))) or b""
    return {"language": told["lang"], "name": "", "text": content.decode("utf-8", "replace")}


def _medium(world: World, post: Post, position: int, blob: Mapping[str, Any], alt: str) -> Medium:
    size = images.probe(world.store.blobs.get(blob["digest"]) or b"")
    return Medium(
        platform=NAME,
        id=f"{post.id}/{position}",
        account_id=post.account_id,
        mime=blob["mime"],
        size=blob["size"],
        digest=blob["digest"],
        created_at=post.created_at,
        width=size.width if size else 0,
        height=size.height if size else 0,
        alt=alt,
        position=position,
        ready_at=post.created_at,
        data=dict(blob.get("film", {})),
    )
