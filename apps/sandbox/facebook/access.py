"""Who may call: the kind of token, whether it is alive, its permissions, and the person's tasks on the Page."""

from __future__ import annotations

import hmac
from collections.abc import Iterable

from apps.sandbox.core.calls import Call, Refusal
from apps.sandbox.core.rows import Account, Token
from apps.sandbox.core.world import World
from apps.sandbox.facebook import people
from apps.sandbox.facebook.errors import bad_parameter, connection_ended, no_object
from apps.sandbox.facebook.people import NAME
from apps.sandbox.meta.graph import graph_error
from apps.sandbox.meta.signing import appsecret_proof

SHOW_LIST = "pages_show_list"
POSTS = "pages_manage_posts"
READ = "pages_read_engagement"
ENGAGE = "pages_manage_engagement"
USER_CONTENT = "pages_read_user_content"
INSIGHTS = "read_insights"
METADATA = "pages_manage_metadata"
BUSINESS = "business_management"
PUBLISH = (POSTS, READ, SHOW_LIST)
PAGE_SCOPES = (SHOW_LIST, POSTS, READ, ENGAGE, USER_CONTENT, INSIGHTS, METADATA, BUSINESS, "pages_messaging")
# Everything that the dialog knows. `pages_read_user_engagement`, which some guides name, is not among it.
SCOPES = (
    "public_profile",
    "email",
    "openid",
    *PAGE_SCOPES,
    "publish_video",
    "instagram_basic",
    "instagram_content_publish",
    "instagram_manage_comments",
    "instagram_manage_insights",
    "instagram_manage_messages",
    "instagram_manage_contents",
    "ads_management",
    "ads_read",
)


def presented(call: Call) -> str:
    """The token as it was sent: in the header, by either scheme, or as a parameter."""
    return call.bearer() or call.bearer("oauth") or call.fields.text("access_token")


def find_token(call: Call) -> Token | None:
    return call.world.token(NAME, presented(call))


def is_app_token(world: World, value: str) -> bool:
    expected = f"{world.setting(NAME, 'app_id')}|{world.setting(NAME, 'app_secret')}"
    return hmac.compare_digest(value.encode(), expected.encode())


def valid_token(call: Call) -> Token:
    """The presented token; refuses one that is missing, unknown or dead, and one without its proof."""
    if call.token is None:
        if not presented(call):
            raise graph_error(104, "An access token is required to request this resource.")
        raise graph_error(190, "Invalid OAuth access token - Cannot parse access token")
    check(call.world, call.token)
    _check_proof(call)
    return call.token


def check(world: World, token: Token) -> None:
    """Refuse a token that is no longer good for anything."""
    if subcode := why_ended(world, token):
        raise connection_ended(subcode)


def why_ended(world: World, token: Token) -> int:
    """The subcode of 190 that says why this token is dead; 0 while it lives."""
    if token.revoked_at:
        return int(token.data.get("ended_by", 458))
    if token.has_expired(world.now()):
        return 463
    who = people.person(world, str(token.data["user_id"])) or {}
    if condition := who.get("condition", 0):
        return int(condition)
    return 492 if token.data.get("page_id") in who.get("lost", ()) else 0


def _check_proof(call: Call) -> None:
    given = call.fields.text("appsecret_proof")
    if not given and not call.world.setting(NAME, "require_appsecret_proof"):
        return
    if not given:
        raise bad_parameter("API calls from the server require an appsecret_proof argument")
    expected = appsecret_proof(presented(call), str(call.world.setting(NAME, "app_secret")))
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise bad_parameter("Invalid appsecret_proof provided in the API argument")


def user_caller(call: Call, edge: str) -> Token:
    """A person's token. On a Page's token the edge does not even exist."""
    token = valid_token(call)
    if token.kind == "page":
        raise bad_parameter(f"Tried accessing nonexisting field ({edge}) on node type (Page)")
    return token


def page_caller(call: Call, *scopes: str, task: str = "") -> Account:
    """The Page in the path, which is the one whose token was presented."""
    page = page_of_token(call, *scopes, task=task)
    if call.part("id") not in {"me", page.id}:
        raise no_object(call.part("id"), call.method)
    return page


def page_of_token(call: Call, *scopes: str, task: str = "") -> Account:
    token = valid_token(call)
    if token.kind != "page":
        raise graph_error(190, "A Page access token is required to request this resource.", subcode=2069032)
    if call.account is None:
        raise graph_error(190, "Invalid OAuth access token - Cannot parse access token")
    need(token, scopes)
    if task and not _has_task(call.world, task):
        raise graph_error(
            200,
            f"(#200) The user does not have sufficient administrative permission on the Page: {task}",
            status=403,
        )
    return call.account


def need(token: Token, scopes: Iterable[str]) -> None:
    for scope in scopes:
        if scope not in token.scopes:
            raise missing(scope)


def missing(scope: str) -> Refusal:
    if scope in {POSTS, ENGAGE, METADATA, BUSINESS, SHOW_LIST}:
        return graph_error(200, f"(#200) Requires {scope} permission to manage the object", status=403)
    message = f"(#10) This endpoint requires the '{scope}' permission"
    return graph_error(10, message, status=403)


def tasks(world: World) -> list[str]:
    return [task for task in str(world.setting(NAME, "tasks")).split(",") if task]


def _has_task(world: World, task: str) -> bool:
    """New Pages name their tasks PROFILE_PLUS_..."""
    return bool({task, f"PROFILE_PLUS_{task}"} & set(tasks(world)))
