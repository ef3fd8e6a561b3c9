"""Which application Postroom is at a platform: the operator's, or one registered with the server on the spot."""

from __future__ import annotations

from django.conf import settings

from apps.core.secrets import Secret
from apps.platforms.contract import Adapter, ConnectBy, OAuthClient
from apps.social_accounts.errors import ConnectionRefused
from apps.social_accounts.models import OAuthApp


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


def is_ready(platform: str, *, needs_app: bool) -> bool:
    """Whether consent can be asked for: the operator has set the platform up, or it needs no setting up."""
    return not needs_app or bool(_setting(platform)[0]) or OAuthApp.objects.filter(platform=platform).exists()


def _setting(platform: str) -> tuple[str, str]:
    prefix = platform.upper()
    return getattr(settings, f"{prefix}_CLIENT_ID", ""), getattr(settings, f"{prefix}_CLIENT_SECRET", "")


def _configured(adapter: Adapter) -> OAuthClient:
    client_id, secret = _setting(adapter.name)
    if not client_id:
        raise ConnectionRefused(
            f"{adapter.label} is not set up on this server yet. "
            f"Ask whoever runs it to enter the {adapter.label} app's id and secret."
        )
    return OAuthClient(client_id, Secret(secret))


def forget_app(app: OAuthApp) -> None:
    """The server no longer knows the app (some clean up): the next connect registers a new one."""
    OAuthApp.objects.filter(pk=app.pk, platform=app.platform).update(server=f"{app.server}#forgotten-{app.pk}")
