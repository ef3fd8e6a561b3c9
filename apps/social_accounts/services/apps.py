"""Which application Postroom is at a platform: the organization's own, the operator's, or one registered with the
server on the spot."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from uuid import UUID

from django.db.models import Q

from apps.core import tenancy
from apps.core.secrets import Secret
from apps.platforms.capabilities import ConnectBy
from apps.platforms.contract import NO_SECRET, Adapter, OAuthClient
from apps.platforms.errors import ConsentRefused
from apps.social_accounts.errors import ConnectionRefused, Reason
from apps.social_accounts.models import OAuthApp, OrganizationApp, Sender
from apps.social_accounts.selectors import configured_app, is_set_up, test_app, webhook_secrets_of
from apps.social_accounts.services.credentials import AnyApp, client_of


def app_for(organization_id: UUID, adapter: Adapter, *, is_test: bool, server: str, redirect_uri: str) -> AnyApp:
    """The app for this server and redirect address, registered first if need be (a network call). An organization's
    own goes before the operator's; the simulation that tests are sent to knows neither.

    Raises ConnectionRefused where the operator has not set the platform up, and the adapter's errors.
    """
    if not is_test and (own := _own(organization_id, adapter.name)):
        return own
    here = OAuthApp.objects.filter(platform=adapter.name, is_test=is_test, server=server)
    known = here.filter(redirect_uri__in=["", redirect_uri]).first()
    if not is_registered_by_us(adapter):
        return _configured(adapter, server, known, is_test=is_test)
    if known:
        return known
    client = adapter.register(server=server, redirect_uri=redirect_uri)
    app, _ = OAuthApp.objects.get_or_create(
        platform=adapter.name,
        is_test=is_test,
        server=server,
        redirect_uri=redirect_uri,
        defaults={
            "client_id": client.client_id,
            "client_secret": client.client_secret,
            "scopes": list(client.scopes),
        },
    )
    return app


def clients_that_sign(platform: str) -> Iterator[OAuthClient]:
    """Postroom's apps at a platform, each with every secret that may have signed what comes from there.

    First each app as it is; then the operator's with the further secrets that the settings name, which may be those of
    an app around it, or the old or the new one while a secret is being replaced. The usual one comes first, and costs
    no query.
    """
    yield from operators_clients(platform)
    for client in operators_clients(platform):
        for secret in webhook_secrets_of(platform, client.client_id):
            yield replace(client, client_secret=secret, webhook_secret=secret)


def operators_clients(platform: str) -> Iterator[OAuthClient]:
    """The operator's apps at a platform: the one of the environment first, then those entered in the admin."""
    client_id, secret = configured_app(platform)
    if client_id:
        newest = next(iter(webhook_secrets_of(platform, client_id)), NO_SECRET)
        yield OAuthClient(client_id, Secret(secret), webhook_secret=newest)
    for stored in map(client_of, OAuthApp.objects.real().filter(platform=platform).order_by("created_at")):
        if (stored.client_id, stored.client_secret) != (client_id, Secret(secret)):
            yield stored


def client_ids_at(platforms: Collection[str], *, sender: Sender | None) -> frozenset[str]:
    """Under which ids these platforms know us: the operator's apps, or all that the sender's organization has."""
    if sender is None:
        return frozenset(client.client_id for platform in platforms for client in operators_clients(platform))
    with tenancy.across_tenants("tell which apps a platform's word is for"):
        own = OrganizationApp.across_tenants.filter(organization_id=sender.organization_id, platform__in=platforms)
        in_use = own.filter(Q(replaced_at=None) | Q(grants__isnull=False))
        return frozenset(in_use.values_list("client_id", flat=True))


def is_anybodys_app_at(platform: str) -> bool:
    """Whether the operator or any organization has an app there."""
    with tenancy.across_tenants("see whether anybody has an app at a platform"):
        return is_set_up(platform) or OrganizationApp.across_tenants.filter(platform=platform).exists()


def forgotten(adapter: Adapter, refused: ConsentRefused) -> bool:
    """Whether a server refuses because it has forgotten the application that we registered there."""
    return is_registered_by_us(adapter) and refused.evidence.code == "invalid_client"


def register_again(adapter: Adapter, app: OAuthApp) -> OAuthApp:
    """Take the place of an application that its server has forgotten (a network call); its tokens are dead already."""
    client = adapter.register(server=app.server, redirect_uri=app.redirect_uri)
    app.client_id, app.client_secret, app.scopes = client.client_id, client.client_secret, list(client.scopes)
    app.save()
    return app


def _own(organization_id: UUID, platform: str) -> OrganizationApp | None:
    with tenancy.scope(organization_id=organization_id):
        own: OrganizationApp | None = OrganizationApp.objects.filter(platform=platform, replaced_at=None).first()
    return own


def is_registered_by_us(adapter: Adapter) -> bool:
    return ConnectBy.INSTANCE_OAUTH in adapter.capabilities.connect_by


def _configured(adapter: Adapter, server: str, known: OAuthApp | None, *, is_test: bool) -> OAuthApp:
    """The row of the app that the settings name, as they name it now; one that was entered in the admin otherwise."""
    client_id, secret = test_app(adapter.name) if is_test else configured_app(adapter.name)
    if not client_id:
        if known is None:
            raise ConnectionRefused(
                f"{adapter.label} is not set up on this server yet. "
                f"Ask whoever runs it to enter the {adapter.label} app's id and secret.",
                reason=Reason.NOT_SET_UP,
            )
        return known
    values = {"client_id": client_id, "client_secret": Secret(secret)}
    if known is None:
        known, _ = OAuthApp.objects.get_or_create(
            platform=adapter.name, is_test=is_test, server=server, redirect_uri="", defaults=values
        )
    if (known.client_id, known.client_secret) != (client_id, values["client_secret"]):
        known.client_id, known.client_secret = client_id, Secret(secret)
        known.save()
    return known
