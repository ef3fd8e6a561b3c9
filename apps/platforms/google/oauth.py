"""Consent and tokens at Google: https://developers.google.com/identity/protocols/oauth2/web-server.

A refresh token comes only with `access_type=offline`, and again only with `prompt=consent`; refreshing does not use it
up. An account may have a hundred of them for one application, and then loses the oldest without a word. People may
untick single scopes, so what was granted is read from the answer. Giving one token back takes away all that the person
ever granted to the application: `openid` is asked for as well, to know which consents are the same person's. Of a lost
consent Google tells only apps that may know who people are (`signals`): so `email` is asked for, too, and nothing but
the number of the Google account is kept.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import httpx

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms.calls import Call, Feature
from apps.platforms.contract import SHARED_CONSENT, ConsentStart, Credential, OAuthClient
from apps.platforms.errors import ConsentRefused, Disconnected, NotSent, PlatformError, Throttled
from apps.platforms.google.faults import read_fault, text_in
from apps.platforms.google.signals import is_issuer, person

TOKEN: Final = Call("token", "POST", "/token", Feature.CONNECT, endpoint="oauth")
REVOKE: Final = Call("revoke", "POST", "/revoke", Feature.CONNECT, endpoint="oauth")

IDENTITY: Final = ("openid", "email")
TOKEN_LIFE: Final = timedelta(seconds=3599)  # used when an answer does not say
SKEW: Final = timedelta(minutes=5)  # between Google's clock and ours
AGAIN: Final = "Google did not complete the sign-in: start again."
NO_APP: Final = (
    "Google does not accept Postroom's app: its operator has to look at the OAuth client in Google's console."
)

_ENDED: Final = frozenset({"invalid_grant", "admin_policy_enforced", "invalid_rapt"})
# Our own client is at fault, which is no reason to disconnect anybody.
_OURS: Final = frozenset(
    {"invalid_client", "unauthorized_client", "deleted_client", "disabled_client", "redirect_uri_mismatch"}
)
_ENDED_WORDS: Final = {
    "admin_policy_enforced": "The administrator of this Google account does not allow Postroom: ask them.",
    "invalid_rapt": "Google wants this account to sign in again: connect it again.",
}


def challenge(verifier: str) -> str:
    """The S256 challenge of a PKCE verifier."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class GoogleAccounts:
    """Google's sign-in as one platform uses it: `login` and `tokens` are origins, `label` the platform's name."""

    http: httpx.Client
    clock: Callable[[], datetime]
    label: str
    login: str
    tokens: str

    def begin(
        self, *, client: OAuthClient, redirect_uri: str, state: str, scopes: Sequence[str], hint: str = ""
    ) -> ConsentStart:
        """`hint` is the e-mail address to sign in with, if it is known; the person may choose another account."""
        verifier = secrets.token_urlsafe(64)
        params = {
            "client_id": client.client_id,
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "scope": " ".join((*IDENTITY, *scopes)),
            "state": state,
            "access_type": "offline",
            "prompt": "consent select_account",
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
        }
        if "@" in hint.lstrip("@"):
            params["login_hint"] = hint
        url = httpx.URL(f"{self.login.rstrip('/')}/o/oauth2/v2/auth", params=params)
        return ConsentStart(str(url), Secret(json.dumps({"verifier": verifier})))

    def finish(self, *, client: OAuthClient, redirect_uri: str, answer: Mapping[str, str], keep: Secret) -> Credential:
        """The tokens for a code; whose they are is for the platform to ask. Raises ConsentRefused."""
        if answer.get("error") or not answer.get("code"):
            declined = answer.get("error") == "access_denied"
            raise ConsentRefused("Access was declined at Google." if declined else AGAIN)
        verifier, code = Secret(json.loads(keep.reveal())["verifier"]), Secret(answer["code"])
        form: wire.Fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
            **_keys(client),
        }
        sent = self._post(TOKEN, form)
        said = _tokens(sent)
        if said:
            return self._credential(said, client)
        failure = self._failure(sent, (client.client_secret, code, verifier))
        if isinstance(failure, Throttled) or sent.status >= 500 or sent.is_success:
            raise failure
        # A code works once, so that any refusal means starting again.
        words = NO_APP if read_fault(sent).error in _OURS else AGAIN
        raise ConsentRefused(words, evidence=failure.evidence)

    def refresh(self, credential: Credential) -> Credential:
        """Another access token. Nothing is used up by asking, so that a lost answer is NotSent."""
        client = credential.client
        if not credential.refresh_token or client is None:
            if credential.expires_at is not None and credential.expires_at <= self.clock():
                raise Disconnected(self._ended())
            return credential
        form: wire.Fields = {
            "grant_type": "refresh_token", "refresh_token": credential.refresh_token, **_keys(client)
        }  # fmt: skip
        answer = self._post(TOKEN, form)
        said = _tokens(answer)
        if not said:
            raise self._failure(answer, (client.client_secret, credential.refresh_token, credential.access_token))
        fresh = self._credential(said, client)
        return replace(
            credential,
            access_token=fresh.access_token,
            refresh_token=fresh.refresh_token or credential.refresh_token,
            expires_at=fresh.expires_at,
            refresh_expires_at=fresh.refresh_expires_at or credential.refresh_expires_at,
            scopes=fresh.scopes or credential.scopes,
        )

    def revoke(self, credential: Credential) -> None:
        """Give back all that the person granted; what Google answers changes nothing."""
        token = credential.refresh_token or credential.access_token
        try:
            self._post(REVOKE, {"token": token})
        except PlatformError:
            return

    def _post(self, call: Call, form: wire.Fields) -> wire.Answer:
        return wire.send(self.http, call.method, self.tokens.rstrip("/") + call.path, platform="Google", data=form)

    def _credential(self, said: Mapping[str, Any], client: OAuthClient) -> Credential:
        life = _seconds(said.get("expires_in")) or TOKEN_LIFE
        refresh_life = _seconds(said.get("refresh_token_expires_in"))
        return Credential(
            remote_user_id="",
            access_token=Secret(said["access_token"]),
            refresh_token=Secret(text_in(said, "refresh_token")),
            expires_at=self.clock() + life,
            refresh_expires_at=self.clock() + refresh_life if refresh_life else None,
            scopes=tuple(text_in(said, "scope").split()),
            client=client,
            facts=_person(text_in(said, "id_token"), client, now=self.clock()),
        )

    def _failure(self, answer: wire.Answer, hidden: Sequence[Secret]) -> PlatformError:
        fault = read_fault(answer)
        seen = wire.evidence(answer, code=fault.label, text=fault.message, secrets=hidden)
        if answer.status == 429:
            retry_at = wire.retry_after(answer.headers, now=self.clock())
            return Throttled("Google asks us to slow down.", retry_at=retry_at, evidence=seen)
        if fault.error in _OURS:
            return NotSent(NO_APP, evidence=seen)
        if fault.error in _ENDED and 400 <= answer.status < 500:
            named = next((code for code in (fault.subtype, fault.error) if code in _ENDED_WORDS), "")
            return Disconnected(_ENDED_WORDS.get(named) or self._ended(), evidence=seen)
        return NotSent("Google did not give us access just now.", evidence=seen)

    def _ended(self) -> str:
        return f"Access to this {self.label} account has ended: connect it again."


def _keys(client: OAuthClient) -> dict[str, str | Secret | list[str]]:
    return {"client_id": client.client_id, "client_secret": client.client_secret}


def _tokens(answer: wire.Answer) -> dict[str, Any]:
    """The tokens of an answer; empty where there are none."""
    try:
        said = answer.mapping() if answer.is_success else {}
    except wire.Unreadable:
        return {}
    return said if text_in(said, "access_token") else {}


def _person(id_token: str, client: OAuthClient, *, now: datetime) -> dict[str, str]:
    """Whose consent it is. The token came from Google itself, over TLS, so that its signature proves nothing more; but
    one that is another app's, another issuer's or over says nothing of this consent."""
    _, _, rest = id_token.partition(".")
    payload = rest.partition(".")[0]
    try:
        said = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, RecursionError):
        return {}
    if not isinstance(said, dict) or not is_issuer(said.get("iss")) or said.get("aud") != client.client_id:
        return {}
    end, sub = said.get("exp"), text_in(said, "sub")
    is_over = not isinstance(end, int) or end < (now - SKEW).timestamp()
    return {} if is_over or not sub else {SHARED_CONSENT: person(sub)}


def _seconds(value: object) -> timedelta | None:
    is_number = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**9
    return timedelta(seconds=value) if is_number else None  # type: ignore[arg-type]
