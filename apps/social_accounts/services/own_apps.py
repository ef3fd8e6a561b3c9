"""An organization's own apps at platforms (BYOK): entered, replaced, tested, taken out of use.

Secrets go in and never come out again. Tokens stay with the app that they were given to: an app that is replaced is
kept for their sake, and forgotten with the last of them.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.crypto import salted_hmac

from apps.audit import services as audit
from apps.core import clock, tenancy
from apps.core.actors import Actor
from apps.core.secrets import Secret
from apps.governor.lanes import Lane
from apps.platforms import registry
from apps.platforms.capabilities import ConnectBy
from apps.platforms.contract import Adapter, OAuthClient
from apps.platforms.errors import ConsentRefused, NotOffered, PlatformError
from apps.social_accounts.adapters import adapter_for
from apps.social_accounts.errors import AppRefused, AppReplaced
from apps.social_accounts.models import OrganizationApp, Sender, SocialAccount
from apps.social_accounts.services.credentials import client_of
from apps.social_accounts.states import AccountState


def takes_apps(platform: str) -> bool:
    """Whether an app is registered by hand there; Mastodon's servers and Bluesky need none."""
    ways = registry.capabilities(platform).connect_by
    return not {ConnectBy.INSTANCE_OAUTH, ConnectBy.APP_PASSWORD} & set(ways)


def app_in_use(platform: str) -> OrganizationApp | None:
    found: OrganizationApp | None = OrganizationApp.objects.filter(platform=platform, replaced_at=None).first()
    return found


def app_at_address(*, platform: str, app_id: UUID) -> tuple[Sender, OAuthClient] | None:
    """The app whose secret signs what comes to its own address, of whichever organization; None where there is none,
    or where it was replaced and no token hangs on it any more."""
    with tenancy.across_tenants("find the app that signs what comes to its address"):
        found = OrganizationApp.across_tenants.filter(Q(replaced_at=None) | Q(grants__isnull=False))
        app = found.filter(pk=app_id, platform=platform).first()
        return (Sender(app.organization_id, app.pk), client_of(app)) if app else None


def verify_token_of(app_id: UUID) -> Secret:
    """What is entered at the platform beside the app's address, for the handshake: a word of each app's own, so that
    the operator's stays the operator's."""
    return Secret(salted_hmac("social_accounts.verify_token", str(app_id), algorithm="sha256").hexdigest()[:40])


def accounts_on(app: OrganizationApp) -> int:
    """How many accounts live on tokens of this app."""
    on_it = SocialAccount.objects.filter(grant__organization_app=app)
    return int(on_it.exclude(state=AccountState.DISCONNECTED).count())


@transaction.atomic
def enter_app(
    *, platform: str, client_id: str, client_secret: Secret, actor: Actor, confirmed: bool = False
) -> OrganizationApp:
    """Make this the organization's app at the platform. Without a secret the one that is stored stays.

    Another client id is another app: raises AppReplaced while accounts hang on the old one and nobody has `confirmed`,
    and AppRefused where something is missing.
    """
    if not takes_apps(platform):
        raise AppRefused(f"Postroom registers itself with {registry.label(platform)}: no app is needed.")
    current = OrganizationApp.objects.filter(platform=platform, replaced_at=None).select_for_update().first()
    if current is not None and current.client_id == client_id:
        return _with_secret(current, client_secret, actor)
    if not client_secret:
        raise AppRefused("Enter the secret that belongs to this client id.", field="client_secret")
    if current is not None:
        if not confirmed and (count := accounts_on(current)):
            raise AppReplaced(count)
        _retire(current)
    app = OrganizationApp(platform=platform, client_id=client_id, client_secret=client_secret)
    app.save()
    verb = "app.replaced" if current else "app.entered"
    audit.record(verb, subject=app, actor=actor, diff={"platform": platform, "client_id": client_id})
    return app


@transaction.atomic
def remove_app(*, platform: str, actor: Actor) -> None:
    """From now on accounts connect with the operator's app. Those that are connected go on as they are."""
    current = OrganizationApp.objects.filter(platform=platform, replaced_at=None).select_for_update().first()
    if current is None:
        return
    audit.record("app.removed", subject=current, actor=actor, diff={"platform": platform})
    _retire(current)


def test_app(*, organization_id: UUID, platform: str) -> str:
    """Ask the platform whether it knows the organization's app (a network call); the answer in words. Raises AppRefused
    where the app is at fault, or where nothing could be learnt."""
    with tenancy.scope(organization_id=organization_id):
        app = app_in_use(platform)
        client = client_of(app) if app else None
    if client is None:
        raise AppRefused("There is no app of your own to test.")
    return _tested(adapter_for(platform, is_test=False, lane=Lane.HEALTH, organization_id=organization_id), client)


def test_operators_app(platform: str, client: OAuthClient) -> str:
    """The same of an app of the deployment (`apps.operators_clients`)."""
    return _tested(adapter_for(platform, is_test=False, lane=Lane.HEALTH), client)


def _tested(adapter: Adapter, client: OAuthClient) -> str:
    try:
        return adapter.test_app(client)
    except (ConsentRefused, NotOffered) as error:
        raise AppRefused(error.words) from error
    except PlatformError as error:
        raise AppRefused(f"{error.words} Nothing is known about the app. Try again in a few minutes.") from error


def forget_replaced_apps() -> int:
    """Delete replaced apps that no token hangs on any more; how many."""
    with tenancy.across_tenants("forget apps that were replaced"):
        unused = OrganizationApp.across_tenants.filter(replaced_at__isnull=False, grants=None)
        count = int(unused.count())
        unused.delete()
    return count


def _with_secret(app: OrganizationApp, client_secret: Secret, actor: Actor) -> OrganizationApp:
    if client_secret and client_secret != app.client_secret:
        app.client_secret = client_secret
        app.save()
        audit.record("app.secret_changed", subject=app, actor=actor, diff={"platform": app.platform})
    return app


def _retire(app: OrganizationApp) -> None:
    app.replaced_at = clock.now()
    app.save(update_fields=["replaced_at"])
