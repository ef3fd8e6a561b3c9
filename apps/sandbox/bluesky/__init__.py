"""Bluesky: a PDS, its OAuth authorization server, the PLC directory and the handle resolver, all on one origin.

The video service is on this origin too, and of the AppView the reads of posts and profiles; the rest of `app.bsky.*`
answers 502, as a PDS without an AppView does. Every account has the handle `<name>.test` and the same app password
(`identity.APP_PASSWORD`). There are no webhooks and no streams.
"""

from __future__ import annotations

from datetime import timedelta

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from apps.sandbox.core.calls import Call, Handler, Operation, door
from apps.sandbox.core.platform import Platform
from apps.sandbox.core.world import World

from . import credentials, identity, limits, oauth, records, repository, sessions, uploads, videos, views
from .assertions import ClientDoor
from .errors import XRPCError, internal_error
from .gate import Gate
from .grants import TokenEndpoint
from .oauth import Pushed
from .records import Records
from .service import Services
from .tokens import find_token
from .uploads import Uploads

__all__ = ["PLATFORM", "build"]


def build(world: World) -> Starlette:
    """The application of this origin."""
    gate = Gate(world)
    return Starlette(
        routes=[
            *_xrpc(world, gate),
            *_video(world),
            *_appview(world),
            *_rest(world),
            *_oauth(world, gate),
            *_public(world),
        ],
        middleware=[Middleware(FreshNonces, gate=gate)],
    )


class FreshNonces:
    """Every answer to a request with a proof brings the nonce for the next one, whatever else it says."""

    def __init__(self, app: ASGIApp, gate: Gate) -> None:
        self._app = app
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the header on the way out."""
        if scope["type"] != "http" or "dpop" not in Request(scope).headers:
            await self._app(scope, receive, send)
            return
        server = "auth" if scope["path"].startswith("/oauth/") else "pds"

        async def send_with_nonce(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["DPoP-Nonce"] = self._gate.nonces(server).current()
            await send(message)

        await self._app(scope, receive, send_with_nonce)


def _xrpc(world: World, gate: Gate) -> list[BaseRoute]:
    def at(nsid: str, handler: Handler, operation: Operation, method: str = "POST") -> Route:
        return door(world, PLATFORM, f"/xrpc/com.atproto.{nsid}", handler, operation=operation, methods=[method])

    writes, files, who = Records(gate), Uploads(gate), sessions.Who(gate)
    return [
        at("repo.putRecord", writes.put, _write_operation),
        at("repo.createRecord", writes.create, _write_operation),
        at("repo.applyWrites", writes.apply, "commit"),
        at("repo.deleteRecord", writes.delete, "delete"),
        at("repo.uploadBlob", files.upload, "stage"),
        at("repo.getRecord", records.get, "find", "GET"),
        at("repo.listRecords", records.listing, "find", "GET"),
        at("server.createSession", sessions.create, "token"),
        at("server.refreshSession", sessions.refresh, "refresh"),
        at("server.deleteSession", sessions.delete, "revoke"),
        at("server.getSession", who.get, "read", "GET"),
        at("sync.getBlob", uploads.blob, "read", "GET"),
        at("server.getServiceAuth", Services(gate).issue, "token", "GET"),
        at("server.describeServer", identity.describe_server, "read", "GET"),
        at("identity.resolveHandle", identity.resolve_handle, "read", "GET"),
    ]


def _video(world: World) -> list[BaseRoute]:
    def at(name: str, handler: Handler, method: str, *, operation: str = "stage", streams: bool = False) -> Route:
        path = f"/xrpc/app.bsky.video.{name}"
        return door(world, PLATFORM, path, handler, operation=operation, methods=[method], streams=streams)

    return [
        at("getUploadLimits", videos.limits, "GET", operation="read"),
        at("uploadVideo", videos.upload, "POST", streams=True),
        at("startUpload", videos.start, "POST"),
        at("uploadPart", videos.part, "POST", streams=True),
        at("finishUpload", videos.finish, "POST"),
        at("getUploadStatus", videos.progress, "GET"),
        at("abortUpload", videos.abort, "POST"),
        at("getJobStatus", videos.job, "GET"),
    ]


def _appview(world: World) -> list[BaseRoute]:
    def at(name: str, handler: Handler) -> Route:
        return door(world, PLATFORM, f"/xrpc/app.bsky.{name}", handler, operation="metrics")

    return [
        at("feed.getPosts", views.posts),
        at("feed.getAuthorFeed", views.author_feed),
        at("actor.getProfile", views.profile),
        at("actor.getProfiles", views.profiles),
    ]


def _rest(world: World) -> list[BaseRoute]:
    return [door(world, PLATFORM, "/xrpc/{nsid}", _unknown_method, operation="read", methods=["GET", "POST"])]


def _oauth(world: World, gate: Gate) -> list[BaseRoute]:
    def at(path: str, handler: Handler, operation: str, method: str) -> Route:
        return door(world, PLATFORM, path, handler, operation=operation, methods=[method])

    clients = ClientDoor(gate)
    tokens = TokenEndpoint(gate, clients)
    return [
        at("/.well-known/oauth-protected-resource", oauth.protected_resource, "read", "GET"),
        at("/.well-known/oauth-authorization-server", oauth.authorization_server, "read", "GET"),
        at("/oauth/par", Pushed(gate, clients).push, "consent", "POST"),
        at("/oauth/authorize", oauth.authorize, "consent", "GET"),
        at("/oauth/authorize", oauth.authorized, "consent", "POST"),
        door(world, PLATFORM, "/oauth/token", tokens.token, operation=_token_operation, methods=["POST"]),
        at("/oauth/revoke", tokens.revoke, "revoke", "POST"),
    ]


def _public(world: World) -> list[BaseRoute]:
    def at(path: str, handler: Handler) -> Route:
        return door(world, PLATFORM, path, handler, operation="read")

    return [
        at("/profile/{actor}", identity.profile_page),
        at("/profile/{actor}/post/{rkey}", identity.post_page),
        at("/{did}", identity.plc_document),
    ]


def _write_operation(call: Call) -> str:
    return "comment" if call.fields.has("record[reply][parent][uri]") else "commit"


def _token_operation(call: Call) -> str:
    return "refresh" if call.fields.text("grant_type") == "refresh_token" else "token"


async def _unknown_method(call: Call) -> Response:
    if call.part("nsid").startswith("app.bsky."):
        raise XRPCError(502, "UpstreamFailure", "This server has no AppView")
    raise XRPCError(501, "MethodNotImplemented", "Method Not Implemented")


def _rate_limited(call: Call, seconds: float) -> Response:
    return limits.refused_until(call.world.now() + timedelta(seconds=seconds)).response


def _server_error(call: Call) -> Response:
    if call.path.startswith("/oauth/"):
        return JSONResponse({"error": "server_error", "error_description": "Server error"}, status_code=500)
    return internal_error().response


PLATFORM = Platform(
    name=identity.NAME,
    title="Bluesky",
    build=build,
    open_account=identity.open_account,
    issue_credentials=credentials.issue,
    find_token=find_token,
    rate_limited=_rate_limited,
    server_error=_server_error,
    remove_post=repository.remove_post,
    how_to_connect=f"Type a handle from this list. Every account has the app password {identity.APP_PASSWORD}",
    settings=limits.SETTINGS,
)
