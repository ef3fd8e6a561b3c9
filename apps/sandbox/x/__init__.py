"""X, API version 2, as documented in August 2026 and sold per use: api.x.com and the consent page on one origin.

Not simulated are the signatures of OAuth 1.0a, likes, direct messages and search. Where the documentation is silent the
answer is the plain refusal; what its sources tell in two ways is a setting.
"""

from __future__ import annotations

from starlette.applications import Starlette

from apps.sandbox.core.calls import Handler, Operation, door
from apps.sandbox.core.platform import Platform
from apps.sandbox.core.world import World
from apps.sandbox.x import (
    analytics,
    articles,
    billing,
    captions,
    errors,
    events,
    limits,
    login,
    posts,
    reading,
    uploads,
    webhooks,
)
from apps.sandbox.x.access import find_token
from apps.sandbox.x.accounts import open_account
from apps.sandbox.x.limits import limited

# method, path, handler, operation
OPEN: tuple[tuple[str, str, Handler, Operation], ...] = (
    ("GET", "/i/oauth2/authorize", login.authorize, "consent"),
    ("POST", "/i/oauth2/authorize", login.authorized, "consent"),
    ("POST", "/2/oauth2/token", login.token, login.operation_of_token),
    ("POST", "/2/oauth2/revoke", login.revoke, "revoke"),
    ("POST", "/settings/connected_apps", login.disconnect, "revoke"),
)
# method, path, handler, operation, rate limit
API: tuple[tuple[str, str, Handler, Operation, str], ...] = (
    ("GET", "/2/users/me", reading.me, "read", "me"),
    ("GET", "/2/users/{id}/tweets", reading.timeline, "find", "timeline"),
    ("POST", "/2/tweets", posts.create, posts.operation_of_create, "post"),
    ("GET", "/2/tweets", reading.lookup, "read", "lookup"),
    ("GET", "/2/tweets/{id:int}", reading.single, "read", "single"),
    ("DELETE", "/2/tweets/{id:int}", posts.delete, "delete", "delete"),
    ("POST", "/2/media/upload", uploads.upload, "stage", "upload"),
    ("GET", "/2/media/upload", uploads.status, "stage", "status"),
    ("POST", "/2/media/upload/initialize", uploads.initialize, "stage", "initialize"),
    ("POST", "/2/media/upload/{id:int}/append", uploads.append, "stage", "append"),
    ("POST", "/2/media/upload/{id:int}/finalize", uploads.finalize, "stage", "finalize"),
    ("POST", "/2/media/metadata", captions.describe, "stage", "metadata"),
    ("POST", "/2/media/subtitles", captions.subtitle, "stage", "subtitles"),
    ("POST", "/2/articles/draft", articles.draft, "stage", "article"),
    ("POST", "/2/articles/{id:int}/publish", articles.publish, "commit", "article"),
    ("GET", "/2/tweets/analytics", analytics.of_posts, "metrics", "analytics"),
    ("GET", "/2/media/analytics", analytics.of_media, "metrics", "analytics"),
    ("POST", "/2/webhooks", webhooks.register, "read", "webhooks"),
    ("GET", "/2/webhooks", webhooks.listed, "read", "webhooks"),
    ("PUT", "/2/webhooks/{id:int}", webhooks.validate, "read", "webhooks"),
    ("DELETE", "/2/webhooks/{id:int}", webhooks.delete, "read", "webhooks"),
    ("POST", "/2/activity/subscriptions", webhooks.subscribe, "read", "subscriptions"),
    ("GET", "/2/activity/subscriptions", webhooks.subscriptions, "read", "subscriptions"),
    ("DELETE", "/2/activity/subscriptions/{id:int}", webhooks.unsubscribe, "read", "subscriptions"),
    ("GET", "/2/usage/tweets", billing.usage, "read", "usage"),
)


def build(world: World) -> Starlette:
    routes = [
        door(world, PLATFORM, path, handler, operation=operation, methods=[method])
        for method, path, handler, operation in OPEN
    ]
    routes += [
        door(world, PLATFORM, path, limited(rate, handler), operation=operation, methods=[method])
        for method, path, handler, operation, rate in API
    ]
    return Starlette(routes=routes)


PLATFORM = Platform(
    name="x",
    title="X",
    build=build,
    open_account=open_account,
    issue_credentials=login.issue_credentials,
    find_token=find_token,
    rate_limited=errors.rate_limited,
    server_error=errors.server_error,
    remove_post=events.remove_post,
    settings={
        "client_id": "sandbox-x-client",
        "client_secret": "sandbox-x-secret",
        "consumer_secret": "sandbox-x-consumer-secret",
        "app_bearer": "sandbox-x-app-bearer",
        "app_name": "Postroom",
        "redirect_uris": "",
        "confidential": True,
        "refresh_days": 180,
        "replay_ends_family": True,
        "dead_refresh_error": "invalid_request",
        "error_dialect": "problem",
        "problem_origin": "https://api.x.com",
        "spelling": "post",
        "one_spelling": False,
        "app_enrolled": True,
        "suspended_handles": "",
        "locked_handles": "",
        "premium_handles": "",
        "premium_characters": 25_000,
        "enterprise": False,
        "self_reply": True,
        "duplicate_hours": 24,
        "edit_minutes": 30,
        "refused_url": "",
        "visibility_lag_seconds": 0,
        "timeline_lag_seconds": 0,
        "processing_seconds": 2,
        "media_seconds": 86_400,
        "segment_bytes": 5_000_000,
        "video_bytes": 512 * 1024 * 1024,
        "premium_video_bytes": 17_179_869_184,
        "longest_video_side": 1920,
        "shorter_video_side": 1200,
        "fails_at_post": False,
        "mixed_media": False,
        "video_alt_text": False,
        "single_endpoint": False,
        "empty_append": False,
        "media_numbers_as_text": False,
        "credits_usd": 1_000_000,
        "monthly_reads": 3_000_000,
        "daily_headers": True,
        "webhook_url": "",
        "webhooks_allowed": 1,
        **limits.SETTINGS,
    },
)
