"""Who may call: tokens, scopes and whose things they open, for both logins.

With Instagram Login a token is one account's. With Facebook Login it is a person's or a Page's and opens the accounts
that are linked with the Pages of the grant; then `call.account` is the owner of what the path names (see linked.py).
"""

from __future__ import annotations

from datetime import datetime

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Token
from apps.sandbox.facebook import access as facebook
from apps.sandbox.instagram import conditions
from apps.sandbox.instagram.errors import no_object
from apps.sandbox.meta.graph import graph_error

BASIC = "instagram_business_basic"
PUBLISH = "instagram_business_content_publish"
COMMENTS = "instagram_business_manage_comments"
INSIGHTS = "instagram_business_manage_insights"
MESSAGES = "instagram_business_manage_messages"
SCOPES = (BASIC, PUBLISH, COMMENTS, INSIGHTS, MESSAGES)
# Only with Facebook Login, and by no other name.
CONTENTS = "instagram_manage_contents"
# What the same permissions are called with Facebook Login; its base goes along with all of them.
WITH_FACEBOOK = {
    BASIC: "instagram_basic",
    PUBLISH: "instagram_content_publish",
    COMMENTS: "instagram_manage_comments",
    INSIGHTS: "instagram_manage_insights",
    MESSAGES: "instagram_manage_messages",
}
FACEBOOK_BASE = ("instagram_basic", "pages_read_engagement")
THROUGH_BUSINESS = {"ads_management", "ads_read"}


def presented(call: Call) -> str:
    """rupload wants the scheme OAuth; elsewhere it is Bearer, or a parameter."""
    return call.bearer() or call.bearer("oauth") or call.fields.text("access_token")


def find_token(call: Call) -> Token | None:
    return call.world.token("instagram", presented(call))


def is_facebook_login(call: Call) -> bool:
    return call.token is not None and call.token.platform == "facebook"


def valid_token(call: Call) -> Token:
    """The presented token; refuses one that is missing, unknown, expired or revoked."""
    token = call.token
    if is_facebook_login(call):
        return facebook.valid_token(call)
    if token is None:
        if not presented(call):
            raise graph_error(104, "An access token is required to request this resource.")
        raise graph_error(190, "Invalid OAuth access token - Cannot parse access token")
    if token.revoked_at:
        raise conditions.connection_ended(int(token.data.get("ended_by", 458)))
    if token.expires_at and token.has_expired(call.world.now()):
        message = f"Error validating access token: Session has expired on {_worded(token.expires_at)}."
        raise graph_error(190, message, subcode=463)
    return token


def caller(call: Call, scope: str) -> Account:
    """The account that the call is about, whose token has `scope`."""
    token = valid_token(call)
    if is_facebook_login(call):
        for one in (*FACEBOOK_BASE, WITH_FACEBOOK.get(scope, scope)):
            _need(token, one)
        if call.account is None:
            raise no_object(call.part("id"), call.method)
        _check_business_role(call, token)
    elif call.account is None:
        raise graph_error(190, "Invalid OAuth access token - Cannot parse access token")
    else:
        _need(token, scope)
    conditions.check(call.account)
    return call.account


def holds(call: Call, scope: str) -> bool:
    token = valid_token(call)
    return (WITH_FACEBOOK.get(scope, scope) if is_facebook_login(call) else scope) in token.scopes


def _need(token: Token, scope: str) -> None:
    if scope in token.scopes:
        return
    if scope in {COMMENTS, WITH_FACEBOOK[COMMENTS], CONTENTS}:
        raise graph_error(200, f"(#200) Requires {scope} permission to manage the object", status=403)
    raise graph_error(10, "(#10) Application does not have permission for this action", status=403)


def _check_business_role(call: Call, token: Token) -> None:
    """Whose role on the Page comes through a business needs one of two permissions more."""
    if call.world.setting("instagram", "role_through_business") and not THROUGH_BUSINESS & set(token.scopes):
        raise graph_error(200, "(#200) Requires ads_management or ads_read permission", status=403)


def own_account(call: Call, scope: str) -> Account:
    """The account in the path, which is the caller's own or `me`. The app-scoped id of `/me` names nobody here."""
    account = caller(call, scope)
    if call.part("id") not in {"me", account.id}:
        raise no_object(call.part("id"), call.method)
    return account


def _worded(instant: datetime) -> str:
    return f"{instant:%A, %d-%b-%y %H:%M:%S} UTC"
