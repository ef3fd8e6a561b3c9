"""What comes back of a consent: the platform's answer, or an app password typed here, taken once."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict
from typing import Final
from uuid import UUID

from django.db import transaction

from apps.core import clock
from apps.core.secrets import Secret
from apps.governor.lanes import Lane
from apps.platforms.errors import PlatformError
from apps.social_accounts.adapters import adapter_for
from apps.social_accounts.errors import ConnectionRefused, Reason
from apps.social_accounts.models import ConnectSession, SocialAccount
from apps.social_accounts.services import journeys
from apps.social_accounts.services.beginning import (
    LIFETIME,
    hash_of,
    in_words,
    is_test_place,
    redirect_uri,
    require_terms,
    server_of,
)
from apps.social_accounts.services.choosing import read_choices, remote_options
from apps.social_accounts.services.credentials import client_of
from apps.social_accounts.services.journeys import NO_TERMS, Terms
from apps.social_accounts.services.reviving import revive_family
from apps.social_accounts.services.taking_channels import store
from apps.social_accounts.services.travellers import Traveller, whose

SAID_NO: Final = frozenset({"access_denied", "user_denied", "user_cancelled_login", "user_cancelled_authorize"})


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
        raise in_words(adapter, error, refused=Reason.ACCESS_DENIED if said_no else Reason.REFUSED) from error
    return store(member, session, app, consent, adapter)


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
    require_terms(member, terms)
    is_test = is_test_place(member, workspace_id)
    adapter = adapter_for(platform, is_test=is_test, lane=Lane.REFRESH, organization_id=member.organization.pk)
    try:
        server = server_of(adapter, address or identifier, is_test=is_test)
        consent = adapter.sign_in(server=server, identifier=identifier.strip().lstrip("@"), password=password)
    except PlatformError as error:
        raise in_words(adapter, error, refused=Reason.BAD_PASSWORD) from error
    with member.scope(), transaction.atomic():
        session = ConnectSession(
            workspace_id=workspace_id,
            platform=platform,
            **whose(member),
            server=server,
            reconnects_id=reconnects,
            state_hash=hash_of(secrets.token_urlsafe(32)),
            browser_hash="",
            expires_at=clock.now() + LIFETIME,
            used_at=clock.now(),
            **asdict(terms),
        )
        session.save()
    return store(member, session, None, consent, adapter)


def _use_once(state: str, member: Traveller, platform: str, browser_token: str) -> ConnectSession:
    """Mark the journey as used, and forget what was kept for it; the UPDATE itself decides that it happens once."""
    mine = ConnectSession.objects.filter(
        state_hash=hash_of(state),
        browser_hash=hash_of(browser_token),
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
        state_hash=hash_of(state)
    )
    ConnectSession.objects.filter(pk=session.pk).update(keep="")
    return session


def _ask_for_choices(account: SocialAccount) -> None:
    """So that whoever connected it can write for it at once; what cannot be read now is read within a minute."""
    if remote_options(account.platform):
        read_choices(organization_id=account.organization_id, account_id=account.pk)
