"""From the channels that a consent gave to connected accounts: the only one at once, of several those that a person
picks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from django.db import transaction

from apps.audit import services as audit
from apps.core import clock
from apps.core.actors import Actor
from apps.events import services as events
from apps.platforms.contract import Adapter, Channel, Consent
from apps.social_accounts import lives
from apps.social_accounts.errors import ConnectionRefused, Reason
from apps.social_accounts.models import ConnectSession, Grant, SocialAccount
from apps.social_accounts.services import journeys
from apps.social_accounts.services.abilities import tell_inabilities
from apps.social_accounts.services.credentials import AnyApp, issued_by, new_grant, replace_tokens
from apps.social_accounts.services.marking import mark_missing_permission
from apps.social_accounts.services.reviving import revive_siblings
from apps.social_accounts.services.travellers import Traveller
from apps.social_accounts.states import AccountState, GrantState, JourneyState


def store(
    member: Traveller, session: ConnectSession, app: AnyApp | None, consent: Consent, adapter: Adapter
) -> tuple[ConnectSession, list[SocialAccount]]:
    """Keep what a consent gave. With one channel, or for a reconnect, the account is connected; with several a person
    picks. Raises ConnectionRefused."""
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


def _with_missing(account: SocialAccount, consent: Consent, adapter: Adapter) -> SocialAccount:
    """Say at once what a person did not allow, and not only when a post of theirs falls due."""
    if consent.missing_scopes and not adapter.calls:
        reason = (
            f"{adapter.label} was not allowed everything: {', '.join(consent.missing_scopes)}. Reconnect and allow it."
        )
        mark_missing_permission(account_id=account.pk, reason=reason, scopes=consent.missing_scopes)
        account.refresh_from_db()
    return account
