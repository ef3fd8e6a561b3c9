"""What Meta sends on its own: the handshake, signed deliveries, and requests to forget a person.

https://developers.facebook.com/docs/graph-api/webhooks/getting-started. Deliveries are signed over the bytes as they
came: Meta writes other letters as \\u00e9, so that a body which was read and written again has another signature.

Both callbacks that carry a `signed_request` look alike, so the address for data deletion is entered at Meta with
`?about=deletion` behind it.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from urllib.parse import parse_qs

from apps.core.secrets import Secret
from apps.platforms.contract import OAuthClient
from apps.platforms.inbound import Forged, Incoming, Malformed, Notice, NoticeKind, Reply, is_signed
from apps.platforms.meta.signing import read_signed_request

_Read = TypeVar("_Read")

DELETION: Final = ("about", "deletion")


def handshake(incoming: Incoming, *, verify_token: Secret) -> Reply | None:
    """The challenge, given back as text; None when this is no handshake. Raises Forged."""
    if incoming.method != "GET" or incoming.query.get("hub.mode") != "subscribe":
        return None
    said = incoming.query.get("hub.verify_token", "").encode()
    if not verify_token or not hmac.compare_digest(said, verify_token.reveal().encode()):
        raise Forged("The handshake does not name the token that was entered at Meta.")
    return Reply(incoming.query.get("hub.challenge", ""))


def delivery(incoming: Incoming, *, client: OAuthClient) -> dict[str, Any]:
    """The object in a genuine delivery. Raises Forged and Malformed."""
    found = deliveries(incoming, client=client)
    if len(found) != 1:
        raise Malformed("The delivery is not a JSON object.")
    return found[0]


def deliveries(incoming: Incoming, *, client: OAuthClient) -> tuple[dict[str, Any], ...]:
    """The objects in a genuine delivery: some of Meta's samples have a list of them. Raises Forged and Malformed."""
    scheme, _, signature = incoming.headers.get("x-hub-signature-256", "").partition("=")
    if scheme != "sha256" or not client.client_secret or not is_signed(incoming.body, signature, client.client_secret):
        raise Forged("The delivery is not signed with the secret of our app.")
    try:
        said = json.loads(incoming.body)
    except (ValueError, RecursionError):
        said = None
    listed = said if isinstance(said, list) else [said]
    if not all(isinstance(one, dict) for one in listed):
        raise Malformed("The delivery is not a JSON object.")
    return tuple(listed)


def by_either(client: OAuthClient, read: Callable[[OAuthClient], _Read]) -> _Read:
    """What `read` makes of it with the app's secret, or else with the webhook secret: which of them signs is not
    documented for apps that have one of their own beside the Meta app's."""
    try:
        return read(client)
    except Forged:
        if not client.webhook_secret:
            raise
    return read(replace(client, client_secret=client.webhook_secret))


def signed_request(incoming: Incoming, *, client: OAuthClient) -> Notice | None:
    """A person who took our app away, or wants to be forgotten; None when this carries no signed request.

    Raises Forged and Malformed. The notice names the person as our app knows them, not a page or an account."""
    if not incoming.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return None
    form = parse_qs(incoming.body.decode("utf-8", "replace"))
    if "signed_request" not in form:
        return None
    said = read_signed_request(form["signed_request"][0], client.client_secret)
    user_id, issued_at = said.get("user_id"), said.get("issued_at")
    if isinstance(user_id, bool) or not isinstance(user_id, str | int) or not str(user_id):
        raise Malformed("The signed request names nobody.")
    name, value = DELETION
    kind = NoticeKind.DATA_DELETION if incoming.query.get(name) == value else NoticeKind.DEAUTHORIZED
    return Notice(
        kind, str(user_id), f"{kind}:{user_id}:{issued_at}", at=moment(issued_at), data={"user_id": str(user_id)}
    )


def moment(value: object) -> datetime | None:
    """Seconds since 1970, as deliveries tell time; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
