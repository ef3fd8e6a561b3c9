"""Connecting Pages: the dialog, a short token of the person, a long one, what it covers, and the Pages' own tokens.

https://developers.facebook.com/documentation/facebook-login/guides/access-tokens/get-long-lived. The token of a Page
that was derived from a long one has no date of its own; the person's lasts 60 days, and is needed only to look again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import httpx

from apps.core.secrets import Secret
from apps.platforms import app_tests
from apps.platforms import http as wire
from apps.platforms.adapters.facebook import faults, pages, scopes
from apps.platforms.adapters.facebook.line import Line, instant, mapping_in, remote_id, text_in
from apps.platforms.contract import (
    CHANNEL_SECRET,
    Consent,
    ConsentStart,
    Credential,
    OAuthClient,
    Profile,
    channel_secret,
)
from apps.platforms.errors import (
    AccountDisabled,
    ConsentRefused,
    Disconnected,
    MissingPermission,
    NotSent,
    PlatformError,
    Rejected,
    Throttled,
    TokenExpired,
)
from apps.platforms.meta import people

RENEW_BEFORE: Final = timedelta(days=30)
NOTICES: Final = ("feed", "mention")
LOST_ROLE: Final = "190/492"
AGAIN: Final = "Facebook did not complete the sign-in: start again."
NO_PAGE: Final = (
    "Facebook gave no Page. Choose at least one on Facebook's page; if a business holds it, allow access to the "
    "business too."
)
HIDDEN: Final = "This Page is not published: whoever runs it switches that on in its settings on Facebook."
NO_TASK: Final = "You may not create content on any of these Pages: ask their owner for that task, then start again."


def begin(line: Line, *, client: OAuthClient, redirect_uri: str, state: str) -> ConsentStart:
    """Nothing has to be kept: this login knows no PKCE. What was declined before is asked for again.

    Where the operator entered a configuration of Facebook Login for Business, it says what is asked for."""
    config, asked = line.endpoint("config_id"), people.asked_for(scopes.SCOPES, client.also)
    wanted = {"config_id": config} if config else {"scope": ",".join(asked), "auth_type": "rerequest"}
    params = {
        "client_id": client.client_id,
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "state": state,
        **wanted,
    }
    dialog = f"{line.endpoint('login')}/{line.endpoint('version')}/dialog/oauth"
    return ConsentStart(str(httpx.URL(dialog, params=params)), Secret("{}"))


def finish(line: Line, *, client: OAuthClient, redirect_uri: str, answer: Mapping[str, str]) -> Consent:
    code = Secret(answer.get("code", ""))
    if answer.get("error") or not code:
        raise ConsentRefused(_refusal_words(answer))
    try:
        return _connected(replace(line, secrets=(client.client_secret, code)), client, redirect_uri, code)
    except (ConsentRefused, Throttled, NotSent):
        raise
    except PlatformError as error:  # A code works once: any refusal means starting again.
        failure = ConsentRefused(AGAIN, evidence=error.evidence)
    raise failure


def _refusal_words(answer: Mapping[str, str]) -> str:
    if answer.get("error") == "access_denied":
        return "Access to the Pages was declined on Facebook."
    return AGAIN


def _connected(line: Line, client: OAuthClient, redirect_uri: str, code: Secret) -> Consent:
    form = {"client_id": client.client_id, "client_secret": client.client_secret}
    exchange = {**form, "redirect_uri": redirect_uri, "code": code}
    short, _ = _token(line, line.send(scopes.TOKEN, data=exchange), scopes.TOKEN)
    line = replace(line, secrets=(*line.secrets, short))
    long = _long(line, client, short)
    line = replace(line, secrets=(*line.secrets, long))
    credential = _inspected(line, client, long)
    line = line.for_account(credential, as_person=True)
    found = pages.find_pages(line)
    usable = [page for page in found if page.takes_posts]
    if not usable:
        raise ConsentRefused(NO_TASK if found else NO_PAGE)
    extra = {channel_secret(page.channel.remote_id): page.token for page in usable}
    wanted = [scope for scope in scopes.SCOPES if scope not in scopes.HELPFUL]
    missing = tuple(scope for scope in wanted if scope not in credential.scopes) if credential.scopes else ()
    return Consent(replace(credential, extra=extra), tuple(page.channel for page in usable), missing)


def _token(line: Line, answer: wire.Answer, call: Any) -> tuple[Secret, dict[str, Any]]:
    said = line.said(call, answer)
    if not (token := text_in(said, "access_token")):
        raise line.unreadable(answer)
    return Secret(token), said


def _long(line: Line, client: OAuthClient, short: Secret) -> Secret:
    """A token of about 60 days. Whether a long one gets a new date here is not documented; it does no harm."""
    params: wire.Fields = {
        "grant_type": "fb_exchange_token",
        "client_id": client.client_id,
        "client_secret": client.client_secret,
        "fb_exchange_token": short,
    }
    token, _ = _token(line, line.send(scopes.EXCHANGE, params=params), scopes.EXCHANGE)
    return token


def _inspected(line: Line, client: OAuthClient, token: Secret) -> Credential:
    """Whose token it is, what it covers and until when: all that the answers before may leave out."""
    data = _inspect(line, client, token)
    user_id = remote_id(data, "user_id")
    if data.get("is_valid") is False:
        raise ConsentRefused(AGAIN)
    if not user_id:
        raise NotSent("Facebook did not say whose access this is.")
    granted = data.get("scopes")
    return Credential(
        remote_user_id=user_id,
        access_token=token,
        scopes=tuple(scope for scope in granted if isinstance(scope, str)) if isinstance(granted, list) else (),
        client=client,
        facts={"person_until": _date(data, "expires_at"), "data_until": _date(data, "data_access_expires_at")},
    )


def _inspect(line: Line, client: OAuthClient, token: Secret) -> dict[str, Any]:
    """What Facebook says of a token, in the name of our app."""
    app_token = Secret(f"{client.client_id}|{client.client_secret.reveal()}")
    line = replace(line, credential=None, secrets=(*line.secrets, app_token))
    params: wire.Fields = {"input_token": token, "access_token": app_token}
    return mapping_in(line.ask(scopes.INSPECT, params=params), "data")


def test_app(line: Line, client: OAuthClient) -> str:
    """Facebook inspects any token for an app that proves itself, one that nobody was given too."""
    try:
        _inspect(line, client, app_tests.NOBODYS_TOKEN)
    except (Disconnected, TokenExpired, MissingPermission, Rejected) as error:
        failure = app_tests.unknown(faults.LABEL, error)
    else:
        return app_tests.known(faults.LABEL)
    raise failure


def _date(data: Mapping[str, Any], name: str) -> str:
    """A time out of an inspection as ISO text; "" for never, and where Facebook does not say."""
    found = instant(data.get(name))
    return found.isoformat() if found else ""


# --- afterwards -------------------------------------------------------------------------------------------------------


def refresh(line: Line, credential: Credential) -> Credential:
    """The Pages' tokens anew, by the person's; and that one too in the second half of its life.

    A Page that the person no longer has a role on loses its token; Disconnected where none is left."""
    until = instant(credential.facts.get("person_until"))
    now = line.clock()
    if until is not None and until <= now:
        raise Disconnected("The access to Facebook has ended: connect the Pages again.")
    line = line.for_account(credential, as_person=True)
    if until is not None and until - now < RENEW_BEFORE and credential.client is not None:
        credential = _renewed(line, credential, credential.client)
        line = line.for_account(credential, as_person=True)
    tokens = {name: _page_token(line, name.removeprefix(CHANNEL_SECRET)) for name in _channels(credential)}
    if tokens and not any(tokens.values()):
        raise Disconnected("None of these Pages can be reached any more: connect them again.")
    extra = {name: tokens.get(name, secret) for name, secret in credential.extra.items()}
    return replace(credential, extra={name: secret for name, secret in extra.items() if secret})


def _channels(credential: Credential) -> list[str]:
    return [name for name in credential.extra if name.startswith(CHANNEL_SECRET)]


def _renewed(line: Line, credential: Credential, client: OAuthClient) -> Credential:
    try:
        token = _long(line, client, credential.access_token)
        fresh = _inspected(replace(line, credential=None, secrets=(*line.secrets, token)), client, token)
    except (Rejected, MissingPermission, ConsentRefused) as error:
        failure = NotSent("Facebook did not renew the access.", evidence=error.evidence)
    else:
        return replace(credential, access_token=token, facts={**credential.facts, **fresh.facts})
    raise failure


def _page_token(line: Line, page: str) -> Secret | None:
    """The token of one Page, or None where the person has no right to it any more."""
    try:
        said = line.ask(scopes.PAGE, {"page": page}, params={"fields": "id,access_token"})
    except (MissingPermission, Rejected):
        return None
    except TokenExpired as error:
        if error.evidence.code == LOST_ROLE:
            return None
        # It is the person's token that is over, and nothing renews that one.
        failure: PlatformError = Disconnected(
            "The access to Facebook has ended: connect the Pages again.", evidence=error.evidence
        )
    except NotSent as error:
        if faults.is_unseen(error):
            return None
        raise
    else:
        if remote_id(said) != page:
            raise NotSent("Facebook gave an answer that makes no sense.")
        token = text_in(said, "access_token")
        return Secret(token) if token else None
    raise failure


def sees_all(line: Line, needs: tuple[str, ...]) -> bool:
    """Whether the Page's token covers `needs` at this moment, so that a list which lacks a post is proof.

    A permission that was taken back, or 90 days without a login, may make lists empty where one expects an error."""
    credential = line.credential
    if credential is None or credential.client is None:
        return False
    data = _inspect(line, credential.client, credential.channel_token)
    granted = data.get("scopes")
    until = instant(data.get("data_access_expires_at"))
    is_open = until is None or until > line.clock()
    return data.get("is_valid") is True and is_open and isinstance(granted, list) and set(needs) <= set(granted)


def check(line: Line) -> Profile:
    """Who the Page is; of a consent as a whole, who the person is."""
    call, ids = (scopes.PAGE, {"page": line.page}) if line.page else (scopes.ME, {})
    fields = f"{pages.PROFILE_FIELDS},is_published" if line.page else "id,name"
    said = line.ask(call, ids, params={"fields": fields})
    if said.get("is_published") is False:
        raise AccountDisabled(HIDDEN)
    profile = pages.profile_of(line, said)
    if not profile.remote_id:
        raise NotSent("Facebook did not say whose access this is.")
    return profile


def listen(line: Line) -> None:
    """Facebook replaces what the Page was subscribed to before; asking again harms nobody."""
    said = line.ask(scopes.SUBSCRIBE, params={"subscribed_fields": ",".join(NOTICES)})
    if said.get("success") is not True:
        raise NotSent("Facebook did not say whether it tells us of this Page.")


def revoke(line: Line, credential: Credential) -> None:
    """Of one Page, no notices any more; of a consent as a whole, all that the person ever allowed us.

    The second ends every Page of that person here, so it is left to whoever knows that none is in use."""
    try:
        if credential.channel_id:
            line.send(scopes.UNSUBSCRIBE)
        else:
            line.send(scopes.FORGET)
    except PlatformError:
        return
