"""Who Postroom is at an authorization server: a hosted client, or the loopback client of a trial on one machine.

A hosted client is an https address that serves `metadata`; with keys it is confidential (`private_key_jwt`) and its
sessions last for months, without keys it is public. The loopback client is made of its own address and needs no
hosting; its consent can only come back to 127.0.0.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from apps.core.secrets import Secret
from apps.platforms.adapters.bluesky import keys
from apps.platforms.contract import OAuthClient
from apps.platforms.errors import Rejected

SCOPES: Final = ("atproto", "transition:generic")
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1"})


def registered(*, server: str, redirect_uri: str, client_id: str = "", key: Secret | None = None) -> OAuthClient:
    """The hosted client if there is one, else the loopback client; Rejected where neither can work."""
    if client_id:
        return OAuthClient(client_id, key or Secret(""), server=server, scopes=SCOPES)
    parts = urlsplit(redirect_uri)
    if parts.scheme != "http" or parts.hostname not in _LOOPBACK:
        raise Rejected(
            "Bluesky sends people back only to a public https address that is set up for it, or to http://127.0.0.1. "
            "Connect with an app password instead, or ask the operator to set up Postroom's address for Bluesky.",
            field="address",
        )
    query = urlencode({"redirect_uri": redirect_uri, "scope": " ".join(SCOPES)})
    return OAuthClient(f"http://localhost?{query}", server=server, scopes=SCOPES)


def metadata(
    *, client_id: str, redirect_uris: Sequence[str], name: str, home_url: str, jwks_uri: str = "", logo_url: str = ""
) -> dict[str, Any]:
    """The document to serve at `client_id`, byte for byte that address; with `jwks_uri` the client is confidential."""
    document: dict[str, Any] = {
        "client_id": client_id,
        "application_type": "web",
        "client_name": name,
        "client_uri": home_url,
        "redirect_uris": list(redirect_uris),
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "scope": " ".join(SCOPES),
        "dpop_bound_access_tokens": True,
        "token_endpoint_auth_method": "none",
    }
    if logo_url:
        document["logo_uri"] = logo_url
    if jwks_uri:
        document["token_endpoint_auth_method"] = "private_key_jwt"
        document["token_endpoint_auth_signing_alg"] = keys.ALGORITHM
        document["jwks_uri"] = jwks_uri
    return document


def jwks(private_keys: Iterable[Secret]) -> dict[str, Any]:
    """The document to serve at `jwks_uri`: the public halves of all keys that opened a session still in use."""
    return keys.key_set(private_keys)


def authentication(client: OAuthClient, *, issuer: str, now: datetime) -> Mapping[str, str]:
    """The fields by which `client` names itself in one form to `issuer`; never use them twice."""
    fields = {"client_id": client.client_id}
    if client.client_secret:
        fields["client_assertion_type"] = keys.ASSERTION_TYPE
        fields["client_assertion"] = keys.client_assertion(
            client.client_secret, client_id=client.client_id, issuer=issuer, now=now
        )
    return fields
