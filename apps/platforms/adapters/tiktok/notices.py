"""What TikTok sends on its own: https://developers.tiktok.com/doc/webhooks-verification and .../webhooks-events.

It sends again for 72 hours until it is answered with 200, and it is not documented whether it signs anew then: notices
are taken for as long, and told from their repetitions by `dedupe_key`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final

from apps.core.secrets import Secret
from apps.platforms.adapters.tiktok.line import id_of, number_in, text_in
from apps.platforms.contract import OAuthClient
from apps.platforms.inbound import Entered, Forged, Incoming, Malformed, Notice, NoticeKind, Reply, is_signed

SIGNATURE: Final = "tiktok-signature"
OLDEST: Final = timedelta(hours=73)
AHEAD: Final = timedelta(minutes=5)

# TikTok spells one of these in its own way.
_KINDS: Final[Mapping[str, NoticeKind]] = {
    "authorization.removed": NoticeKind.DEAUTHORIZED,
    "post.publish.failed": NoticeKind.PUBLISH_FAILED,
    "post.publish.complete": NoticeKind.PUBLISHED,
    "post.publish.publicly_available": NoticeKind.PUBLISHED,
    "post.publish.no_longer_publicaly_available": NoticeKind.DELETED,
}


class TikTokInbound:
    """There is no handshake. `Notice.remote_id` is the publish_id, by which a publication is known; the id of the post
    and the reason of a failure are in `data`, as "post_id" and "reason"."""

    entered: ClassVar[Entered] = Entered()

    def handshake(self, incoming: Incoming, *, client: OAuthClient, verify_token: Secret) -> Reply | None:
        return None

    def notices(self, incoming: Incoming, *, client: OAuthClient) -> tuple[Notice, ...]:
        _prove(incoming, client)
        said = _object(incoming.body)
        event, user = text_in(said, "event"), text_in(said, "user_openid")
        if not event:
            raise Malformed("The delivery does not say what happened.")
        content = said.get("content")
        told = _object(content) if isinstance(content, str) and content else content
        told = told if isinstance(told, dict) else {}
        publish_id, post = text_in(told, "publish_id"), id_of(told.get("post_id"))
        created = number_in(said, "create_time")
        reason = next((told[name] for name in ("reason", "fail_reason") if name in told), "")
        return (
            Notice(
                kind=_KINDS.get(event, NoticeKind.OTHER),
                remote_user_id=user,
                dedupe_key=":".join((event, user, publish_id, post, str(created or ""))),
                remote_id=publish_id or post,
                at=datetime.fromtimestamp(created, UTC) if created and created < 10**11 else None,
                data={"event": event, **told, "post_id": post, "reason": reason},
            ),
        )


def _prove(incoming: Incoming, client: OAuthClient) -> None:
    """Raise Forged unless the raw body was signed with our secret, not too long ago."""
    parts = dict(part.strip().partition("=")[::2] for part in incoming.headers.get(SIGNATURE, "").split(","))
    at, given = parts.get("t", ""), parts.get("s", "")
    if not client.client_secret or not (at.isascii() and at.isdecimal() and len(at) < 12):
        raise Forged
    if not is_signed(at.encode() + b"." + incoming.body, given, client.client_secret):
        raise Forged
    age = incoming.received_at - datetime.fromtimestamp(int(at), UTC)
    if not -AHEAD <= age <= OLDEST:
        raise Forged


def _object(body: bytes | str) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise Malformed from None
    if not isinstance(said, dict):
        raise Malformed
    return said
