"""What Instagram sends on its own: comments, mentions and messages, and people who leave.

https://developers.facebook.com/documentation/instagram-platform/webhooks. Deliveries come in no order, and again for 36
hours until they are taken. Which secret signs them is not documented for Instagram Login, the Instagram app's or the
Meta app's: the second can be entered as webhook secret, and both are tried. Own comments come back too, and are left
out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Final

from apps.core.secrets import Secret
from apps.platforms.adapters.instagram.line import mapping_in, remote_id, text_in
from apps.platforms.contract import OAuthClient
from apps.platforms.inbound import Entered, Incoming, Malformed, Notice, NoticeKind, Reply
from apps.platforms.meta import webhooks

FIELDS: Final = ("comments", "live_comments", "mentions", "messages")

_KINDS: Final[Mapping[str, NoticeKind]] = {
    "comments": NoticeKind.COMMENT,
    "live_comments": NoticeKind.COMMENT,
    "mentions": NoticeKind.MENTION,
    "messages": NoticeKind.MESSAGE,
    "message_reactions": NoticeKind.REACTION,
}


class InstagramInbound:
    """Deliveries, and the callbacks for deauthorizing and for deletion (whose address ends in `?about=deletion`)."""

    entered: ClassVar[Entered] = Entered(verify_token=True, callbacks=True)

    def handshake(self, incoming: Incoming, *, client: OAuthClient, verify_token: Secret) -> Reply | None:
        return webhooks.handshake(incoming, verify_token=verify_token)

    def notices(self, incoming: Incoming, *, client: OAuthClient) -> tuple[Notice, ...]:
        """A person who leaves is named as our app knows them: by `app_scoped_id` of the credential's facts."""
        leaving = webhooks.by_either(client, lambda one: webhooks.signed_request(incoming, client=one))
        if leaving is not None:
            return (leaving,)
        said = webhooks.by_either(client, lambda one: webhooks.deliveries(incoming, client=one))
        return tuple(notice for delivery in said for entry in _entries(delivery) for notice in _notices(entry))


def _entries(delivery: dict[str, Any]) -> list[dict[str, Any]]:
    listed = delivery.get("entry")
    if not isinstance(listed, list):
        raise Malformed("The delivery has no entries.")
    return _objects(listed)


def _notices(entry: dict[str, Any]) -> Iterator[Notice]:
    """Changes stand in a list, and in some of the documented samples in the entry itself."""
    changes = _objects(entry.get("changes")) or ([entry] if "field" in entry else [])
    for change in changes:
        if notice := _of_change(entry, text_in(change, "field"), mapping_in(change, "value")):
            yield notice
    for message in _objects(entry.get("messaging")):
        if notice := _of_message(entry, message):
            yield notice


def _objects(listed: object) -> list[dict[str, Any]]:
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _of_change(entry: dict[str, Any], field: str, value: dict[str, Any]) -> Notice | None:
    if field == "messages" and "message" in value:
        return _of_message(entry, value)
    account, author = remote_id(entry), remote_id(mapping_in(value, "from"))
    if account and author == account:
        return None
    # A mention names the comment it is in, or else only the post.
    about = remote_id(value) or remote_id(value, "comment_id") or remote_id(value, "media_id")
    return Notice(
        kind=_KINDS.get(field, NoticeKind.OTHER),
        remote_user_id=account,
        dedupe_key=f"{field}:{about}" if about and field in _KINDS else _key(account, field, value),
        remote_id=about,
        text=text_in(value, "text"),
        at=webhooks.moment(entry.get("time")),
        data={"field": field, **value},
    )


def _of_message(entry: dict[str, Any], message: dict[str, Any]) -> Notice | None:
    account, said = remote_id(entry), mapping_in(message, "message")
    if said.get("is_echo") is True or remote_id(mapping_in(message, "sender")) == account:
        return None
    sent_at = message.get("timestamp")
    is_number = isinstance(sent_at, int) and not isinstance(sent_at, bool)
    kind = NoticeKind.REACTION if "reaction" in message else NoticeKind.MESSAGE if said else NoticeKind.OTHER
    return Notice(
        kind=kind,
        remote_user_id=account,
        dedupe_key=f"message:{text_in(said, 'mid')}" if text_in(said, "mid") else _key(account, "messaging", message),
        remote_id=text_in(said, "mid"),
        text=text_in(said, "text"),
        at=webhooks.moment(sent_at // 1000) if is_number else None,  # type: ignore[operator]
        data=dict(message),
    )


def _key(account: str, field: str, value: Mapping[str, Any]) -> str:
    """The same whenever the same change comes again: Meta gives its deliveries no ids."""
    told = json.dumps([account, field, value], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:32]
