"""Accounts that sign in themselves: a code becomes a short token, that one a long one, and a long one is renewed.

Threads and Instagram Login are the same three requests under other names. A long token lives for 60 days and is renewed
while it is alive, a day old at the least; neither login knows PKCE or a refresh token.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol, Self, TypeVar

import httpx

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms.calls import Call
from apps.platforms.contract import Channel, Consent, ConsentStart, Credential, OAuthClient, Profile
from apps.platforms.errors import (
    ConsentRefused,
    Disconnected,
    MissingPermission,
    NotSent,
    PlatformError,
    Rejected,
    StagedLost,
    Throttled,
)

KIND: Final = "profile"  # of the channel: the account itself
LONG_LIFE: Final = timedelta(days=60)  # documented; used when an answer does not say
YOUNGEST_RENEWAL: Final = timedelta(hours=24)


class Line(Protocol):
    """What is needed of a platform's own line."""

    @property
    def clock(self) -> Callable[[], datetime]: ...

    def send(self, call: Call, *, with_token: bool = True, **request: Any) -> wire.Answer: ...

    def understood(self, answer: wire.Answer, call: Call) -> dict[str, Any]: ...

    def unreadable(self, answer: wire.Answer) -> PlatformError: ...

    def hiding(self, *secrets: Secret) -> Self: ...

    def for_account(self, credential: Credential) -> Self: ...


_Line = TypeVar("_Line", bound=Line)


@dataclass(frozen=True, slots=True)
class Way:
    """One platform's names. `owner` is what signs in, as people say it ("profile"); `prefix` begins the grant types
    ("th" of th_exchange_token); `scopes` are asked for where an app is not registered with others."""

    label: str
    owner: str
    prefix: str
    scopes: tuple[str, ...]
    code_to_token: Call
    long_token: Call
    renew: Call

    def wanted(self, client: OAuthClient) -> tuple[str, ...]:
        return client.scopes or self.scopes

    @property
    def again(self) -> str:
        return f"{self.label} did not complete the sign-in: start again."


def begin(way: Way, page: str, *, client: OAuthClient, redirect_uri: str, state: str, **more: str) -> ConsentStart:
    """The consent page at the address `page`; `more` are parameters that one platform alone has. Nothing is kept."""
    params = {
        "client_id": client.client_id,
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "scope": ",".join(way.wanted(client)),
        "state": state,
        **more,
    }
    return ConsentStart(str(httpx.URL(page, params=params)), Secret("{}"))


def finish(
    way: Way,
    line: _Line,
    *,
    client: OAuthClient,
    redirect_uri: str,
    answer: Mapping[str, str],
    who: Callable[[_Line, Credential], tuple[Profile, Credential]],
) -> Consent:
    """What the consent gave; `who` reads whose token it is, and completes the credential.

    A code works once: whatever is refused on the way means starting again, and only the network is tried again."""
    code = Secret(answer.get("code", "").removesuffix("#_"))
    if answer.get("error") or not code:
        declined = f"Access to the {way.owner} was declined on {way.label}."
        raise ConsentRefused(declined if answer.get("error") == "access_denied" else way.again)
    try:
        short = _short_token(way, line.hiding(client.client_secret, code), client, redirect_uri, code)
        long = _long_token(way, line.hiding(client.client_secret, short.access_token), client, short)
    except (NotSent, Throttled):
        raise
    except PlatformError as error:
        raise ConsentRefused(way.again, evidence=error.evidence) from None
    try:
        profile, credential = who(line.for_account(long), long)
    except (NotSent, Throttled):
        raise
    except PlatformError as error:
        words = error.words if isinstance(error, Disconnected | MissingPermission) else way.again
        raise ConsentRefused(words, evidence=error.evidence) from None
    missing = tuple(scope for scope in way.wanted(client) if scope not in credential.scopes)
    return Consent(
        replace(credential, remote_user_id=profile.remote_id),
        (_channel(profile),),
        missing if credential.scopes else (),
    )


def _channel(profile: Profile) -> Channel:
    return Channel(
        remote_id=profile.remote_id,
        kind=KIND,
        handle=profile.handle,
        name=profile.name,
        url=profile.url,
        avatar_url=profile.avatar_url,
    )


# --- tokens -----------------------------------------------------------------------------------------------------------


def _short_token(way: Way, line: Line, client: OAuthClient, redirect_uri: str, code: Secret) -> Credential:
    form: wire.Fields = {
        "client_id": client.client_id,
        "client_secret": client.client_secret,
        "grant_type": "authorization_code",
        "redirect_uri": redirect_uri,
        "code": code,
    }
    said = _token_answer(line, way.code_to_token, line.send(way.code_to_token, data=form))
    return Credential("", Secret(said["access_token"]), scopes=_permissions(said), client=client)


def _long_token(way: Way, line: Line, client: OAuthClient, short: Credential) -> Credential:
    params: wire.Fields = {
        "grant_type": f"{way.prefix}_exchange_token",
        "client_secret": client.client_secret,
        "access_token": short.access_token,
    }
    said = _token_answer(line, way.long_token, line.send(way.long_token, params=params))
    return _renewed(short, said, line.clock())


def refresh(way: Way, line: Line, credential: Credential) -> Credential:
    """A token for 60 new days. One younger than a day cannot be renewed yet and is returned as it is."""
    now = line.clock()
    if credential.expires_at is not None and credential.expires_at <= now:
        raise Disconnected(f"Access to this {way.label} {way.owner} has ended: connect it again.")
    issued_at = wire.instant(credential.facts.get("issued_at"))
    if issued_at is not None and now - issued_at < YOUNGEST_RENEWAL:
        return credential
    params: wire.Fields = {"grant_type": f"{way.prefix}_refresh_token", "access_token": credential.access_token}
    try:
        # The old token goes on working, so a garbled answer is a call to be made again.
        said = _token_answer(line, way.renew, line.send(way.renew, with_token=False, params=params))
    except (Rejected, StagedLost) as error:
        raise NotSent(f"{way.label} did not renew the access.", evidence=error.evidence) from None
    return _renewed(credential, said, now)


def _token_answer(line: Line, call: Call, answer: wire.Answer) -> dict[str, Any]:
    """The token in an answer, flat or wrapped in `data`; raises what a refusal means."""
    said = line.understood(answer, call)
    data = said.get("data")
    said = data[0] if isinstance(data, list) and data and isinstance(data[0], dict) else said
    if not isinstance(said.get("access_token"), str) or not said["access_token"]:
        raise line.unreadable(answer)
    return said


def _permissions(said: Mapping[str, Any]) -> tuple[str, ...]:
    """Granted scopes, which come as comma text or as a list; () when the answer does not say."""
    given = said.get("permissions")
    if isinstance(given, str):
        given = given.split(",")
    named = [scope.strip() for scope in given if isinstance(scope, str)] if isinstance(given, list) else []
    return tuple(scope for scope in named if scope)


def _renewed(credential: Credential, said: Mapping[str, Any], now: datetime) -> Credential:
    seconds = said.get("expires_in")
    is_number = isinstance(seconds, int) and not isinstance(seconds, bool) and 0 < seconds < 10**9
    return replace(
        credential,
        access_token=Secret(said["access_token"]),
        expires_at=now + (timedelta(seconds=seconds) if is_number else LONG_LIFE),  # type: ignore[arg-type]
        scopes=_permissions(said) or credential.scopes,
        facts={**credential.facts, "issued_at": now.isoformat()},
    )
