"""What YouTube tells on its own (WebSub): new videos and changed ones, from Google's hub.

https://developers.google.com/youtube/v3/guides/push_notifications. A subscription ends with its lease and has to be
renewed. The protocol has no token for the handshake, so that one stands in our own address: `?token=` with the token
that the operator entered. Deliveries are signed with the secret that the subscription named. They are hints: a new
video and a changed title look the same, and nothing tells of comments or figures. Of a lost consent Google tells by
itself: `apps.platforms.google.signals`.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from datetime import timedelta
from typing import ClassVar, Final
from xml.etree import ElementTree as Xml

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms.adapters.youtube import permits
from apps.platforms.adapters.youtube.line import Line
from apps.platforms.contract import OAuthClient
from apps.platforms.errors import NotSent
from apps.platforms.inbound import Entered, Forged, Incoming, Malformed, Notice, NoticeKind, Reply, is_signed

TOPIC: Final = "https://www.youtube.com/xml/feeds/videos.xml?channel_id="
TOPICS: Final = (TOPIC, "https://www.youtube.com/feeds/videos.xml?channel_id=")  # as it is, and as it was
LEASE: Final = timedelta(days=5)
NEW: Final = timedelta(minutes=10)  # between publishing and the notice of a video that is new
_ATOM, _YOUTUBE, _DELETED = (
    "{http://www.w3.org/2005/Atom}",
    "{http://www.youtube.com/xml/schemas/2015}",
    "{http://purl.org/atompub/tombstones/1.0}",
)


def subscribe(line: Line, channel_id: str, *, callback: str, secret: Secret, mode: str = "subscribe") -> None:
    """Ask the hub to tell `callback` of a channel's videos; whether it will is said by the handshake."""
    form: wire.Fields = {
        "hub.mode": mode,
        "hub.topic": TOPIC + channel_id,
        "hub.callback": callback,
        "hub.verify": "async",
        "hub.secret": secret,
        "hub.lease_seconds": str(int(LEASE.total_seconds())),
    }
    call = permits.SUBSCRIBE
    url = line.endpoint(call.endpoint) + call.path
    answer = wire.send(line.http, call.method, url, platform="YouTube's hub", data=form)
    if answer.status not in {202, 204}:
        seen = wire.evidence(answer, secrets=(secret,))
        raise NotSent("YouTube's hub did not take the subscription.", evidence=seen)


class YouTubeInbound:
    entered: ClassVar[Entered] = Entered(
        unproven="YouTube's hub knows channels and no apps: this server asks it by itself. Nothing is to be entered."
    )

    def handshake(self, incoming: Incoming, *, client: OAuthClient, verify_token: Secret) -> Reply | None:
        query = incoming.query
        if incoming.method != "GET" or query.get("hub.mode") not in {"subscribe", "unsubscribe"}:
            return None
        token = query.get("token", "").encode("utf-8", "replace")
        if not verify_token or not hmac.compare_digest(token, verify_token.reveal().encode()):
            raise Forged("The handshake does not come to the address that was given to the hub.")
        if not query.get("hub.topic", "").startswith(TOPICS):
            raise Forged("The handshake is about something that nobody subscribed to.")
        return Reply(query.get("hub.challenge", ""))

    def notices(self, incoming: Incoming, *, client: OAuthClient) -> tuple[Notice, ...]:
        scheme, _, signature = incoming.headers.get("x-hub-signature", "").partition("=")
        secret = client.webhook_secret or client.client_secret
        if scheme != "sha1" or not secret or not is_signed(incoming.body, signature, secret, digest="sha1"):
            raise Forged("The delivery is not signed with the secret of the subscription.")
        return tuple(_notices(_read(incoming.body)))


def _read(body: bytes) -> Xml.Element:
    """A feed needs no declarations of its own, and with them it could grow without end."""
    if b"<!" in body:
        raise Malformed("The delivery is not a plain feed.")
    try:
        return Xml.fromstring(body.decode())  # noqa: S314 - without declarations there is nothing to expand
    except (Xml.ParseError, ValueError):
        raise Malformed("The delivery is not a feed.") from None


def _notices(feed: Xml.Element) -> Iterator[Notice]:
    for entry in feed.iter(f"{_ATOM}entry"):
        video, channel = _text(entry, f"{_YOUTUBE}videoId"), _text(entry, f"{_YOUTUBE}channelId")
        if video and channel:
            yield _published(entry, video, channel)
    for entry in feed.iter(f"{_DELETED}deleted-entry"):
        video = entry.get("ref", "").rpartition(":")[2]
        channel = _text(entry, f"{_DELETED}by/{_ATOM}uri").rstrip("/").rpartition("/")[2]
        if video:
            when = entry.get("when", "")
            yield Notice(
                NoticeKind.DELETED, channel, _key(video, "deleted", when), remote_id=video, at=wire.instant(when)
            )


def _published(entry: Xml.Element, video: str, channel: str) -> Notice:
    published, updated = _text(entry, f"{_ATOM}published"), _text(entry, f"{_ATOM}updated")
    since, at = wire.instant(published), wire.instant(updated)
    is_new = since is not None and at is not None and at - since <= NEW
    title = _text(entry, f"{_ATOM}title")
    return Notice(
        kind=NoticeKind.PUBLISHED if is_new else NoticeKind.OTHER,
        remote_user_id=channel,
        dedupe_key=_key(video, updated, title),
        remote_id=video,
        text=title,
        at=at or since,
        data={"published": published, "updated": updated},
    )


def _text(element: Xml.Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _key(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
