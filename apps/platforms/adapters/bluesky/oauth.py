"""OAuth as AT Protocol has it: pushed requests (PAR), PKCE, and tokens bound to a key of the session (DPoP).

Refresh tokens work once, and showing one twice ends the session: a refresh whose answer is lost is Uncertain.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import httpx

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms.adapters.bluesky import client as ourselves
from apps.platforms.adapters.bluesky import keys
from apps.platforms.adapters.bluesky.dpop import Clock, Prover
from apps.platforms.adapters.bluesky.refusals import name_and_message, refusal, said, unreadable
from apps.platforms.adapters.bluesky.repository import DPOP_KEY
from apps.platforms.adapters.bluesky.servers import AuthorizationServer
from apps.platforms.contract import ConsentStart, Credential, OAuthClient
from apps.platforms.errors import ConsentRefused, Disconnected, Evidence, Uncertain

KIND: Final = "oauth"
_AGAIN: Final = "Start connecting again."


@dataclass(frozen=True, slots=True)
class Kept:
    """What is remembered, encrypted, from the way to the consent page until the way back. `did` is "" when the person
    named a server and not an account."""

    server: AuthorizationServer
    pds: str
    did: str
    handle: str
    verifier: str
    dpop_key: str
    nonces: Mapping[str, str]

    def sealed(self) -> Secret:
        return Secret(json.dumps(asdict(self)))

    @classmethod
    def opened(cls, keep: Secret) -> Kept:
        data = json.loads(keep.reveal())
        return cls(**{**data, "server": AuthorizationServer(**data["server"])})


@dataclass(frozen=True, slots=True)
class Tokens:
    """One answer of the token endpoint, checked for its shape."""

    access: Secret
    refresh: Secret
    subject: str
    scopes: tuple[str, ...]
    expires_at: datetime | None


def begin(
    http: httpx.Client,
    clock: Clock,
    *,
    server: AuthorizationServer,
    client: OAuthClient,
    redirect_uri: str,
    state: str,
    pds: str,
    did: str = "",
    handle: str = "",
) -> ConsentStart:
    """Push the request to `server` and give the address of its consent page."""
    verifier, dpop_key = keys.new_verifier(), keys.new_key()
    prover = Prover(http, clock, dpop_key)
    form = {
        "response_type": "code",
        "redirect_uri": redirect_uri,
        "scope": " ".join(client.scopes or ourselves.SCOPES),
        "state": state,
        "code_challenge": keys.challenge(verifier),
        "code_challenge_method": "S256",
    }
    if did:
        form["login_hint"] = handle or did
    answer = _post(prover, server.par_endpoint, form, client=client, issuer=server.issuer)
    if not answer.is_success:
        raise refusal(answer, now=clock())
    request_uri = _object(answer).get("request_uri")
    if not isinstance(request_uri, str) or not request_uri:
        raise unreadable(answer)
    query = urlencode({"client_id": client.client_id, "request_uri": request_uri})
    kept = Kept(server, pds, did, handle, verifier.reveal(), dpop_key.reveal(), dict(prover.nonces))
    separator = "&" if "?" in server.authorization_endpoint else "?"
    return ConsentStart(f"{server.authorization_endpoint}{separator}{query}", kept.sealed())


def exchange(
    http: httpx.Client,
    clock: Clock,
    *,
    kept: Kept,
    client: OAuthClient,
    redirect_uri: str,
    answer: Mapping[str, str],
) -> Tokens:
    """The code of the callback against tokens; ConsentRefused where the person, the server or a check says no."""
    if answer.get("error"):
        raise _refused(answer)
    # A callback of another server could make us hand this code to it.
    if not secrets.compare_digest(answer.get("iss", "").encode(), kept.server.issuer.encode()):
        raise ConsentRefused(f"The answer came from another server than the one you were sent to. {_AGAIN}")
    if not answer.get("code"):
        raise ConsentRefused(f"Bluesky's answer holds no code. {_AGAIN}")
    form: dict[str, str | Secret] = {
        "grant_type": "authorization_code",
        "code": Secret(answer["code"]),
        "redirect_uri": redirect_uri,
        "code_verifier": Secret(kept.verifier),
    }
    prover = Prover(http, clock, Secret(kept.dpop_key), dict(kept.nonces))
    received = _post(prover, kept.server.token_endpoint, form, client=client, issuer=kept.server.issuer)
    if name_and_message(received)[0] == "invalid_grant":
        raise ConsentRefused(
            f"Bluesky no longer accepts this answer; it may be too old. {_AGAIN}", evidence=said(received)
        )
    if not received.is_success:
        raise refusal(received, now=clock(), secrets=(Secret(answer["code"]),))
    tokens = _tokens(received, now=clock())
    if tokens is None:
        raise unreadable(received)
    return tokens


def credential(tokens: Tokens, *, kept: Kept, client: OAuthClient, pds: str, handle: str) -> Credential:
    """A credential that carries all a refresh needs: the key, the issuer's endpoints and the client."""
    facts = {
        "kind": KIND,
        "handle": handle,
        "issuer": kept.server.issuer,
        "token_endpoint": kept.server.token_endpoint,
        "revocation_endpoint": kept.server.revocation_endpoint,
    }
    return Credential(
        remote_user_id=tokens.subject,
        access_token=tokens.access,
        refresh_token=tokens.refresh,
        expires_at=tokens.expires_at,
        scopes=tokens.scopes,
        server=pds,
        client=client,
        extra={DPOP_KEY: Secret(kept.dpop_key)},
        facts=facts,
    )


def refresh(http: httpx.Client, clock: Clock, credential: Credential) -> Credential:
    """The next pair of tokens. Uncertain when the answer was lost: the old token may be used up, and one repeat, not
    more, tells."""
    form: dict[str, str | Secret] = {"grant_type": "refresh_token", "refresh_token": credential.refresh_token}
    client, secret = _client_of(credential), (credential.refresh_token,)
    prover = Prover(http, clock, credential.extra[DPOP_KEY])
    url, issuer = str(credential.facts["token_endpoint"]), str(credential.facts["issuer"])
    answer = _post(prover, url, form, client=client, issuer=issuer, acting=True)
    if answer.status >= 500 or answer.status == 408:
        raise Uncertain("Bluesky failed while renewing the access; it may be used up.", evidence=said(answer, secret))
    if not answer.is_success:
        raise refusal(answer, now=clock(), secrets=secret)
    tokens = _tokens(answer, now=clock())
    if tokens is None:
        raise Uncertain("Bluesky's answer to renewing the access makes no sense.", evidence=Evidence(answer.status))
    if tokens.subject != credential.remote_user_id:
        raise Disconnected("Bluesky renewed the access to another account. Reconnect.")
    return replace(
        credential,
        access_token=tokens.access,
        refresh_token=tokens.refresh or credential.refresh_token,
        expires_at=tokens.expires_at,
        scopes=tokens.scopes,
    )


def revoke(http: httpx.Client, clock: Clock, credential: Credential) -> None:
    """Give the session back; one that is over already is fine."""
    url = str(credential.facts.get("revocation_endpoint", ""))
    if not url:
        return
    form = {"token": credential.refresh_token or credential.access_token}
    prover = Prover(http, clock, credential.extra[DPOP_KEY])
    answer = _post(prover, url, form, client=_client_of(credential), issuer=str(credential.facts["issuer"]))
    if answer.status == 429 or answer.status >= 500:
        raise refusal(answer, now=clock(), secrets=(credential.refresh_token, credential.access_token))


def _post(
    prover: Prover,
    url: str,
    form: Mapping[str, str | Secret],
    *,
    client: OAuthClient,
    issuer: str,
    acting: bool = False,
) -> wire.Answer:
    """A form with our identity and a proof. A client assertion works once, so a repeat for the nonce gets a new one."""

    def once() -> wire.Answer:
        fields = {**form, **ourselves.authentication(client, issuer=issuer, now=prover.clock())}
        return prover.send_once("POST", url, data=fields, acting=acting)

    answer = once()
    return once() if prover.may_repeat(answer, url) else answer


def _client_of(credential: Credential) -> OAuthClient:
    if credential.client is None:
        raise Disconnected("It is not known which application this Bluesky account was connected by. Reconnect.")
    return credential.client


def _tokens(answer: wire.Answer, *, now: datetime) -> Tokens | None:
    """None where the body is not what a token endpoint answers."""
    body = _object_or_none(answer)
    if body is None or not _is_text(body.get("access_token")) or not _is_text(body.get("sub")):
        return None
    expires_in, refresh_token = body.get("expires_in"), body.get("refresh_token")
    return Tokens(
        access=Secret(body["access_token"]),
        refresh=Secret(refresh_token if isinstance(refresh_token, str) else ""),
        subject=body["sub"],
        scopes=tuple(str(body.get("scope", "")).split()),
        expires_at=now + timedelta(seconds=expires_in) if isinstance(expires_in, int) else None,
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _object(answer: wire.Answer) -> Mapping[str, Any]:
    body = _object_or_none(answer)
    if body is None:
        raise unreadable(answer)
    return body


def _object_or_none(answer: wire.Answer) -> dict[str, Any] | None:
    try:
        return answer.mapping()
    except wire.Unreadable:
        return None


def _refused(answer: Mapping[str, str]) -> ConsentRefused:
    evidence = Evidence(code=answer["error"][:100], text=answer.get("error_description", "")[:300])
    if answer["error"] == "access_denied":
        return ConsentRefused("You did not allow Postroom to use this Bluesky account.", evidence=evidence)
    return ConsentRefused(f"Bluesky ended the sign-in. {_AGAIN}", evidence=evidence)
