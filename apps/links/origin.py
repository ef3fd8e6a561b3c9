"""Domains for links alone: under one of LINK_DOMAINS nothing is answered but short links."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from apps.links.addresses import host_of, is_for_links_alone


class LinkOriginMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if is_for_links_alone(host_of(request)):
            request.urlconf = "apps.links.origin_urls"
        return self.get_response(request)
