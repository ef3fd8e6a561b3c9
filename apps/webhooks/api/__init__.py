"""Operations on what has happened, and on who is told of it."""

from __future__ import annotations

from apps.tenants.rest import problems
from apps.tenants.rest.problems import Problem
from apps.webhooks.errors import EndpointRefused


@problems.of(EndpointRefused)
def _refused(error: EndpointRefused) -> Problem:
    return problems.invalid(f"/{error.field}", error.words) if error.field else Problem(409, "refused", error.words)
