"""Short addresses: how they look, and on which hosts an organization's may be."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.http.request import validate_host

# Without those that people take for one another.
ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH: Final = 7
PREVIEW: Final = "preview"  # stands for a code that is not made yet, and is no code: of the same length


def new_code() -> str:
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        if code != PREVIEW:
            return code


def short_address(host: str, code: str) -> str:
    """Where a code is followed: on a domain for links alone, or under the place of ours for them."""
    return f"https://{host}/{code}" if host else f"{settings.PUBLIC_URL}/l/{code}"


def domains_of(slug: str) -> tuple[str, ...]:
    """The domains that an organization's links may have, by LINK_DOMAINS."""
    return tuple(host for host, owner in settings.LINK_DOMAINS.items() if owner in ("", slug))


def public_host() -> str:
    """The host that domains for links have to lead to."""
    return str(urlsplit(settings.PUBLIC_URL).hostname)


def is_own_host(host: str) -> bool:
    """Whether the operator has named it, for pages or for links; "every host" (`*`) names none."""
    named = [one for one in settings.ALLOWED_HOSTS if one != "*"]
    return validate_host(host, [public_host(), *settings.LINK_DOMAINS, *named])


def host_named_in(request: HttpRequest) -> str:
    """The host as the visitor named it, without a port; nothing has looked whether it is one of ours."""
    return str(request.META.get("HTTP_HOST", "")).partition(":")[0].rstrip(".").lower()


def link_host_of(request: HttpRequest) -> str:
    """The domain for links alone by which the request came in, "" for the pages' own."""
    found: str = getattr(request, "link_host", "")
    return found


def is_ours(address: str, *, domains: Collection[str] = ()) -> bool:
    """Whether an address is a short one of this deployment, or on one of these domains; those are left as they are."""
    hosts = (*settings.LINK_DOMAINS, *filter(None, domains))
    own = (f"{settings.PUBLIC_URL}/l/", *(f"https://{host}/" for host in hosts))
    return address.lower().startswith(own)
