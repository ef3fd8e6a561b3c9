"""What Facebook tells on its own: comments, mentions, reactions and messages below a Page, and people who leave.

https://developers.facebook.com/docs/graph-api/webhooks/getting-started. Up to a thousand changes come at once, in no
order, and again for 36 hours until they are taken. Own comments come back too, and are left out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Final

from apps.core.secrets import Secret
from apps.platforms.adapters.facebook.line import instant, mapping_in, remote_id, text_in
from apps.platforms.contract import OAuthClient
from apps.platforms.inbound import Entered, Incoming, Malformed, Notice, NoticeKind, Reply
from apps.platforms.meta import webhooks

OWN_WORDS: Final = frozenset({"comment", "reaction"})
POSTS: Final = frozenset({"post", "status", "photo", "video", "share", "album"})


class FacebookInbound:
    entered: ClassVar[Entered] = Entered(verify_token=True, callbacks=True)

    def handshake(self, incoming: Incoming, *, client: OAuthClient, verify_token: Secret) -> Reply | None:
        return webhooks.handshake(incoming, verify_token=verify_token)

    def notices(self, incoming: Incoming, *, client: OAuthClient) -> tuple[Notice, ...]:
        """A person who leaves is named by their own id, as the consent knew them, and not by a Page."""
        if (leaving := webhooks.signed_request(incoming, client=client)) is not None:
            return (leaving,)
        said = webhooks.delivery(incoming, client=client)
        entries = said.get("entry")
        if not isinstance(entries, list):
            raise Malformed("The delivery has no entries.")
        return tuple(notice for entry in entries if isinstance(entry, dict) for notice in _notices(entry))


def _notices(entry: Mapping[str, Any]) -> Iterator[Notice]:
    page = remote_id(entry)
    for change in _objects(entry.get("changes")):
        value = mapping_in(change, "value")
        if notice := _of_change(page, text_in(change, "field"), value):
            yield notice
    for message in _objects(entry.get("messaging")):
        if notice := _of_message(page, message):
            yield notice


def _objects(listed: object) -> list[dict[str, Any]]:
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _of_change(page: str, field: str, value: dict[str, Any]) -> Notice | None:
    item, author = text_in(value, "item"), remote_id(mapping_in(value, "from"))
    if author == page and item in OWN_WORDS:
        return None
    return Notice(
        kind=_kind(field, item, text_in(value, "verb"), is_own=author == page),
        remote_user_id=page,
        dedupe_key=_key(page, field, value),
        remote_id=remote_id(value, "comment_id") or remote_id(value, "post_id"),
        text=text_in(value, "message"),
        at=instant(value.get("created_time")),
        data={"field": field, **value},
    )


def _kind(field: str, item: str, verb: str, *, is_own: bool) -> NoticeKind:
    if field == "mention":
        return NoticeKind.MENTION
    if field != "feed":
        return NoticeKind.OTHER
    if item in POSTS:
        if verb == "remove":
            return NoticeKind.DELETED
        return NoticeKind.PUBLISHED if is_own and verb == "add" else NoticeKind.OTHER
    kinds = {"comment": NoticeKind.COMMENT, "reaction": NoticeKind.REACTION}
    return kinds.get(item, NoticeKind.OTHER) if verb != "remove" else NoticeKind.OTHER


def _of_message(page: str, message: dict[str, Any]) -> Notice | None:
    said = mapping_in(message, "message")
    if said.get("is_echo") is True or remote_id(mapping_in(message, "sender")) == page:
        return None
    return Notice(
        kind=NoticeKind.MESSAGE if said else NoticeKind.OTHER,
        remote_user_id=page,
        dedupe_key=_key(page, "messaging", message),
        remote_id=text_in(said, "mid"),
        text=text_in(said, "text"),
        at=_of_milliseconds(message.get("timestamp")),
        data=dict(message),
    )


def _of_milliseconds(value: object) -> Any:
    return instant(value // 1000) if isinstance(value, int) and not isinstance(value, bool) else None


def _key(page: str, field: str, value: Mapping[str, Any]) -> str:
    """The same whenever the same change comes again: Meta gives its deliveries no ids."""
    told = json.dumps([page, field, value], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:32]
