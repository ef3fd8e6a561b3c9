"""The schema, two ways to read it, and the answer for addresses that lead nowhere.

Everything on these pages comes from our own origin. Both readers write styles into the page, which the policy of every
other page forbids; Redoc also makes itself a worker.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.utils import extend_schema

from apps.tenants.access import public
from apps.tenants.rest.views import Operations

_READER = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    "worker-src": [SELF, "blob:"],
}


class Nothing(Operations):
    """Whoever has no key learns nothing of which addresses there are."""

    @extend_schema(exclude=True)
    def get(self, request: Any, **_: Any) -> Any:
        raise Http404

    post = put = patch = delete = get


@require_safe
@public
def openapi(request: HttpRequest) -> HttpResponse:
    """The schema, OpenAPI 3.1."""
    return HttpResponse(schema_text(), content_type="application/vnd.oai.openapi+json")


@require_safe
@csp_replace(_READER)
@public
def swagger(request: HttpRequest) -> HttpResponse:
    return render(request, "api/swagger.html")


@require_safe
@csp_replace(_READER)
@public
def redoc(request: HttpRequest) -> HttpResponse:
    return render(request, "api/redoc.html")


@cache
def schema_text() -> bytes:
    """The same for everybody, and as long as the process lives."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    text: bytes = OpenApiJsonRenderer().render(schema, renderer_context={})
    return text
