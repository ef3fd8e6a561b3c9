"""The way to a platform's consent page. What a browser brings back from there is taken in `finishing`.

A journey belongs to one member or portal link, one browser and one workspace, is used once, and ends after ten minutes.
Functions that talk to a platform open their own tenancy scopes around the rows they need, so that no transaction waits
for a network.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from apps.core import clock, outbound
from apps.governor.lanes import Lane
from apps.platforms.contract import Adapter, ConsentStart
from apps.platforms.errors import ConsentRefused, PlatformError, Rejected
from apps.social_accounts.adapters import adapter_for, has_sandbox, sandbox_of
from apps.social_accounts.errors import NO_SANDBOX, ConnectionRefused, Reason
from apps.social_accounts.models import ConnectSession, OAuthApp, SocialAccount
from apps.social_accounts.selectors import needs_address
from apps.social_accounts.services import apps as oauth_apps
from apps.social_accounts.services.credentials import AnyApp, client_of, issued_by
from apps.social_accounts.services.journeys import NO_TERMS, Terms
from apps.social_accounts.services.returning import require_allowed
from apps.social_accounts.services.reviving import wanted_besides
from apps.social_accounts.services.travellers import Traveller, whose
from apps.tenants.models import Workspace

LIFETIME: Final = timedelta(minutes=10)


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
    require_terms(member, terms)
    is_test = is_test_place(member, workspace_id)
    adapter = adapter_for(platform, is_test=is_test, lane=Lane.REFRESH, organization_id=member.organization.pk)
    uri = redirect_uri(platform)
    also = _also(member, reconnects) if reconnects else ()
    state, browser_token = secrets.token_urlsafe(32), browser_token or secrets.token_urlsafe(32)
    try:
        server = server_of(adapter, address, is_test=is_test)
        app = oauth_apps.app_for(member.organization.pk, adapter, is_test=is_test, server=server, redirect_uri=uri)
        start = _start(adapter, app, also, redirect_uri=uri, state=state, hint=address.strip())
    except PlatformError as error:
        raise in_words(adapter, error) from error
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
            state_hash=hash_of(state),
            browser_hash=hash_of(browser_token),
            keep=start.keep,
            expires_at=clock.now() + LIFETIME,
            **asdict(terms),
        ).save()
    return Journey(start.authorize_url, browser_token)


def require_terms(member: Traveller, terms: Terms) -> None:
    """Raise ReturnRefused for an address that the organization does not return to."""
    if terms.return_url:
        with member.scope():
            require_allowed(terms.return_url)


def is_test_place(member: Traveller, workspace_id: UUID) -> bool:
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


def server_of(adapter: Adapter, address: str, *, is_test: bool) -> str:
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


def in_words(adapter: Adapter, error: PlatformError, *, refused: Reason = Reason.REFUSED) -> ConnectionRefused:
    """What a person is told of it."""
    if isinstance(error, Rejected):
        return ConnectionRefused(error.words, reason=Reason.BAD_ADDRESS, field=error.field or "address")
    if isinstance(error, ConsentRefused):
        return ConnectionRefused(error.words, reason=refused)
    words = f"{error.words} Nothing was connected. Try again in a few minutes."
    return ConnectionRefused(words, reason=Reason.UNREACHABLE)


def hash_of(token: str) -> str:
    """As tokens of journeys are kept."""
    return hashlib.sha256(token.encode()).hexdigest()
