"""Who the client of an OAuth request is, and its proof where it has keys (`private_key_jwt`)."""

from __future__ import annotations

import time
from typing import Any

import jwt
from jwt.algorithms import ECAlgorithm

from apps.sandbox.core.calls import Call

from . import clients
from .clients import Client
from .errors import OAuthError
from .gate import Gate
from .identity import NAME
from .proofs import thumbprint

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
# An assertion lives a minute; clocks may differ by a few seconds.
_LIFE_SECONDS = 60
_LEEWAY_SECONDS = 10


class ClientDoor:
    """Lets clients in to the pushed request, token and revocation endpoints."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    async def enter(self, call: Call) -> tuple[Client, str]:
        """The client and the thumbprint of the key it signed with (empty for a public client), or OAuthError."""
        client_id = call.fields.text("client_id")
        if not client_id:
            raise OAuthError("invalid_request", "client_id is missing")
        try:
            client = await clients.load(client_id)
        except clients.BadClient as bad:
            raise OAuthError(bad.error, str(bad)) from bad
        return client, self._verify(call, client) if client.is_confidential else ""

    def _verify(self, call: Call, client: Client) -> str:
        assertion = call.fields.text("client_assertion")
        if call.fields.text("client_assertion_type") != ASSERTION_TYPE or not assertion:
            raise OAuthError("invalid_client", "The client must authenticate with private_key_jwt", status=401)
        try:
            jwk = _signing_key(client, assertion)
            claims = jwt.decode(
                assertion,
                ECAlgorithm.from_jwk(jwk),  # type: ignore[arg-type]
                algorithms=["ES256"],
                audience=call.world.origin(NAME),
                issuer=client.client_id,
                leeway=_LEEWAY_SECONDS,
                options={"require": ["iss", "sub", "aud", "jti", "iat", "exp"]},
            )
        except jwt.PyJWTError as error:
            raise OAuthError("invalid_client", f"client_assertion is not valid: {error}", status=401) from error
        self._judge(claims, client)
        return thumbprint(jwk)

    def _judge(self, claims: dict[str, Any], client: Client) -> None:
        problem = ""
        if claims["sub"] != client.client_id:
            problem = "sub must be the client_id"
        elif claims["exp"] - time.time() > _LIFE_SECONDS + _LEEWAY_SECONDS:
            problem = "exp lies more than a minute ahead"
        elif not self._gate.is_first_use(f"{client.client_id} {claims['jti']}"):
            problem = "jti was used before"
        if problem:
            raise OAuthError("invalid_client", f"client_assertion is not valid: {problem}", status=401)


def _signing_key(client: Client, assertion: str) -> dict[str, Any]:
    kid = jwt.get_unverified_header(assertion).get("kid")
    for key in client.keys:
        if kid and key.get("kid") == kid:
            if key.get("kty") != "EC" or key.get("crv") != "P-256":
                raise jwt.InvalidKeyError("the key is no P-256 key")
            return key
    raise jwt.InvalidKeyError(f"the client's key set has no key {kid!r}")
