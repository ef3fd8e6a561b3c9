"""The two documents by which Bluesky's authorization servers know a hosted Postroom."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from apps.core.secrets import Secret
from apps.platforms.adapters.bluesky import client_jwks, client_metadata
from apps.tenants.access import public


@require_safe
@public
def metadata(request: HttpRequest) -> JsonResponse:
    """Who we are, at exactly the address that is our client id."""
    client_id = settings.PLATFORM_ENDPOINTS["bluesky"].get("client_id")
    if not client_id:
        raise Http404("Postroom has no public https address, so it is no hosted client")
    return JsonResponse(
        client_metadata(
            client_id=client_id,
            redirect_uris=[f"{settings.PUBLIC_URL}{reverse('social_accounts:callback', args=['bluesky'])}"],
            name="Postroom",
            home_url=settings.PUBLIC_URL,
            jwks_uri=(
                f"{settings.PUBLIC_URL}{reverse('social_accounts:bluesky_keys')}" if settings.BLUESKY_CLIENT_KEY else ""
            ),
        )
    )


@require_safe
@public
def keys(request: HttpRequest) -> JsonResponse:
    """The public half of the key that we sign with."""
    if not settings.BLUESKY_CLIENT_KEY:
        raise Http404("There is no key")
    return JsonResponse(client_jwks([Secret(settings.BLUESKY_CLIENT_KEY)]))
