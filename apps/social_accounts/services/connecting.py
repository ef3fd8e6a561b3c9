"""From "connect an account" to a connected account: consent pages, app passwords, channels.

A journey belongs to one member or portal link, one browser and one workspace, is used once, and ends after ten minutes.
Functions that talk to a platform open their own tenancy scopes around the rows they need, so that no transaction waits
for a network.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from apps.audit import services as audit
from apps.core import clock, outbound
from apps.core.actors import Actor
from apps.core.secrets import Secret
from apps.events import services as events
from apps.governor.lanes import Lane
from apps.platforms.contract import Adapter, Channel, Consent, ConsentStart
from apps.platforms.errors import ConsentRefused, PlatformError, Rejected
from apps.social_accounts import lives
from apps.social_accounts.adapters import adapter_for, has_sandbox, sandbox_of
from apps.social_accounts.errors import NO_SANDBOX, ConnectionRefused, Reason
from apps.social_accounts.models import ConnectSession, Grant, OAuthApp, SocialAccount
from apps.social_accounts.selectors import needs_address
from apps.social_accounts.services import apps as oauth_apps
from apps.social_accounts.services import journeys
from apps.social_accounts.services.abilities import tell_inabilities
from apps.social_accounts.services.choosing import read_choices, remote_options
from apps.social_accounts.services.credentials import AnyApp, client_of, issued_by, new_grant, replace_tokens
from apps.social_accounts.services.journeys import NO_TERMS, Terms
from apps.social_accounts.services.marking import mark_missing_permission
from apps.social_accounts.services.returning import require_allowed
from apps.social_accounts.services.reviving import revive_family, revive_siblings, wanted_besides
from apps.social_accounts.services.travellers import Traveller, whose
from apps.social_accounts.states import AccountState, GrantState, JourneyState
from apps.tenants.models import Workspace

LIFETIME = timedelta(minutes=10)
SAID_NO: Final = frozenset({"access_denied", "user_denied", "user_cancelled_login", "user_cancelled_authorize"})


@dataclass(frozen=True, slots=True)
class Journey:
    """Where to send the browser, and the token that it must bring back in its own session; it may have several journeys
    open, and has one token for all of them."""

    authorize_url: str
    browser_token: str


def redirect_uri(platform: str) -> str:
    return f"{settings.PUBLIC_URL}{reverse('social_accounts:callback', args=[platform])}"


def begin_consent(
    *,
    member: Traveller,
    workspace_id: UUID,
    platform: str,
    address: str = "",
    reconnects: UUID | None = None,
    browser_token: str = "",
    terms: Terms = NO_TERMS,
) -> Journey:
    """Prepare the way to the platform's consent page; `address` names a server or handle where the platform needs one.

    `browser_token` is the one that this browser was given by an earlier journey, if any. Raises ConnectionRefused in
    words, and ReturnRefused where the terms name an address that the organization does not return to.
    """
    _check(member, terms)
    is_test = _is_test(member, workspace_id)
    adapter = adapter_for(platform, is_test=is_test, lane=Lane.REFRESH, organization_id=member.organization.pk)
    uri = redirect_uri(platform)
    also = _also(member, reconnects) if reconnects else ()
    state, browser_token = secrets.token_urlsafe(32), browser_token or secrets.token_urlsafe(32)
    try:
        server = _server(adapter, address, is_test=is_test)
        app = oauth_apps.app_for(member.organization.pk, adapter, is_test=is_test, server=server, redirect_uri=uri)
        start = _start(adapter, app, also, redirect_uri=uri, state=state, hint=address.strip())
    except PlatformError as error:
        raise _in_words(adapter, error) from error
    if urlsplit(start.authorize_url).scheme not in ("https", "http"):  # What a server says of itself may be anything.
        raise ConnectionRefused(
            f"{adapter.label} named no page to sign in at. Nothing was connected.",
            reason=Reason.BAD_ADDRESS,
            field="address",
        )
    with member.scope(), transaction.atomic():
        ConnectSession(
            workspace_id=workspace_id,
            platform=platform,
            **whose(member),
            **issued_by(app),
            server=server,
            reconnects_id=reconnects,
            state_hash=_hash(state),
            browser_hash=_hash(browser_token),
            keep=start.keep,
            expires_at=clock.now() + LIFETIME,
            **asdict(terms),
        ).save()
    return Journey(start.authorize_url, browser_token)


def _check(member: Traveller, terms: Terms) -> None:
    if terms.return_url:
        with member.scope():
            require_allowed(terms.return_url)


def _is_test(member: Traveller, workspace_id: UUID) -> bool:
    """Whether what is connected there is only a test. Raises ConnectionRefused where no simulation runs for that."""
    with member.scope():
        is_test: bool = Workspace.objects.values_list("is_test", flat=True).get(pk=workspace_id)
    if is_test and not has_sandbox():
        raise ConnectionRefused(NO_SANDBOX, reason=Reason.NOT_SET_UP)
    return is_test


def _also(member: Traveller, account_id: UUID) -> tuple[str, ...]:
    with member.scope():
        account = SocialAccount.objects.select_related("grant").filter(pk=account_id).first()
        return wanted_besides(account) if account else ()


def _start(adapter: Adapter, app: AnyApp, also: tuple[str, ...], **asked: str) -> ConsentStart:
    """The way to the consent page; a server that has forgotten our application is registered at again."""
    try:
        return adapter.begin_consent(client=replace(client_of(app), also=also), **asked)
    except ConsentRefused as refused:
        if not (isinstance(app, OAuthApp) and oauth_apps.forgotten(adapter, refused)):
            raise
    return adapter.begin_consent(client=client_of(oauth_apps.register_again(adapter, app)), **asked)


def finish_consent(
    *, member: Traveller, platform: str, answer: Mapping[str, str], browser_token: str
) -> tuple[ConnectSession, list[SocialAccount]]:
    """Take the platform's answer. With one channel the account is connected; with several a person picks
    (`take_channels`).

    Raises ConnectionRefused for a state that is unknown, used, too old, or another browser's, member's or
    organization's, and PermissionDenied for somebody who may no longer connect accounts there.
    """
    with member.scope(), transaction.atomic():
        session = _use_once(answer.get("state", ""), member, platform, browser_token)
        member.require("account.connect", session.workspace_id)
    try:
        session, accounts = _take_answer(member, session, answer)
    except ConnectionRefused as refused:
        journeys.end(member, session, refused.reason)
        refused.session_id = session.pk
        raise
    for account in accounts:
        revive_family(organization_id=account.organization_id, account_id=account.pk, actor=member.actor)
        _ask_for_choices(account)
    return session, accounts


def _take_answer(
    member: Traveller, session: ConnectSession, answer: Mapping[str, str]
) -> tuple[ConnectSession, list[SocialAccount]]:
    app = session.organization_app or session.app
    if app is None:
        raise ConnectionRefused(
            "The application this sign-in was started with is gone. Start again.", reason=Reason.NOT_SET_UP
        )
    is_test = session.workspace.is_test
    adapter = adapter_for(session.platform, is_test=is_test, lane=Lane.REFRESH, organization_id=member.organization.pk)
    try:
        consent = adapter.finish_consent(
            client=client_of(app), redirect_uri=redirect_uri(session.platform), answer=answer, keep=session.keep
        )
    except PlatformError as error:
        said_no = answer.get("error") in SAID_NO
        raise _in_words(adapter, error, refused=Reason.ACCESS_DENIED if said_no else Reason.REFUSED) from error
    return _store(member, session, app, consent, adapter)


def sign_in(
    *,
    member: Traveller,
    workspace_id: UUID,
    platform: str,
    address: str,
    identifier: str,
    password: Secret,
    reconnects: UUID | None = None,
    terms: Terms = NO_TERMS,
) -> tuple[ConnectSession, list[SocialAccount]]:
    """Connect with an app password. Raises ConnectionRefused in words; the password itself is never stored."""
    _check(member, terms)
    is_test = _is_test(member, workspace_id)
    adapter = adapter_for(platform, is_test=is_test, lane=Lane.REFRESH, organization_id=member.organization.pk)
    try:
        server = _server(adapter, address or identifier, is_test=is_test)
        consent = adapter.sign_in(server=server, identifier=identifier.strip().lstrip("@"), password=password)
    except PlatformError as error:
        raise _in_words(adapter, error, refused=Reason.BAD_PASSWORD) from error
    with member.scope(), transaction.atomic():
        session = ConnectSession(
            workspace_id=workspace_id,
            platform=platform,
            **whose(member),
            server=server,
            reconnects_id=reconnects,
            state_hash=_hash(secrets.token_urlsafe(32)),
            browser_hash="",
            expires_at=clock.now() + LIFETIME,
            used_at=clock.now(),
            **asdict(terms),
        )
        session.save()
    return _store(member, session, None, consent, adapter)


def take_channels(*, session: ConnectSession, remote_ids: Sequence[str], actor: Actor) -> list[SocialAccount]:
    """Connect the chosen channels of a finished consent. Raises ConnectionRefused when none or foreign ones are
    named."""
    channels = [Channel(**data) for data in session.channels]
    chosen = [channel for channel in channels if channel.remote_id in set(remote_ids)]
    if not chosen or session.grant is None:
        raise ConnectionRefused(
            "Choose at least one account to connect.", reason=Reason.NOTHING_CHOSEN, field="channels"
        )
    with transaction.atomic():
        if not journeys.move(session, JourneyState.CONNECTED, finished_at=clock.now()):
            raise ConnectionRefused(
                "These accounts were chosen already, perhaps in another tab.",
                reason=Reason.CHOSEN_ALREADY,
                field="channels",
            )
        journeys.keep_to_limit(session, chosen)
        journeys.keep_to_plan(session, chosen)
        journeys.count_on_link(session, chosen)
        accounts = [_connect(session, channel, session.grant, actor) for channel in chosen]
        revive_siblings(account=accounts[0], before=None, grant=session.grant, channels=channels, actor=actor)
        journeys.remember(session, accounts)
        return accounts


def _server(adapter: Adapter, address: str, *, is_test: bool) -> str:
    """The origin behind an address that a person typed, whose shape may be called; a test has only the simulation's."""
    if is_test:
        return _simulated_server(adapter, address.strip())
    if not address.strip():
        return adapter.resolve_server("") if not oauth_apps.is_registered_by_us(adapter) else _need_address(adapter)
    server = adapter.resolve_server(address.strip())
    if server:
        try:
            outbound.check_url(server)
        except outbound.AddressRefused as error:
            raise ConnectionRefused(str(error), reason=Reason.BAD_ADDRESS, field="address") from error
    return server


def _simulated_server(adapter: Adapter, address: str) -> str:
    """Where the simulated server is; whoever typed the address of another one is told, and nobody is asked."""
    asked, origin = needs_address(adapter.name), sandbox_of(adapter.name)
    if asked == "bluesky" and not address:
        return _need_address(adapter)
    if asked != "instance":
        return adapter.resolve_server(address)
    if address and address.removesuffix("/") not in (origin, urlsplit(origin).netloc):
        words = f"This is a test workspace: the only {adapter.label} server here is the simulated one, {origin}."
        raise ConnectionRefused(words, reason=Reason.BAD_ADDRESS, field="address")
    return adapter.resolve_server(origin)


def _need_address(adapter: Adapter) -> str:
    raise ConnectionRefused(
        f"Name the {adapter.label} server that the account is on.", reason=Reason.BAD_ADDRESS, field="address"
    )


def _use_once(state: str, member: Traveller, platform: str, browser_token: str) -> ConnectSession:
    """Mark the journey as used, and forget what was kept for it; the UPDATE itself decides that it happens once."""
    mine = ConnectSession.objects.filter(
        state_hash=_hash(state),
        browser_hash=_hash(browser_token),
        **whose(member),
        platform=platform,
        used_at=None,
        expires_at__gt=clock.now(),
    )
    if not browser_token or not mine.update(used_at=clock.now()):
        raise ConnectionRefused(
            "This sign-in was started too long ago, in another browser, or was used before. Nothing was connected. "
            "Start again from the accounts page.",
            reason=Reason.EXPIRED,
        )
    session: ConnectSession = ConnectSession.objects.select_related("app", "organization_app", "workspace").get(
        state_hash=_hash(state)
    )
    ConnectSession.objects.filter(pk=session.pk).update(keep="")
    return session


def _store(
    member: Traveller, session: ConnectSession, app: AnyApp | None, consent: Consent, adapter: Adapter
) -> tuple[ConnectSession, list[SocialAccount]]:
    if not consent.channels:
        raise ConnectionRefused(
            f"{adapter.label} gave no account that can be published to. Nothing was connected.",
            reason=Reason.NO_ACCOUNTS,
        )
    with member.scope(), transaction.atomic():
        if (account := session.reconnects) is not None:
            account = _reconnect(session, account, consent, app, member.actor, adapter)
            journeys.spend_link(session)
            journeys.move(session, JourneyState.CONNECTED, finished_at=clock.now())
            journeys.remember(session, [account])
            return session, [_with_missing(account, consent, adapter)]
        grant = _grant_for(session, consent, app)
        channels = [asdict(channel) for channel in consent.channels]
        ConnectSession.objects.filter(pk=session.pk).update(grant=grant, channels=channels)
        session.grant, session.channels = grant, channels
        if len(consent.channels) > 1:
            journeys.move(session, JourneyState.PENDING)
            return session, []
        (only,) = take_channels(session=session, remote_ids=[consent.channels[0].remote_id], actor=member.actor)
        return session, [_with_missing(only, consent, adapter)]


def _grant_for(session: ConnectSession, consent: Consent, app: AnyApp | None) -> Grant:
    """The grant of this identity in this workspace with its new tokens, or a first one. Workspaces never share
    tokens."""
    known = (
        SocialAccount.objects.filter(
            workspace_id=session.workspace_id,
            platform=session.platform,
            is_test=session.workspace.is_test,
            grant__remote_user_id=consent.credential.remote_user_id,
        )
        .select_related("grant")
        .first()
    )
    if known is None or known.grant is None:
        is_test = session.workspace.is_test
        return new_grant(consent.credential, platform=session.platform, is_test=is_test, app=app)
    # Held, so that a refresh under way cannot come between: these tokens are newer than any it brings.
    grant: Grant = Grant.objects.locked(known.grant_id)
    Grant.objects.filter(pk=grant.pk).update(**issued_by(app))
    replace_tokens(grant, consent.credential)
    return grant


def _reconnect(
    session: ConnectSession,
    account: SocialAccount,
    consent: Consent,
    app: AnyApp | None,
    actor: Actor,
    adapter: Adapter,
) -> SocialAccount:
    channel = next((c for c in consent.channels if c.remote_id == account.remote_id), None)
    if channel is None:
        other = consent.channels[0].handle
        raise ConnectionRefused(
            f"You signed in to {adapter.label} as @{other}, but this account is @{account.handle}. "
            f"Nothing was changed. Sign in as @{account.handle}, or connect @{other} as a new account.",
            reason=Reason.WRONG_ACCOUNT,
        )
    journeys.keep_to_plan(session, [channel])
    before = account.grant
    grant = _grant_for(session, consent, app)
    account = _connect(session, channel, grant, actor)
    revive_siblings(account=account, before=before, grant=grant, channels=consent.channels, actor=actor)
    return account


def _connect(session: ConnectSession, channel: Channel, grant: Grant, actor: Actor) -> SocialAccount:
    """The account row of a channel, which keeps its id over every reconnect."""
    known = {"workspace_id": session.workspace_id, "platform": session.platform, "remote_id": channel.remote_id}
    account: SocialAccount = SocialAccount.objects.filter(**known).first() or SocialAccount(**known)
    is_new = account._state.adding
    account.grant, account.is_test = grant, grant.is_test
    account.kind = channel.kind
    account.introduce(handle=channel.handle, name=channel.name, url=channel.url)
    account.limits = dict(channel.limits)
    account.state, account.reason = AccountState.ACTIVE, ""
    account.checked_at = account.connected_at = clock.now()
    account.check_at = lives.next_check(account.pk, after=account.checked_at)
    account.connected_by_id = session.user_id
    account.save()
    audit.record("account.connected" if is_new else "account.reconnected", subject=account, actor=actor)
    events.emit("account.connected", subject=account, data={"platform": account.platform, "is_new": is_new})
    Grant.objects.filter(pk=grant.pk).update(state=GrantState.ACTIVE)
    tell_inabilities(account, grant)
    return account


def _ask_for_choices(account: SocialAccount) -> None:
    """So that whoever connected it can write for it at once; what cannot be read now is read within a minute."""
    if remote_options(account.platform):
        read_choices(organization_id=account.organization_id, account_id=account.pk)


def _with_missing(account: SocialAccount, consent: Consent, adapter: Adapter) -> SocialAccount:
    """Say at once what a person did not allow, and not only when a post of theirs falls due."""
    if consent.missing_scopes and not adapter.calls:
        reason = (
            f"{adapter.label} was not allowed everything: {', '.join(consent.missing_scopes)}. Reconnect and allow it."
        )
        mark_missing_permission(account_id=account.pk, reason=reason, scopes=consent.missing_scopes)
        account.refresh_from_db()
    return account


def _in_words(adapter: Adapter, error: PlatformError, *, refused: Reason = Reason.REFUSED) -> ConnectionRefused:
    if isinstance(error, Rejected):
        return ConnectionRefused(error.words, reason=Reason.BAD_ADDRESS, field=error.field or "address")
    if isinstance(error, ConsentRefused):
        return ConnectionRefused(error.words, reason=refused)
    words = f"{error.words} Nothing was connected. Try again in a few minutes."
    return ConnectionRefused(words, reason=Reason.UNREACHABLE)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
