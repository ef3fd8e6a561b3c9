"""accounts.google.com and oauth2.googleapis.com: where people consent and tokens are had."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial

from starlette.routing import Route

from apps.sandbox.core.calls import Handler, Operation, door
from apps.sandbox.core.platform import Platform
from apps.sandbox.core.world import World
from apps.sandbox.google import identity, login, protection, tokens


def routes(world: World, platform: Platform, *, known_scopes: Collection[str]) -> Iterator[Route]:
    # method, path, handler, operation
    doors: tuple[tuple[str, str, Handler, Operation], ...] = (
        ("GET", "/o/oauth2/v2/auth", partial(login.authorize, known_scopes=known_scopes), "consent"),
        ("POST", "/o/oauth2/v2/auth", login.authorized, "consent"),
        ("POST", "/token", tokens.token, tokens.operation_of_token),
        ("POST", "/revoke", tokens.revoke, "revoke"),
        ("POST", "/settings/security/permissions", tokens.disconnect, "revoke"),
        ("POST", "/settings/security/events", protection.security_event, "revoke"),
        ("GET", "/tokeninfo", tokens.tokeninfo, "read"),
        ("GET", "/oauth2/v3/certs", identity.certificates, "read"),
        ("GET", "/.well-known/risc-configuration", identity.risc_configuration, "read"),
    )
    for verb, path, handler, operation in doors:
        yield door(world, platform, path, handler, operation=operation, methods=[verb])
