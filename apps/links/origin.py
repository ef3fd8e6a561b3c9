"""Domains for links alone: those of LINK_DOMAINS, and those that clients have proved. Under them nothing is answered
but short links, and what proves that a domain leads here. One that was only named answers that proof, and is else what
it was before.

It comes before all that looks at the host: a client's domain is in no setting, and is one of ours by its row.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from apps.core import tenancy
from apps.links.addresses import host_named_in, is_own_host
from apps.links.proving import PATH
from apps.links.selectors import is_named, is_proved

WHY: Final = "see whether a host is a client's domain for links"


class LinkOriginMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        host = host_named_in(request)
        if is_for_links_alone(host, request.path_info):
            request.urlconf = "apps.links.origin_urls"
            request.link_host = host  # type: ignore[attr-defined]
            if host not in settings.LINK_DOMAINS:
                request.get_host = lambda: host  # type: ignore[method-assign]  # as good as one of ALLOWED_HOSTS
        return self.get_response(request)


def is_for_links_alone(host: str, path: str) -> bool:
    if not host or is_own_host(host):  # A client cannot name one of these, so that nothing is asked.
        return host in settings.LINK_DOMAINS
    with tenancy.across_tenants(WHY):
        return is_named(host) if path.startswith(PATH) else is_proved(host)
