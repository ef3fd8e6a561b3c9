"""The authorization server up to the code: metadata, pushed requests, consent in the browser.

After the code, `grants` takes over.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.responses import JSONResponse, RedirectResponse, Response

from apps.sandbox.core import consent
from apps.sandbox.core.calls import Call, Refusal

from . import scopes
from .assertions import ClientDoor
from .clients import Client
from .errors import OAuthError
from .gate import Gate
from .identity import NAME

REQUEST_LIVES = timedelta(minutes=5)
CODE_LIVES = timedelta(minutes=5)
_REQUEST_PREFIX = "urn:ietf:params:oauth:request_uri:"


async def protected_resource(call: Call) -> Response:
    """/.well-known/oauth-protected-resource of the PDS."""
    origin = call.world.origin(NAME)
    return JSONResponse(
        {
            "resource": origin,
            "authorization_servers": [origin],
            "scopes_supported": [],
            "bearer_methods_supported": ["header"],
            "resource_documentation": "https://atproto.com",
        }
    )


async def authorization_server(call: Call) -> Response:
    """/.well-known/oauth-authorization-server"""
    origin = call.world.origin(NAME)
    return JSONResponse(
        {
            "issuer": origin,
            "scopes_supported": ["atproto", "transition:email", "transition:generic", "transition:chat.bsky"],
            "subject_types_supported": ["public"],
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            "require_pushed_authorization_requests": True,
            "require_request_uri_registration": True,
            "pushed_authorization_request_endpoint": f"{origin}/oauth/par",
            "authorization_endpoint": f"{origin}/oauth/authorize",
            "token_endpoint": f"{origin}/oauth/token",
            "revocation_endpoint": f"{origin}/oauth/revoke",
            "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["ES256"],
            "dpop_signing_alg_values_supported": ["ES256"],
            "client_id_metadata_document_supported": True,
            "protected_resources": [origin],
        }
    )


class Pushed:
    """Pushed authorization requests: the only way in."""

    def __init__(self, gate: Gate, client_door: ClientDoor) -> None:
        self._gate = gate
        self._clients = client_door

    async def push(self, call: Call) -> Response:
        """POST /oauth/par: check everything that can be checked before a person is asked."""
        proof = self._gate.auth_server_proof(call)
        client, key = await self._clients.enter(call)
        _check_flow(call)
        redirect_uri = call.fields.text("redirect_uri")
        if not client.may_redirect_to(redirect_uri):
            raise OAuthError("invalid_request", f"Invalid redirect_uri {redirect_uri or '(none)'}")
        id = f"req-{secrets.token_hex(16)}"
        request = {
            "client_id": client.client_id,
            "client_name": client.name,
            "client_key": key,
            "redirect_uri": redirect_uri,
            "scope": _checked_scope(call, client),
            "state": call.fields.text("state"),
            "code_challenge": call.fields.text("code_challenge"),
            "login_hint": call.fields.text("login_hint"),
            "thumbprint": proof.thumbprint,
        }
        call.world.box(NAME, "request").put(id, request, lives=REQUEST_LIVES)
        answer = {"request_uri": _REQUEST_PREFIX + id, "expires_in": int(REQUEST_LIVES.total_seconds()) - 1}
        return JSONResponse(answer, status_code=201, headers={"Cache-Control": "no-store"})


async def authorize(call: Call) -> Response:
    """GET /oauth/authorize: the page that asks the person."""
    uri = call.fields.text("request_uri")
    if not uri.startswith(_REQUEST_PREFIX):
        return consent.problem("This server wants a pushed authorization request first.", status=400)
    id = uri.removeprefix(_REQUEST_PREFIX)
    request = call.world.box(NAME, "request").get(id)
    if request is None:
        return consent.problem("This request is unknown or has expired. Go back and connect again.", status=400)
    if request["client_id"] != call.fields.text("client_id"):
        return consent.problem("This request was made by another application.", status=400)
    return consent.ask(
        call,
        app_name=request["client_name"],
        scopes=list(scopes.spoken(request["scope"])),
        data={"request": id},
        hint=request["login_hint"].strip().lower().removeprefix("@"),
    )


async def authorized(call: Call) -> Response:
    """POST /oauth/authorize: the person has decided; back to the application with a code or a refusal."""
    decision = consent.decide(call)
    request = call.world.box(NAME, "request").take(decision.data["request"])
    if request is None:
        raise Refusal(consent.problem("This request has expired. Go back and connect again.", status=400))
    if decision.account is None:
        return _back(call, request, error="access_denied", error_description="The user rejected the request")
    code = f"cod-{secrets.token_hex(32)}"
    grant = {**request, "did": decision.account.id}
    call.world.box(NAME, "code").put(code, grant, lives=CODE_LIVES)
    return _back(call, request, code=code)


def _back(call: Call, request: dict[str, Any], **answer: str) -> Response:
    told = {"iss": call.world.origin(NAME), **({"state": request["state"]} if request["state"] else {}), **answer}
    joint = "&" if urlsplit(request["redirect_uri"]).query else "?"
    return RedirectResponse(request["redirect_uri"] + joint + urlencode(told), status_code=303)


def _check_flow(call: Call) -> None:
    if call.fields.text("response_type") != "code":
        raise OAuthError("unsupported_response_type", 'response_type must be "code"')
    if call.fields.text("response_mode", "query") != "query":
        raise OAuthError("invalid_request", "This server answers in the query only")
    if not call.fields.text("code_challenge"):
        raise OAuthError("invalid_request", "Use of PKCE is required")
    if call.fields.text("code_challenge_method", "plain") != "S256":
        raise OAuthError("invalid_request", 'atproto requires use of "S256" code_challenge_method')


def _checked_scope(call: Call, client: Client) -> str:
    asked = scopes.values(call.fields.text("scope"))
    if "atproto" not in asked:
        raise OAuthError("invalid_scope", 'The "atproto" scope is required')
    declared = scopes.values(client.scope)
    for value in asked:
        if value not in declared:
            raise OAuthError("invalid_scope", f'Scope "{value}" is not declared in the client metadata')
        try:
            scopes.require_known(value)
        except scopes.MalformedScope as problem:
            raise OAuthError("invalid_scope", str(problem)) from problem
    return " ".join(asked)
