"""What the scripted servers say, and an account on one of them."""

from __future__ import annotations

from apps.core.secrets import Secret
from apps.platforms.contract import Credential, OAuthClient

INSTANCE = {"domain": "social.example", "version": "4.5.2", "configuration": {"statuses": {"max_characters": 700}}}
LIST = "GET /api/v1/accounts/7/statuses"


def account_at(server, **changes):
    described = {
        "remote_user_id": "7@social.example",
        "access_token": Secret("T"),
        "server": server.origin,
        "client": OAuthClient("CID", Secret("SEC"), server.origin),
        "facts": {"account_id": "7", "software": "mastodon"},
    }
    return Credential(**{**described, **changes})
