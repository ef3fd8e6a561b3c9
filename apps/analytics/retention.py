"""What platforms ask of whoever keeps their figures: the rules, as data. docs/operations.md shows the same table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Rule:
    """Figures of `platform` are deleted where for longer than `verified_within` its answer has not shown that the
    person still allows us to have them. With `kept_apart` they are in no total with those of other platforms, and those
    of different owners in none together, unless the operator says that the platform has accepted it."""

    platform: str
    verified_within: timedelta
    kept_apart: bool
    source: str


RULES: Final = (
    Rule(
        "youtube", timedelta(days=30), kept_apart=True, source="YouTube Developer Policies III.E.4, derived metrics",
    ),
)  # fmt: skip


def kept_apart() -> frozenset[str]:
    """The platforms whose figures stand by themselves."""
    return frozenset(rule.platform for rule in RULES if rule.kept_apart)


def kept_to_one_owner() -> frozenset[str]:
    """The platforms whose figures may be added up for one client alone."""
    return kept_apart() - frozenset(settings.ANALYTICS_SUMS_ACROSS_CLIENTS)
