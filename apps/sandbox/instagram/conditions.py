"""States that an account can be in: no longer professional, or restricted until its owner does something in the app."""

from __future__ import annotations

from apps.sandbox.core.calls import Refusal
from apps.sandbox.core.rows import Account
from apps.sandbox.facebook.errors import CONNECTION_ENDED
from apps.sandbox.meta.graph import graph_error

PERSONAL, RESTRICTED = "personal", "restricted"


def connection_ended(subcode: int) -> Refusal:
    words = CONNECTION_ENDED.get(subcode, "The session is no longer valid.")
    return graph_error(190, f"Error validating access token: {words}", subcode=subcode)


def check(account: Account) -> None:
    """Refuse every call about an account that became personal; the code is not documented, only the words are."""
    if account.data.get("condition") == PERSONAL:
        raise graph_error(10, "(#10) The user is not an Instagram Business", type="IGApiException")


def check_publishing(account: Account) -> None:
    if account.data.get("condition") == RESTRICTED:
        raise graph_error(
            25, "The Instagram account is restricted.", subcode=2207050, title="Restricted account",
            words="The account is inactive, checkpointed or restricted. Sign in to the app to go on.",
        )  # fmt: skip
