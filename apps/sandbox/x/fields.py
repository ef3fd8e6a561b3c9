"""Queries: which parameters there are, and the two spellings of August 2026.

Inside, everything has the newer name ("post"). The setting `spelling` says which one answers are written in; both are
understood in queries unless `one_spelling` is on, and then the other is refused as any unknown parameter.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.x.errors import invalid

# newer name: older name
OLDER = {
    "post.fields": "tweet.fields",
    "referenced_posts": "referenced_tweets",
    "referenced_posts.id": "referenced_tweets.id",
    "edit_history_post_ids": "edit_history_tweet_ids",
    "note_post": "note_tweet",
    "pinned_post_id": "pinned_tweet_id",
    "post_count": "tweet_count",
    "repost_count": "retweet_count",
    "posts": "tweets",
}
NEWER = {older: newer for newer, older in OLDER.items()}

Query = Mapping[str, str]


def read(call: Call, allowed: Collection[str]) -> Query:
    """The parameters under their newer names; one that is not allowed is refused."""
    found = {}
    for name, value in call.request.query_params.multi_items():
        newer = _newer(call, name)
        if newer not in allowed:
            known = ",".join(sorted(_spelt(call, one) for one in allowed))
            raise invalid(call, name, value, f"The query parameter [{name}] is not one of [{known}]")
        found[newer] = value
    return found


def chosen(call: Call, query: Query, name: str, allowed: Collection[str]) -> list[str]:
    """The values of a comma-separated parameter such as `post.fields`, under their newer names."""
    values = [value for value in query.get(name, "").split(",") if value]
    found = [_newer(call, value) for value in values]
    for value, newer in zip(values, found, strict=True):
        if newer not in allowed:
            spelt = _spelt(call, name)
            known = ",".join(sorted(_spelt(call, one) for one in allowed))
            message = f"The `{spelt}` query parameter value [{value}] is not one of [{known}]"
            raise invalid(call, spelt, value, message)
    return found


def ids(call: Call, query: Query, name: str) -> list[str]:
    values = query.get(name, "").split(",")
    if not 1 <= len(values) <= 100:
        raise invalid(call, name, query.get(name, ""), f"The number of values in the `{name}` must be from 1 to 100")
    for value in values:
        if not value.replace("_", "", 1).isdigit() or len(value) > 25:
            raise invalid(call, name, value, f"The `{name}` query parameter value [{value}] is not valid")
    return values


def whole(call: Call, query: Query, name: str, *, lowest: int, highest: int, usual: int) -> int:
    value = query.get(name, str(usual))
    if not value.isdigit() or not lowest <= int(value) <= highest:
        message = f"The `{name}` query parameter value [{value}] is not between {lowest} and {highest}"
        raise invalid(call, name, value, message)
    return int(value)


def instant(call: Call, query: Query, name: str) -> datetime | None:
    """RFC 3339 in UTC: 2026-11-01T10:00:00Z."""
    value = query.get(name)
    if value is None:
        return None
    try:
        if "T" not in value or not value.endswith("Z"):
            raise ValueError
        return datetime.fromisoformat(value).astimezone(UTC)
    except ValueError:
        message = f"The `{name}` query parameter value [{value}] is not a valid RFC3339 date-time"
        raise invalid(call, name, value, message) from None


def answer(call: Call, body: Mapping[str, Any], status: int = 200) -> Response:
    """As JSON, in this server's spelling."""
    return JSONResponse(_respelt(call, body), status_code=status)


def spelt_instant(value: datetime) -> str:
    return f"{value:%Y-%m-%dT%H:%M:%S}.{value.microsecond // 1000:03d}Z"


def _newer(call: Call, name: str) -> str:
    if not call.world.setting("x", "one_spelling"):
        return NEWER.get(name, name)
    if _speaks_older(call):
        # The newer name is as unknown here as any other word.
        return NEWER.get(name, f"unknown {name}" if name in OLDER else name)
    return name


def _spelt(call: Call, newer: str) -> str:
    return OLDER.get(newer, newer) if _speaks_older(call) else newer


def _respelt(call: Call, value: Any) -> Any:
    if not _speaks_older(call):
        return value
    if isinstance(value, dict):
        return {OLDER.get(name, name): _respelt(call, inner) for name, inner in value.items()}
    return [_respelt(call, inner) for inner in value] if isinstance(value, list) else value


def _speaks_older(call: Call) -> bool:
    return bool(call.world.setting("x", "spelling") == "tweet")
