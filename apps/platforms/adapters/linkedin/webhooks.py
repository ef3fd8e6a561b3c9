"""What LinkedIn sends on its own: what people do with the posts of a page.

https://learn.microsoft.com/en-us/linkedin/shared/api-guide/webhook-validation and
https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/organization-social-action-notifications.
LinkedIn asks again every two hours whether the address is ours, and gives an answer three seconds. It tells nothing of
members' posts, of tokens that were revoked, or of posts that failed.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any, ClassVar, Final

from apps.core.secrets import Secret
from apps.platforms.adapters.linkedin import permits
from apps.platforms.adapters.linkedin.line import Line, encoded, moment, object_of, objects_of, text_of
from apps.platforms.contract import OAuthClient
from apps.platforms.errors import Gone, NotOffered
from apps.platforms.inbound import (
    Entered,
    Forged,
    Incoming,
    Malformed,
    Notice,
    NoticeKind,
    Reply,
    could_be_a_delivery,
    is_signed,
)

SOCIAL_ACTIONS: Final = "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS"
_PREFIX: Final = "hmacsha256="
_KINDS: Final = {
    "COMMENT": NoticeKind.COMMENT,
    "ADMIN_COMMENT": NoticeKind.COMMENT,
    "LIKE": NoticeKind.REACTION,
    "SHARE_MENTION": NoticeKind.MENTION,
}


def listen(line: Line) -> None:
    """Subscribe to what people do with the posts of the page; asking again harms nobody. Raises NotOffered."""
    answer = line.call(permits.LISTEN, _subscription(line), json={"webhook": line.endpoints["webhook"]})
    if not answer.is_success:
        raise line.failure(permits.LISTEN, answer)


def stop_listening(line: Line) -> None:
    """End it; what has ended already is no error. Raises NotOffered."""
    answer = line.call(permits.FORGET, _subscription(line), restli="DELETE")
    if answer.is_success:
        return
    failure = line.failure(permits.FORGET, answer)
    if not isinstance(failure, Gone):
        raise failure


def _subscription(line: Line) -> str:
    """Where the subscription of this page lives: app, member and page are its key, and only the URNs are encoded."""
    application, member = line.endpoints["application"], line.credential.remote_user_id if line.credential else ""
    if not (line.is_page and application and line.endpoints["webhook"]):
        raise NotOffered("LinkedIn tells of pages only, and only an app that is set up for it.")
    urns = {
        "developerApplication": f"urn:li:developerApplication:{application}",
        "user": member,
        "entity": line.author,
    }
    key = ",".join(f"{name}:{encoded(urn)}" for name, urn in urns.items())
    return f"/rest/eventSubscriptions/({key},eventType:{SOCIAL_ACTIONS})"


class LinkedInInbound:
    """The prefix is part of what is signed, and not of the header; one that has it there is understood too."""

    entered: ClassVar[Entered] = Entered()

    def handshake(self, incoming: Incoming, *, client: OAuthClient, verify_token: Secret) -> Reply | None:
        code = incoming.query.get("challengeCode", "")
        if incoming.method != "GET" or not code:
            return None
        if could_be_a_delivery(code):
            raise Forged("A challenge of LinkedIn is a plain word.")
        secret = client.client_secret.reveal().encode()
        response = hmac.new(secret, code.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
        return Reply(json.dumps({"challengeCode": code, "challengeResponse": response}), "application/json")

    def notices(self, incoming: Incoming, *, client: OAuthClient) -> tuple[Notice, ...]:
        signature = incoming.headers.get("x-li-signature", "").strip().removeprefix(_PREFIX)
        if not client.client_secret or not is_signed(_PREFIX.encode() + incoming.body, signature, client.client_secret):
            raise Forged("The signature of LinkedIn is missing or wrong.")
        try:
            said: Any = json.loads(incoming.body)
        except (ValueError, RecursionError):
            raise Malformed("It is not JSON.") from None
        told = objects_of(said, "notifications") if isinstance(said, dict) else None
        if told is None:
            raise Malformed("It has no list of notifications.")
        return tuple(_notice(one, text_of(said, "type")) for one in told)


def _notice(told: dict[str, Any], kind: str) -> Notice:
    action = text_of(told, "action")
    generated = object_of(told, "decoratedGeneratedActivity")
    comment = object_of(generated, "comment")
    return Notice(
        kind=_KINDS.get(action, NoticeKind.OTHER) if kind == SOCIAL_ACTIONS else NoticeKind.OTHER,
        remote_user_id=text_of(told, "organizationalEntity"),
        dedupe_key=text_of(told, "notificationId") or _digest(told),
        remote_id=text_of(told, "sourcePost"),
        text=text_of(comment, "text"),
        at=moment(told.get("lastModifiedAt")),
        data={"action": action, "activity": text_of(told, "generatedActivity"), "type": kind},
    )


def _digest(told: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
