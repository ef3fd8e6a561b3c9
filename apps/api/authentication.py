"""Who is asking: the key in `Authorization: Bearer` or in `x-api-key`."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed

from apps.tenants import services as tenants
from apps.tenants.access import truncated
from apps.tenants.callers import Caller

NO_KEY = "The key is unknown, over, or not allowed from this address."


class KeyAuthentication(BaseAuthentication):
    """One answer for every key that does not work: what is wrong with it is told to nobody."""

    def authenticate(self, request: Any) -> tuple[Caller, Caller] | None:
        text = self._shown(request)
        if not text:
            return None
        address = _address(request._request)
        request_id = getattr(request._request, "request_id", "")
        caller = tenants.caller_with(text, address=address, truncated=truncated(address), request_id=request_id)
        if caller is None:
            raise AuthenticationFailed(NO_KEY)
        return caller, caller

    def authenticate_header(self, request: Any) -> str:
        return 'Bearer realm="api"'

    def _shown(self, request: Any) -> str:
        kind, _, bearer = request.headers.get("Authorization", "").partition(" ")
        shown = {
            text.strip() for text in (bearer if kind.lower() == "bearer" else "", request.headers.get("X-API-Key", ""))
        }
        shown.discard("")
        if len(shown) > 1:
            raise AuthenticationFailed("Authorization and x-api-key show different keys.")
        return shown.pop() if shown else ""


def _address(request: Any) -> str:
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:  # The server in front of us told none.
        return ""
