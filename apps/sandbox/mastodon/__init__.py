"""A Mastodon server as its documentation describes it, version 4.5, with switches for how others differ.

`software`, `idempotency_keys`, `pkce`, `metadata`, `media_v2` and `edits` make it answer like a server of another kind:
one that ignores idempotency keys, or knows neither PKCE nor OAuth metadata, or only the old way to upload. Quotes are
known to the software "mastodon" alone. Where it is uncertain what servers do there is a switch: `needs_length` (bodies
without Content-Length are refused), `hides_counts`, `bad_token_status`, `token_seconds` (0: tokens do not end; else
they do, and come with a refresh token that works once) and `unused_app_days` (0: applications without a token stay).
"""

from __future__ import annotations

from starlette.applications import Starlette

from apps.sandbox.core.calls import Handler, Operation, door
from apps.sandbox.core.platform import Platform
from apps.sandbox.core.rows import Account
from apps.sandbox.core.world import World
from apps.sandbox.mastodon import changing, errors, instance, limits, login, media, reading, statuses
from apps.sandbox.mastodon.access import find_token, limited

# method, path, handler, operation
OPEN: tuple[tuple[str, str, Handler, Operation], ...] = (
    ("GET", "/.well-known/oauth-authorization-server", instance.metadata, "read"),
    ("GET", "/.well-known/nodeinfo", instance.nodeinfo_links, "read"),
    ("GET", "/.well-known/webfinger", instance.webfinger, "read"),
    ("GET", "/nodeinfo/2.0", instance.nodeinfo, "read"),
    ("GET", "/oauth/authorize", login.authorize, "consent"),
    ("POST", "/oauth/authorize", login.authorized, "consent"),
    ("POST", "/oauth/token", login.token, "token"),
    ("POST", "/oauth/revoke", login.revoke, "revoke"),
)
API: tuple[tuple[str, str, Handler, Operation], ...] = (
    ("GET", "/oauth/userinfo", reading.userinfo, "read"),
    ("GET", "/api/v2/instance", instance.version_2, "read"),
    ("GET", "/api/v1/instance", instance.version_1, "read"),
    ("POST", "/api/v1/apps", login.register, "token"),
    ("GET", "/api/v1/apps/verify_credentials", login.verify_app, "read"),
    ("GET", "/api/v1/accounts/verify_credentials", reading.verify_credentials, "read"),
    ("GET", "/api/v1/accounts/lookup", reading.lookup, "read"),
    ("GET", "/api/v1/accounts/{id}", reading.account, "read"),
    ("GET", "/api/v1/accounts/{id}/statuses", reading.account_statuses, "find"),
    ("POST", "/api/v2/media", media.upload, "stage"),
    ("POST", "/api/v1/media", media.upload_old, "stage"),
    ("GET", "/api/v1/media/{id}", media.look, "stage"),
    ("PUT", "/api/v1/media/{id}", media.change, "stage"),
    ("DELETE", "/api/v1/media/{id}", media.delete, "delete"),
    ("POST", "/api/v1/statuses", statuses.create, statuses.operation_of_create),
    ("GET", "/api/v1/statuses", reading.statuses, "read"),
    ("GET", "/api/v1/statuses/{id}", reading.status, "read"),
    ("PUT", "/api/v1/statuses/{id}", changing.change, "edit"),
    ("GET", "/api/v1/statuses/{id}/history", reading.history, "read"),
    ("GET", "/api/v1/polls/{id}", reading.poll, "read"),
    ("DELETE", "/api/v1/statuses/{id}", statuses.delete, "delete"),
    ("GET", "/api/v1/statuses/{id}/source", reading.source, "find"),
    ("GET", "/api/v1/statuses/{id}/context", reading.context, "read"),
)


def build(world: World) -> Starlette:
    routes = [
        door(world, PLATFORM, path, handler, operation=operation, methods=[method])
        for method, path, handler, operation in OPEN
    ]
    routes += [
        door(world, PLATFORM, path, limited(handler), operation=operation, methods=[method])
        for method, path, handler, operation in API
    ]
    return Starlette(routes=routes)


def open_account(world: World, handle: str, name: str) -> Account:
    place = world.store.accounts.count("platform='mastodon'") + 1
    account = Account(
        platform="mastodon",
        id=str(14700 + place),
        handle=handle,
        name=name,
        created_at=world.now(),
        data={"followers_count": 80 + 23 * place, "following_count": 30 + 7 * place},
    )
    return world.store.accounts.add(account)


PLATFORM = Platform(
    name="mastodon",
    title="Mastodon",
    build=build,
    open_account=open_account,
    issue_credentials=login.issue_credentials,
    find_token=find_token,
    rate_limited=errors.rate_limited,
    server_error=errors.server_error,
    how_to_connect="The server to type is {origin}",
    data_of_past_posts={"sensitive": False, "warning": "", "language": "en", "application": None},
    settings={
        "software": "mastodon",
        "software_version": "4.5.2",
        "idempotency_keys": True,
        "pkce": True,
        "metadata": True,
        "media_v2": True,
        "edits": True,
        "hides_counts": False,
        "needs_length": True,
        "bad_token_status": 401,
        "token_seconds": 0,
        "unused_app_days": 0,
        **limits.SETTINGS,
        "image_seconds": 0,
        "video_seconds": 2,
        "api_limit": 300,
        "user_limit": 1500,
        "paging_limit": 300,
        "media_limit": 30,
        "delete_limit": 30,
        "status_limit": 300,
    },
)
