"""Figures and imports, for programs."""

from __future__ import annotations

from apps.analytics.errors import ImportRefused, PlanRefused, TooManyRefreshes
from apps.tenants.rest import problems
from apps.tenants.rest.problems import Problem
from apps.usage.errors import OverLimit


@problems.of(ImportRefused)
def _refused(error: ImportRefused) -> Problem:
    return Problem(409, error.code, error.words)


@problems.of(TooManyRefreshes)
def _too_many(error: TooManyRefreshes) -> Problem:
    return Problem(429, error.code, error.words)


@problems.of(PlanRefused)
def _no_plan(error: PlanRefused) -> Problem:
    return Problem(422, error.code, error.words)


@problems.of(OverLimit)
def _over_limit(error: OverLimit) -> Problem:
    return Problem(409, "over_limit", error.words)
