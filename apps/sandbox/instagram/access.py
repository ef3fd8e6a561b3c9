"""Who may call: tokens and scopes, as graph.instagram.com checks them."""

from __future__ import annotations

from datetime import datetime

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Token
from apps.sandbox.instagram.errors import no_object
from apps.sandbox.meta.graph import graph_error

BASIC = "instagram_business_basic"
PUBLISH = "instagram_business_content_publish"
COMMENTS = "instagram_business_manage_comments"
INSIGHTS = "instagram_business_manage_insights"
MESSAGES = "instagram_business_manage_messages"
SCOPES = (BASIC, PUBLISH, COMMENTS, INSIGHTS, MESSAGES)


def find_token(call: Call) -> Token | None:
    value = call.bearer() or call.fields.text("access_token")
    return call.world.token("instagram", value)


def valid_token(call: Call) -> Token:
    """The presented token; refuses one that is missing, unknown, expired or revoked."""
    token = call.token
    if token is None:
        if not (call.bearer() or call.fields.text("access_token")):
            raise graph_error(104, "An access token is required to request this resource.")
        raise graph_error(190, "Invalid OAuth access token - Cannot parse access token")
    if token.revoked_at:
        message = "Error validating access token: The user has not authorized application."
        raise graph_error(190, message, subcode=458)
    if token.expires_at and token.has_expired(call.world.now()):
        message = f"Error validating access token: Session has expired on {_worded(token.expires_at)}."
        raise graph_error(190, message, subcode=463)
    return token


def caller(call: Call, scope: str) -> Account:
    """The account whose token this is, having `scope`."""
    token = valid_token(call)
    if call.account is None:
        raise graph_error(190, "Invalid OAuth access token - Cannot parse access token")
    if scope not in token.scopes:
        if scope == COMMENTS:
            raise graph_error(200, f"(#200) Requires {scope} permission to manage the object", status=403)
        raise graph_error(10, "(#10) Application does not have permission for this action", status=403)
    return call.account


def own_account(call: Call, scope: str) -> Account:
    """The account in the path, which is the caller's own or `me`. The app-scoped id of `/me` names nobody here."""
    account = caller(call, scope)
    if call.part("id") not in {"me", account.id}:
        raise no_object(call.part("id"), call.method)
    return account


def _worded(instant: datetime) -> str:
    return f"{instant:%A, %d-%b-%y %H:%M:%S} UTC"
