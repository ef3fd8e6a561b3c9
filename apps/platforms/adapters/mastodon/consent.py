"""Connecting an account: registering at its server, asking for consent, reading who gave it.

https://docs.joinmastodon.org/spec/oauth/ and https://docs.joinmastodon.org/methods/apps/. PKCE is always used: a server
that does not know it ignores it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms.adapters.mastodon import rights, servers
from apps.platforms.adapters.mastodon.faults import error_words
from apps.platforms.adapters.mastodon.line import Line
from apps.platforms.contract import Channel, Consent, ConsentStart, Credential, OAuthClient, Profile
from apps.platforms.errors import ConsentRefused, Disconnected, NotSent, Throttled, Uncertain

SCOPES = rights.SCOPES
FORGOTTEN = "invalid_client"


# --- scopes -----------------------------------------------------------------------------------------------------------


def choose_scopes(supported: frozenset[str], software: str = "") -> tuple[str, ...]:
    """The scopes to ask a server for; the wide ones where it knows no others.

    A server that publishes no list is older than `profile`; Takahe has only the wide ones."""
    if not supported:
        return ("read", "write") if software == "takahe" else tuple(s for s in SCOPES if s != "profile")
    chosen = [scope if scope in supported else scope.partition(":")[0] for scope in SCOPES]
    return tuple(dict.fromkeys(scope for scope in chosen if scope in supported))


def missing_scopes(asked: tuple[str, ...], granted: tuple[str, ...]) -> tuple[str, ...]:
    """What was asked for and not given; a wide scope contains its narrow ones."""

    def is_given(scope: str) -> bool:
        wide = {scope, scope.partition(":")[0]}
        if scope == "profile":
            wide |= {"read", "read:accounts"}
        return not wide.isdisjoint(granted)

    return tuple(scope for scope in asked if not is_given(scope))


# --- registration and the way out -------------------------------------------------------------------------------------


def register(line: Line, *, redirect_uri: str, client_name: str, website: str) -> OAuthClient:
    metadata = servers.read_metadata(line)
    software = "" if metadata.scopes_supported else servers.read_software(line)
    scopes = choose_scopes(metadata.scopes_supported, software)
    form = {"client_name": client_name, "redirect_uris": redirect_uri, "scopes": " ".join(scopes)}
    if website:
        form["website"] = website
    answer = line.send(rights.REGISTER, url=metadata.app_registration_endpoint, data=form)
    try:
        said = answer.mapping() if answer.is_success else {}
    except wire.Unreadable:
        said = {}
    client_id, client_secret = said.get("client_id"), said.get("client_secret")
    if isinstance(client_id, str) and isinstance(client_secret, str) and client_id:
        return OAuthClient(client_id, Secret(client_secret), line.origin, scopes)
    raise line.unreadable(answer) if answer.is_success else line.failure(answer, rights.REGISTER)


def begin(line: Line, *, client: OAuthClient, redirect_uri: str, state: str) -> ConsentStart:
    metadata = servers.read_metadata(line)
    _see_whether_known(line, metadata.token_endpoint, client)
    scopes = client.scopes or choose_scopes(metadata.scopes_supported)
    verifier = secrets.token_urlsafe(64)
    digest = hashlib.sha256(verifier.encode()).digest()
    params = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(scopes),
        "state": state,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
        # Agencies connect many accounts from one browser: the server asks which one each time.
        "force_login": "true",
    }
    keep = {
        "verifier": verifier,
        "scopes": list(scopes),
        "token_endpoint": metadata.token_endpoint,
        "revocation_endpoint": metadata.revocation_endpoint,
    }
    url = httpx.URL(metadata.authorization_endpoint).copy_merge_params(params)
    return ConsentStart(str(url), Secret(json.dumps(keep)))


def _see_whether_known(line: Line, url: str, client: OAuthClient) -> None:
    """Raise ConsentRefused with the evidence code "invalid_client" at a server that has forgotten our registration, as
    those before Mastodon 4.3 do with applications that nobody used: its consent page would be a dead end.

    A code that cannot be right is refused in other words where we are known."""
    form: wire.Fields = {
        "grant_type": "authorization_code",
        "code": "is-this-application-known",
        "client_id": client.client_id,
        "client_secret": client.client_secret,
        "redirect_uri": "urn:ietf:wg:oauth:2.0:oob",
    }
    try:
        answer = line.send(rights.TOKEN, url=url, data=form, with_token=False)
    except (NotSent, Uncertain):
        return
    code, said = error_words(answer)
    if answer.status in {400, 401} and FORGOTTEN in {code, said}:
        seen = wire.evidence(answer, code=FORGOTTEN, text=said, secrets=(*line.hidden, client.client_secret))
        raise ConsentRefused(f"{line.name} no longer knows this Postroom: it has to register again.", evidence=seen)


# --- the way back -----------------------------------------------------------------------------------------------------


def finish(line: Line, *, client: OAuthClient, redirect_uri: str, answer: Mapping[str, str], keep: Secret) -> Consent:
    if answer.get("error") or not answer.get("code"):
        raise ConsentRefused(_refusal_words(line, answer))
    kept = json.loads(keep.reveal())
    code = Secret(answer["code"])
    token_line = replace(line, secrets=(client.client_secret, code, Secret(kept["verifier"])))
    asked = tuple(kept["scopes"])
    credential = _exchange(
        token_line,
        kept["token_endpoint"],
        {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": client.client_id,
            "client_secret": client.client_secret,
            "redirect_uri": redirect_uri,
            "code_verifier": Secret(kept["verifier"]),
            "scope": " ".join(asked),
        },
        client=client,
        asked=asked,
    )
    endpoints = {name: kept[name] for name in ("token_endpoint", "revocation_endpoint")}
    return _read_account(token_line, credential, asked, endpoints)


def _refusal_words(line: Line, answer: Mapping[str, str]) -> str:
    if answer.get("error") == "access_denied":
        return f"Access to the account was declined at {line.name}."
    return f"{line.name} did not complete the sign-in: start again."


def _exchange(line: Line, url: str, form: wire.Fields, *, client: OAuthClient, asked: tuple[str, ...]) -> Credential:
    """Any refusal is final for this code (a person starts again); raises ConsentRefused, NotSent or Throttled."""
    answer = line.send(rights.TOKEN, url=url, data=form, with_token=False)
    if 400 <= answer.status < 500 and answer.status != 429:
        code, said = error_words(answer)
        seen = wire.evidence(answer, code=code, text=said, secrets=line.hidden)
        raise ConsentRefused(f"{line.name} did not complete the sign-in: start again.", evidence=seen)
    if not answer.is_success:
        raise line.failure(answer, rights.TOKEN)
    try:
        tokens = answer.mapping()
    except wire.Unreadable:
        tokens = {}
    if isinstance(tokens.get("access_token"), str) and tokens["access_token"]:
        return _credential(tokens, line, client, asked)
    raise line.unreadable(answer)


def _credential(said: Mapping[str, Any], line: Line, client: OAuthClient, asked: tuple[str, ...]) -> Credential:
    granted = said.get("scope")
    refresh_token = said.get("refresh_token")
    return Credential(
        remote_user_id="",
        access_token=Secret(said["access_token"]),
        refresh_token=Secret(refresh_token) if isinstance(refresh_token, str) else Secret(""),
        expires_at=_expiry(said, line.clock()),
        scopes=tuple(granted.split()) if isinstance(granted, str) and granted else asked,
        server=line.origin,
        client=client,
    )


def _expiry(said: Mapping[str, Any], now: datetime) -> datetime | None:
    """Mastodon's tokens do not end; those of other software may, and then say so."""
    seconds = said.get("expires_in")
    if isinstance(seconds, int) and not isinstance(seconds, bool) and 0 < seconds < 10**9:
        return now + timedelta(seconds=seconds)
    return None


def _read_account(line: Line, credential: Credential, asked: tuple[str, ...], endpoints: Mapping[str, str]) -> Consent:
    line = replace(line, credential=credential)
    account = read_account(line)
    software = servers.read_software(line)
    profile = profile_of(line, account, servers.read_instance(line), software)
    facts = {"account_id": account["id"], "software": software, **endpoints}
    credential = replace(credential, remote_user_id=profile.remote_id, facts=facts)
    channel = Channel(
        remote_id=profile.remote_id,
        kind="profile",
        handle=profile.handle,
        name=profile.name,
        url=profile.url,
        avatar_url=profile.avatar_url,
        limits=profile.limits,
    )
    return Consent(credential, (channel,), missing_scopes(asked, credential.scopes))


# --- who is this? -----------------------------------------------------------------------------------------------------


def read_account(line: Line) -> dict[str, Any]:
    answer = line.send(rights.ME)
    if answer.status != 200:
        raise line.failure(answer, rights.ME)
    try:
        account = answer.mapping()
    except wire.Unreadable:
        account = {}
    if isinstance(account.get("id"), str) and account["id"] and isinstance(account.get("username"), str):
        return account
    raise line.unreadable(answer)


def profile_of(line: Line, account: Mapping[str, Any], instance: Mapping[str, Any], software: str) -> Profile:
    """Ids are unique on one server only, so ours carry its host: `14715@social.example`."""

    def text(name: str) -> str:
        value = account.get(name)
        return value if isinstance(value, str) else ""

    username = text("username")
    return Profile(
        remote_id=f"{account['id']}@{line.name}",
        handle=f"{username}@{servers.handle_domain(line, instance)}",
        name=text("display_name") or username,
        url=text("url"),
        avatar_url=text("avatar"),
        limits=servers.limits(instance, software) if instance else {},
    )


# --- refresh ----------------------------------------------------------------------------------------------------------


def refresh(line: Line, credential: Credential) -> Credential:
    """The same credential where tokens live on, as on Mastodon; a new one where the server gave a refresh token."""
    if not credential.refresh_token or credential.client is None:
        if credential.expires_at is not None and credential.expires_at <= line.clock():
            raise Disconnected(f"Access to this account on {line.name} has ended: connect it again.")
        return credential
    form: wire.Fields = {
        "grant_type": "refresh_token",
        "refresh_token": credential.refresh_token,
        "client_id": credential.client.client_id,
        "client_secret": credential.client.client_secret,
    }
    # A refresh token may work only once, so a lost answer is as uncertain as that of a publish.
    url = str(credential.facts.get("token_endpoint") or f"{line.origin}/oauth/token")
    answer = line.send(rights.TOKEN, url=url, data=form, with_token=False, acting=True)
    try:
        said = answer.mapping() if answer.is_success else {}
    except wire.Unreadable:
        said = {}
    if isinstance(said.get("access_token"), str) and said["access_token"]:
        renewed = _credential(said, line, credential.client, credential.scopes)
        refresh_token = renewed.refresh_token or credential.refresh_token
        return replace(
            renewed, remote_user_id=credential.remote_user_id, refresh_token=refresh_token, facts=credential.facts
        )
    raise _refresh_failure(line, answer)


def _refresh_failure(line: Line, answer: wire.Answer) -> Exception:
    """A token is dead by the server's own word: a page of some machine in front of it says nothing of the token."""
    if answer.is_success or answer.status >= 500 or answer.status == 408:
        seen = wire.evidence(answer, secrets=line.hidden)
        return Uncertain(f"{line.name} may have renewed the access, but its answer was lost.", evidence=seen)
    failure = line.failure(answer, rights.TOKEN)
    if isinstance(failure, Throttled):
        return failure
    if 400 <= answer.status < 500 and any(error_words(answer)):
        words = f"Access to this account on {line.name} has ended: connect it again."
        return Disconnected(words, evidence=failure.evidence)
    return NotSent(f"{line.name} did not renew the access.", evidence=failure.evidence)
