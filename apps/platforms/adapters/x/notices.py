"""What X sends on its own (X Activity API): https://docs.x.com/x-api/activity/introduction and .../webhooks.

X proves and signs with the app's consumer secret (API key secret), which is not the secret of its OAuth 2.0 client:
`OAuthClient.webhook_secret` holds it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms.adapters.x.line import listed, text_in
from apps.platforms.contract import OAuthClient
from apps.platforms.inbound import Entered, Forged, Incoming, Malformed, Notice, NoticeKind, Reply, could_be_a_delivery

SIGNATURE: Final = "x-twitter-webhooks-signature"

_KINDS: Mapping[str, NoticeKind] = {
    "post.create": NoticeKind.PUBLISHED,
    "post.delete": NoticeKind.DELETED,
    "post.mention.create": NoticeKind.MENTION,
    "post.quote.create": NoticeKind.MENTION,
    "post.reply.create": NoticeKind.COMMENT,
    "post.repost.create": NoticeKind.REACTION,
    "like.create": NoticeKind.REACTION,
    "oauth.revoke": NoticeKind.DEAUTHORIZED,
}


def signature(message: bytes, secret: Secret) -> str:
    """What X signs with, and wants its handshake to be answered with."""
    digest = hmac.new(secret.reveal().encode(), message, hashlib.sha256).digest()
    return "sha256=" + base64.b64encode(digest).decode()


class XInbound:
    """Handshake by challenge (CRC), notices with a signature over the raw body."""

    entered: ClassVar[Entered] = Entered(
        unproven="X signs notices with the app's consumer secret, which Postroom does not keep for apps of "
        "organizations: enter no address for them. Accounts are looked through once a day instead."
    )

    def handshake(self, incoming: Incoming, *, client: OAuthClient, verify_token: Secret) -> Reply | None:
        """X asks at registration and every half an hour to an hour; a wrong answer ends the deliveries at once."""
        challenge = incoming.query.get("crc_token", "")
        if incoming.method != "GET" or not challenge:
            return None
        if could_be_a_delivery(challenge):
            raise Forged
        answer = {"response_token": signature(challenge.encode(), _secret_of(client))}
        return Reply(json.dumps(answer), content_type="application/json")

    def notices(self, incoming: Incoming, *, client: OAuthClient) -> tuple[Notice, ...]:
        expected = signature(incoming.body, _secret_of(client))
        given = incoming.headers.get(SIGNATURE, "")
        if not hmac.compare_digest(expected.encode(), given.strip().encode("utf-8", "replace")):
            raise Forged
        try:
            said = json.loads(incoming.body)
        except (ValueError, RecursionError):
            raise Malformed from None
        if not isinstance(said, dict):
            raise Malformed
        events = [said["data"]] if isinstance(said.get("data"), dict) else listed(said)
        if not events:  # An older kind of subscription, which tells in other words.
            digest = hashlib.sha256(incoming.body).hexdigest()
            return (Notice(NoticeKind.OTHER, text_in(said, "for_user_id"), digest, data=said),)
        return tuple(_notice(event) for event in events)


def _secret_of(client: OAuthClient) -> Secret:
    secret = client.webhook_secret or client.client_secret
    if not secret:  # Anybody could sign with nothing.
        raise Forged
    return secret


def _notice(event: Mapping[str, Any]) -> Notice:
    payload, chosen = event.get("payload"), event.get("filter")
    payload = payload if isinstance(payload, dict) else {}
    kind = text_in(event, "event_type")
    digest = hashlib.sha256(json.dumps(event, sort_keys=True).encode()).hexdigest()
    return Notice(
        kind=NoticeKind.MESSAGE if kind.startswith("dm.") else _KINDS.get(kind, NoticeKind.OTHER),
        remote_user_id=text_in(chosen, "user_id") if isinstance(chosen, dict) else "",
        dedupe_key=text_in(event, "event_uuid") or digest,
        remote_id=text_in(payload, "id", "post_id"),
        text=text_in(payload, "text"),
        at=wire.instant(payload.get("created_at")),
        data=event,
    )
