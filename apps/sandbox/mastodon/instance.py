"""What the server says about itself: metadata, nodeinfo, webfinger, limits."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.world import World
from apps.sandbox.mastodon import entities
from apps.sandbox.mastodon.access import SCOPES
from apps.sandbox.mastodon.errors import not_found
from apps.sandbox.mastodon.limits import limit
from apps.sandbox.mastodon.text import URL_COUNTS

IMAGE_TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp")
MIME_TYPES = [
    *IMAGE_TYPES, "video/mp4", "video/webm", "video/quicktime", "audio/mpeg", "audio/ogg", "audio/wav", "audio/flac",
    "audio/mp4",
]  # fmt: skip


async def metadata(call: Call) -> Response:
    """GET /.well-known/oauth-authorization-server"""
    if not call.world.setting("mastodon", "metadata"):
        raise not_found()
    origin = call.world.origin("mastodon")
    answer: dict[str, Any] = {
        "issuer": f"{origin}/",
        "service_documentation": "https://docs.joinmastodon.org/",
        "authorization_endpoint": f"{origin}/oauth/authorize",
        "token_endpoint": f"{origin}/oauth/token",
        "revocation_endpoint": f"{origin}/oauth/revoke",
        "userinfo_endpoint": f"{origin}/oauth/userinfo",
        "app_registration_endpoint": f"{origin}/api/v1/apps",
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "grant_types_supported": ["authorization_code", "client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    }
    if call.world.setting("mastodon", "pkce"):
        answer["code_challenge_methods_supported"] = ["S256"]
    return JSONResponse(answer)


async def nodeinfo_links(call: Call) -> Response:
    href = f"{call.world.origin('mastodon')}/nodeinfo/2.0"
    return JSONResponse({"links": [{"rel": "http://nodeinfo.diaspora.software/ns/schema/2.0", "href": href}]})


async def nodeinfo(call: Call) -> Response:
    software, version = _software(call.world)
    accounts = call.world.accounts("mastodon")
    return JSONResponse(
        {
            "version": "2.0",
            "software": {"name": software, "version": version},
            "protocols": ["activitypub"],
            "services": {"outbound": [], "inbound": []},
            "usage": {"users": {"total": len(accounts)}, "localPosts": _posts(call.world)},
            "openRegistrations": False,
            "metadata": {},
        }
    )


async def webfinger(call: Call) -> Response:
    """GET /.well-known/webfinger?resource=acct:user@host"""
    handle, _, host = call.fields.text("resource").removeprefix("acct:").removeprefix("@").partition("@")
    account = call.world.account_by_handle("mastodon", handle)
    if account is None or host != _host(call.world):
        raise not_found()
    uri = entities.actor_uri(call.world, account)
    links = [
        {"rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": call.world.profile_url(account)},
        {"rel": "self", "type": "application/activity+json", "href": uri},
    ]
    answer = {"subject": f"acct:{handle}@{host}", "aliases": [uri], "links": links}
    return JSONResponse(answer, media_type="application/jrd+json")


async def version_2(call: Call) -> Response:
    world = call.world
    software, version = _software(world)
    answer: dict[str, Any] = {
        "domain": _host(world),
        "title": "Postroom sandbox",
        "version": version if software == "mastodon" else f"4.2.0 (compatible; {software} {version})",
        "source_url": "",
        "description": "A simulated Mastodon server.",
        "usage": {"users": {"active_month": len(world.accounts("mastodon"))}},
        "languages": ["en"],
        "configuration": configuration(world) | {"urls": {}},
        "registrations": {"enabled": False, "approval_required": False, "message": None},
        "contact": {"email": "", "account": None},
        "rules": [],
    }
    if software == "mastodon":
        answer["api_versions"] = {"mastodon": 7}
    return JSONResponse(answer)


async def version_1(call: Call) -> Response:
    world = call.world
    software, version = _software(world)
    return JSONResponse(
        {
            "uri": _host(world),
            "title": "Postroom sandbox",
            "short_description": "A simulated Mastodon server.",
            "description": "",
            "email": "",
            "version": version if software == "mastodon" else f"4.2.0 (compatible; {software} {version})",
            "urls": {},
            "stats": {
                "user_count": len(world.accounts("mastodon")),
                "status_count": _posts(world),
                "domain_count": 0,
            },
            "languages": ["en"],
            "registrations": False,
            "approval_required": False,
            "invites_enabled": False,
            "configuration": configuration(world),
            "contact_account": None,
            "rules": [],
        }
    )


def configuration(world: World) -> dict[str, Any]:
    return {
        "accounts": {"max_featured_tags": 10},
        "statuses": {
            "max_characters": limit(world, "max_characters"),
            "max_media_attachments": limit(world, "max_media"),
            "characters_reserved_per_url": URL_COUNTS,
        },
        "media_attachments": {
            "description_limit": limit(world, "max_description"),
            "supported_mime_types": MIME_TYPES,
            "image_size_limit": limit(world, "image_bytes"),
            "image_matrix_limit": limit(world, "image_pixels"),
            "video_size_limit": limit(world, "video_bytes"),
            "video_frame_rate_limit": limit(world, "video_frame_rate"),
            "video_matrix_limit": limit(world, "video_pixels"),
        },
        "polls": {
            "max_options": limit(world, "poll_options"),
            "max_characters_per_option": limit(world, "poll_option_characters"),
            "min_expiration": limit(world, "poll_shortest"),
            "max_expiration": limit(world, "poll_longest"),
        },
    }


def _software(world: World) -> tuple[str, str]:
    return world.setting("mastodon", "software"), world.setting("mastodon", "software_version")


def _host(world: World) -> str:
    return urlsplit(world.origin("mastodon")).netloc


def _posts(world: World) -> int:
    return world.store.posts.count("platform='mastodon' AND deleted_at IS NULL")
