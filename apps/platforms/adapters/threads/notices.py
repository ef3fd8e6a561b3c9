"""What Threads sends on its own: replies, mentions, and posts that were published or deleted.

https://developers.facebook.com/documentation/threads/webhooks. Unlike the Graph API's, a delivery is one flat object.
Which secret signs it is not documented, the Threads app's or the Meta app's: the second can be entered as webhook
secret, and both are tried.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms.adapters.threads.line import remote_id
from apps.platforms.contract import OAuthClient
from apps.platforms.inbound import Entered, Incoming, Malformed, Notice, NoticeKind, Reply
from apps.platforms.meta import webhooks

_KINDS: Final[Mapping[str, NoticeKind]] = {
    "replies": NoticeKind.COMMENT,
    "mentions": NoticeKind.MENTION,
    "publish": NoticeKind.PUBLISHED,
    "delete": NoticeKind.DELETED,
}


class ThreadsInbound:
    """Deliveries, the uninstall callback, and the delete callback (whose address ends in `?about=deletion`)."""

    entered: ClassVar[Entered] = Entered(verify_token=True, callbacks=True)

    def handshake(self, incoming: Incoming, *, client: OAuthClient, verify_token: Secret) -> Reply | None:
        return webhooks.handshake(incoming, verify_token=verify_token)

    def notices(self, incoming: Incoming, *, client: OAuthClient) -> tuple[Notice, ...]:
        """Also replies of the account itself: `data["username"]` tells whose they are."""
        parting = webhooks.by_either(client, lambda one: webhooks.signed_request(incoming, client=one))
        if parting is not None:
            return (parting,)
        said = webhooks.by_either(client, lambda one: webhooks.delivery(incoming, client=one))
        return (_notice(said, incoming.body),)


def _notice(said: dict[str, Any], body: bytes) -> Notice:
    values = said.get("values")
    field = values.get("field") if isinstance(values, dict) else None
    value = values.get("value") if isinstance(values, dict) else None
    if not isinstance(field, str) or not isinstance(value, dict):
        raise Malformed("The delivery does not say what happened.")
    kind, about, text = _KINDS.get(field, NoticeKind.OTHER), remote_id(value), value.get("text")
    # A post that was deleted carries the time of its publishing.
    happened_at = None if kind is NoticeKind.DELETED else wire.instant(value.get("timestamp"))
    return Notice(
        kind=kind,
        remote_user_id=remote_id(said, "target_id"),
        # The time of a delivery is its own: sent again, only the object stays the same.
        dedupe_key=f"{field}:{about or hashlib.sha256(body).hexdigest()[:32]}",
        remote_id=about,
        text=text if isinstance(text, str) else "",
        at=happened_at or webhooks.moment(said.get("time")),
        data=value,
    )
