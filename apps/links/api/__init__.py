"""Links and their clicks, for programs."""

from __future__ import annotations

from apps.links.errors import LinkRefused
from apps.tenants.rest import problems
from apps.tenants.rest.problems import Problem


@problems.of(LinkRefused)
def _refused(error: LinkRefused) -> Problem:
    if error.code in ("in_a_post", "in_use", "too_soon"):
        return Problem(409, error.code, error.words)
    return problems.invalid(f"/{error.field}", error.words, code=error.code)
