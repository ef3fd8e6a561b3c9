"""Which application Postroom is at a platform: the operator's, or one registered with the server on the spot."""

from __future__ import annotations

from apps.core.secrets import Secret
from apps.platforms.contract import Adapter, ConnectBy, OAuthClient
from apps.social_accounts.errors import ConnectionRefused
from apps.social_accounts.models import OAuthApp
from apps.social_accounts.selectors import configured_app


def app_for(adapter: Adapter, *, server: str, redirect_uri: str) -> OAuthApp:
    """The app for this server and redirect address, registered first if need be (a network call).

    Raises ConnectionRefused where the operator has not set the platform up, and the adapter's errors.
    """
    known = OAuthApp.objects.filter(platform=adapter.name, server=server, redirect_uri__in=["", redirect_uri])
    if app := known.first():
        return app
    if is_registered_by_us(adapter):
        client = adapter.register(server=server, redirect_uri=redirect_uri)
    else:
        client, redirect_uri = _configured(adapter), ""
    app, _ = OAuthApp.objects.get_or_create(
        platform=adapter.name,
        server=server,
        redirect_uri=redirect_uri,
        defaults={
            "client_id": client.client_id,
            "client_secret": client.client_secret,
            "scopes": list(client.scopes),
        },
    )
    return app


def is_registered_by_us(adapter: Adapter) -> bool:
    return ConnectBy.INSTANCE_OAUTH in adapter.capabilities.connect_by


def _configured(adapter: Adapter) -> OAuthClient:
    client_id, secret = configured_app(adapter.name)
    if not client_id:
        raise ConnectionRefused(
            f"{adapter.label} is not set up on this server yet. "
            f"Ask whoever runs it to enter the {adapter.label} app's id and secret."
        )
    return OAuthClient(client_id, Secret(secret))
