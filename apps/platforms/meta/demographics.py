"""Followers by groups, as Instagram and Threads tell of them: one breakdown at a time, of accounts with 100 followers
and more. https://developers.facebook.com/docs/instagram-platform/api-reference/instagram-user/insights
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

METRIC: Final = "follower_demographics"
BREAKDOWNS: Final = ("age", "gender", "country", "city")


def groups_in(entries: list[dict[str, Any]]) -> dict[str, int]:
    """How many followers of each group an answer tells of; {} where it tells of none."""
    found: dict[str, int] = {}
    for entry in entries:
        for result in _results(entry.get("total_value")):
            names, value = result.get("dimension_values"), result.get("value")
            if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                continue
            if isinstance(names, list) and names and isinstance(names[0], str):
                found[names[0]] = found.get(names[0], 0) + value
    return found


def _results(total: object) -> list[dict[str, Any]]:
    breakdowns = total.get("breakdowns") if isinstance(total, Mapping) else None
    first = breakdowns[0] if isinstance(breakdowns, list) and breakdowns else None
    results = first.get("results") if isinstance(first, Mapping) else None
    return [one for one in results if isinstance(one, dict)] if isinstance(results, list) else []
