"""Threads, as Meta documents it: the login window, graph.threads.com, and the webhooks, on one origin.

There is one version, v1.0; the token calls stand at the root as well. Where the documentation is silent or contradicts
itself, the plainer behaviour is the default and a setting is the other one; the module at hand says which.
"""

from __future__ import annotations

from starlette.applications import Starlette

from apps.sandbox.core.calls import Handler, Operation, door
from apps.sandbox.core.platform import Platform
from apps.sandbox.core.rows import Account
from apps.sandbox.core.world import World
from apps.sandbox.threads import errors, login, metrics, notices, people, publishing, reading, staging, tokens
from apps.sandbox.threads.access import counted, find_token

# path, method, handler, operation
AT_ROOT: tuple[tuple[str, str, Handler, Operation], ...] = (
    ("/oauth/access_token", "POST", tokens.exchange_code, "token"),
    ("/oauth/access_token", "GET", tokens.app_token, "token"),
    ("/access_token", "GET", tokens.exchange_token, "token"),
    ("/refresh_access_token", "GET", tokens.refresh_token, "refresh"),
)
GRAPH: tuple[tuple[str, str, Handler, Operation], ...] = (
    ("/debug_token", "GET", tokens.debug_token, "read"),
    ("/{id:graph_id}/threads", "POST", staging.create, staging.operation_of_create),
    ("/{id:graph_id}/threads", "GET", reading.threads, "find"),
    ("/{id:graph_id}/threads_publish", "POST", publishing.publish, publishing.operation_of_publish),
    ("/{id:graph_id}/threads_publishing_limit", "GET", publishing.limit, "read"),
    ("/{id:graph_id}/threads_insights", "GET", metrics.of_profile, "metrics"),
    ("/{id:graph_id}/mentions", "GET", reading.mentions, "find"),
    ("/{id:graph_id}/replies", "GET", reading.replies, "find"),
    ("/{id:graph_id}/conversation", "GET", reading.conversation, "find"),
    ("/{id:graph_id}/insights", "GET", metrics.of_post, "metrics"),
    ("/{id:graph_id}/repost", "POST", publishing.repost, "commit"),
    ("/{id:graph_id}", "GET", reading.read, reading.operation_of_read),
    ("/{id:graph_id}", "DELETE", publishing.delete, "delete"),
)


def build(world: World) -> Starlette:
    def at(path: str, method: str, handler: Handler, operation: Operation) -> object:
        return door(world, PLATFORM, path, handler, operation=operation, methods=[method])

    routes = [
        at("/oauth/authorize", "GET", login.authorize, "consent"),
        at("/oauth/authorize", "POST", login.authorized, "consent"),
        at("/settings/website_permissions", "POST", people.remove_application, "revoke"),
    ]
    for path, method, handler, operation in AT_ROOT:
        routes += [at(path, method, handler, operation), at(f"/v1.0{path}", method, handler, operation)]
    for path, method, handler, operation in GRAPH:
        routes.append(at(f"/v1.0{path}", method, counted(handler), operation))
    return Starlette(routes=routes)  # type: ignore[arg-type]


def open_account(world: World, handle: str, name: str) -> Account:
    """A profile. Its id is odd and beyond 2^54, so that whoever takes it for a floating point number loses it."""
    place = world.store.accounts.count("platform='threads'") + 1
    account = Account(
        platform="threads",
        id=f"25{place:014d}7",
        handle=handle,
        name=name,
        created_at=world.now(),
        data={"followers_count": 51 + 41 * place, "biography": f"{name} on Threads"},
    )
    return world.store.accounts.add(account)


PLATFORM = Platform(
    name="threads",
    title="Threads",
    build=build,
    open_account=open_account,
    issue_credentials=tokens.issue_credentials,
    find_token=find_token,
    rate_limited=errors.rate_limited,
    server_error=errors.server_error,
    remove_post=notices.remove_post,
    settings={
        # the application that may log people in; app_* are Meta's names for the same two
        "client_id": "800100200300500",
        "client_secret": "sandbox-threads-secret",
        "app_id": "800100200300500",
        "app_secret": "sandbox-threads-secret",
        "app_name": "Postroom",
        # login and tokens
        "https_only": False,
        "declined_scopes": "",
        "full_token_answer": False,
        "tells_expires_in": True,
        "grant_days": 90,
        "refresh_prolongs_grant": True,
        "testers": "*",
        "revoked_subcode": 458,
        # staging and publishing
        "text_seconds": 0,
        "image_seconds": 2,
        "video_seconds": 5,
        "fetch_patience_seconds": 5,
        "video_megabits": 100,
        "failure_message": "",
        "visible_after_seconds": 0,
        "fetch_errors_in_status": False,
        "letters_count_as_bytes": False,
        "normalises_text": False,
        "max_links": 5,
        "geo_gating": False,
        "crossreshare_status": "SUCCESS",
        "publishing_block": "",
        # limits
        "daily_posts": 250,
        "daily_replies": 1000,
        "daily_deletions": 100,
        "quota_code": 9,
        "quota_subcode": 2207042,
        "daily_calls": 48000,
        "usage_headers": True,
        # reading
        "list_lag_seconds": 0,
        "next_addresses": False,
        "insights_as_totals": False,
        "empty_without_insights_scope": False,
        # what Threads sends
        "webhook_url": "",
        "webhook_verify_token": "",
        "webhook_copies": 1,
        "subscription_id": "700100200300600",
        "signs_with_meta_secret": False,
        "meta_app_secret": "sandbox-meta-secret",
        "deauthorize_url": "",
        "deletion_url": "",
    },
)
