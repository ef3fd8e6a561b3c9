"""WebSub: the hub tells whoever has subscribed to a channel's feed that a video is there, or is called otherwise.

Private videos are not told. Whether deletions are is uncertain (`pushes_deletions`). The setting `webhook_url` is told
too, without a subscription, signed with `webhook_secret`. Each push goes out once.
"""

from __future__ import annotations

import hashlib
import hmac
from html import escape

from apps.sandbox.core import hooks
from apps.sandbox.core.rows import Account, Post
from apps.sandbox.core.world import World
from apps.sandbox.youtube import clips
from apps.sandbox.youtube.clips import Clip
from apps.sandbox.youtube.paging import timestamp

HUB = "https://pubsubhubbub.appspot.com/"
NAMESPACES = 'xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns="http://www.w3.org/2005/Atom"'
TOPIC = "https://www.youtube.com/xml/feeds/videos.xml?channel_id="


def tell(world: World, clip: Clip) -> None:
    account = world.account("youtube", clip.post.account_id)
    if account:
        _push(world, account, feed(world, account, [clip]))


def tell_deleted(world: World, clip: Clip) -> None:
    account = world.account("youtube", clip.post.account_id)
    if account and world.setting("youtube", "pushes_deletions"):
        at = timestamp(world.now())
        entry = (
            f'<at:deleted-entry ref="yt:video:{clip.id}" when="{at}"><link href="{watch_url(clip)}"/>'
            f"<at:by><name>{escape(account.name)}</name><uri>{_channel_url(account)}</uri></at:by></at:deleted-entry>"
        )
        tombstone = f'<feed xmlns:at="http://purl.org/atompub/tombstones/1.0" xmlns="http://www.w3.org/2005/Atom">{entry}</feed>'
        _push(world, account, tombstone.encode())


def remove_post(world: World, post: Post) -> None:
    """The channel deletes a video, or its author a comment, of which nobody is told."""
    world.delete_post(post)
    if post.kind == "post" and (clip := clips.of(post)).is_public:
        tell_deleted(world, clip)


def _push(world: World, account: Account, body: bytes) -> None:
    subscriptions = world.box("youtube", "subscription").all(owner=account.id)
    listeners = [(thing.data["callback"], thing.data["secret"]) for thing in subscriptions]
    if url := str(world.setting("youtube", "webhook_url")):
        listeners.append((url, str(world.setting("youtube", "webhook_secret"))))
    for callback, secret in listeners:
        headers = {
            "Content-Type": "application/atom+xml",
            "Link": f"<{TOPIC}{account.id}>; rel=self, <{HUB}>; rel=hub",
        }
        if secret:
            headers["X-Hub-Signature"] = signature(body, secret)
        hooks.deliver(world, "youtube", callback, body, headers)


def signature(body: bytes, secret: str) -> str:
    return f"sha1={hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()}"


def feed(world: World, account: Account, clips: list[Clip]) -> bytes:
    """The channel's Atom feed with these videos."""
    entries = "".join(_entry(world, account, clip) for clip in clips)
    updated = timestamp(world.now())
    head = (
        f'<link rel="hub" href="{HUB}"/><link rel="self" href="{TOPIC}{account.id}"/>'
        f"<title>YouTube video feed</title><updated>{updated}</updated>"
    )
    return f"<?xml version='1.0' encoding='UTF-8'?>\n<feed {NAMESPACES}>{head}{entries}</feed>".encode()


def _entry(world: World, account: Account, clip: Clip) -> str:
    published = timestamp(clip.published_at or clip.post.created_at)
    return (
        f"<entry><id>yt:video:{clip.id}</id><yt:videoId>{clip.id}</yt:videoId>"
        f"<yt:channelId>{account.id}</yt:channelId><title>{escape(clip.snippet['title'])}</title>"
        f'<link rel="alternate" href="{watch_url(clip)}"/>'
        f"<author><name>{escape(account.name)}</name><uri>{_channel_url(account)}</uri></author>"
        f"<published>{published}</published><updated>{timestamp(world.now())}</updated></entry>"
    )


def watch_url(clip: Clip) -> str:
    return f"https://www.youtube.com/watch?v={clip.id}"


def _channel_url(account: Account) -> str:
    return f"https://www.youtube.com/channel/{account.id}"
