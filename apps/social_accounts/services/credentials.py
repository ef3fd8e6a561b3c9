"""Credentials in and out of their rows. Tokens are written through here and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from django.db.models import F

from apps.core import clock
from apps.core.fields import seal
from apps.core.secrets import Secret
from apps.platforms import registry
from apps.platforms.contract import CHANNEL_SECRET, NO_SECRET, Credential, OAuthClient, channel_secret
from apps.social_accounts import lives
from apps.social_accounts.errors import LostRefresh, NotConnected
from apps.social_accounts.models import Grant, OAuthApp, OrganizationApp, SocialAccount
from apps.social_accounts.selectors import webhook_secrets_of
from apps.social_accounts.states import GrantState

AnyApp = OAuthApp | OrganizationApp


def credential_for(account: SocialAccount) -> Credential:
    """What an adapter needs to act for `account`; raises NotConnected where nothing usable is stored."""
    grant = account.grant
    if grant is None or grant.state == GrantState.DEAD:
        raise NotConnected(f"{account} has to be reconnected")
    return replace(credential_of(grant), channel_id=account.remote_id, channel_kind=account.kind)


def credential_of(grant: Grant) -> Credential:
    return Credential(
        remote_user_id=grant.remote_user_id,
        access_token=grant.access_token,
        refresh_token=grant.refresh_token,
        expires_at=grant.expires_at,
        refresh_expires_at=grant.refresh_expires_at,
        scopes=tuple(grant.scopes),
        server=grant.server,
        client=client_of(grant.issuer) if grant.issuer else None,
        extra=_open_extra(grant.extra),
        facts=grant.facts,
    )


def client_of(app: AnyApp) -> OAuthClient:
    if isinstance(app, OrganizationApp):
        return OAuthClient(app.client_id, app.client_secret)
    return OAuthClient(
        app.client_id,
        app.client_secret,
        server=app.server,
        scopes=tuple(app.scopes),
        webhook_secret=next(iter(webhook_secrets_of(app.platform, app.client_id)), NO_SECRET),
    )


def issued_by(app: AnyApp | None) -> dict[str, Any]:
    """The columns by which a row remembers its app."""
    is_own = isinstance(app, OrganizationApp)
    return {"app": None if is_own else app, "organization_app": app if is_own else None}


def new_grant(credential: Credential, *, platform: str, is_test: bool, app: AnyApp | None) -> Grant:
    """A row for a fresh consent, in the organization in context."""
    own = {"remote_user_id": credential.remote_user_id, "issued_at": clock.now()}
    grant = Grant(platform=platform, is_test=is_test, **issued_by(app), **own)
    grant.save()  # The id and the organization are part of what the tokens are sealed with.
    _store(grant, credential, version=grant.version)
    return grant


def keep_channels(grant: Grant, remote_ids: Collection[str]) -> None:
    """Forget the tokens of channels that nobody connected: a consent may have brought those of fifty Pages."""
    extra = _open_extra(grant.extra)
    wanted = {channel_secret(remote_id) for remote_id in remote_ids}
    kept = {name: secret for name, secret in extra.items() if not name.startswith(CHANNEL_SECRET) or name in wanted}
    if kept != extra:
        replace_tokens(grant, replace(credential_of(grant), extra=kept))


def replace_tokens(grant: Grant, credential: Credential) -> None:
    """Give an existing grant the tokens of a newer consent or refresh.

    Raises LostRefresh if somebody else changed them since `grant` was read. An empty refresh token never takes the
    place of one that is there.
    """
    _store(grant, credential, version=grant.version)


def _store(grant: Grant, credential: Credential, *, version: int) -> None:
    now = clock.now()
    tokens = lives.Tokens(
        platform=grant.platform,
        issued_at=now,
        expires_at=credential.expires_at,
        refresh_expires_at=credential.refresh_expires_at,
        has_refresh_token=bool(credential.refresh_token or grant.refresh_token),
    )
    is_same = credential.refresh_token in (NO_SECRET, grant.refresh_token)
    changes: dict[str, Any] = {
        "server": credential.server,
        "access_token": seal(grant, "access_token", credential.access_token),
        "extra": seal(grant, "extra", _close_extra(credential)),
        "facts": dict(credential.facts),
        "scopes": list(credential.scopes),
        "issued_at": now,
        "expires_at": credential.expires_at,
        "ends_at": lives.ends_at(tokens, known=grant.ends_at if is_same else None),
        "family": _family(grant, credential),
        "state": GrantState.ACTIVE,
        "refresh_at": lives.refresh_at(tokens),
        "refresh_tries": 0,
        "refresh_started_at": None,
        "version": F("version") + 1,
        "updated_at": now,
    }
    if credential.refresh_token:
        changes["refresh_token"] = seal(grant, "refresh_token", credential.refresh_token)
        changes["refresh_expires_at"] = credential.refresh_expires_at
    if not Grant.objects.filter(pk=grant.pk, version=version).update(**changes):
        raise LostRefresh(str(grant.pk))
    grant.refresh_from_db()


def _family(grant: Grant, credential: Credential) -> str:
    """What a test sign-in brought hangs together too, and never with what a real one did."""
    family = registry.adapter_class(grant.platform).family(credential)
    return f"test:{family}"[:200] if grant.is_test and family else family


def _close_extra(credential: Credential) -> Secret:
    if not credential.extra:
        return Secret("")
    return Secret(json.dumps({name: secret.reveal() for name, secret in credential.extra.items()}))


def _open_extra(sealed: Secret) -> dict[str, Secret]:
    if not sealed:
        return {}
    return {name: Secret(text) for name, text in json.loads(sealed.reveal()).items()}
