"""Analytics: of the account, of its best pins, of one pin; day by day, in sum, and since the pin's beginning.

Only a business account has any, and only in production. A day that is not over is PROCESSING and has no figures yet,
the days before it are ESTIMATE for a while (`analytics_lag_days`); what lies before a beginning has no figures at all.
Where Pinterest's documentation is silent: a sum is that of the days with figures, TOTAL_COMMENTS and TOTAL_REACTIONS
are among the lifetime metrics alone, a rate of nothing is absent, and of the splits there is APP_TYPE.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.rows import Post
from apps.sandbox.pinterest import figures, schema
from apps.sandbox.pinterest.errors import NOT_APPROVED, denied, invalid, refused
from apps.sandbox.pinterest.figures import ACCOUNT, LIFETIME, PIN, VIDEO, Days
from apps.sandbox.pinterest.gate import SANDBOX, Visit
from apps.sandbox.pinterest.reading import own

FARTHEST, LONGEST = timedelta(days=90), timedelta(days=90)
MOST_PINS = 100
APP_TYPES = {"MOBILE": 0.7, "TABLET": 0.1, "WEB": 0.2}
KNOWN = {"start_date", "end_date", "metric_types", "app_types", "split_field", "ad_account_id"}
ACCOUNT_ONLY = {"from_claimed_content", "pin_format", "content_type", "source"}
CHOICES = {
    "content_type": ("ALL", "PAID", "ORGANIC"),
    "app_types": ("ALL", *APP_TYPES),
    "split_field": ("NO_SPLIT", "APP_TYPE"),
}


async def of_account(visit: Visit) -> Response:
    """GET /v5/user_account/analytics"""
    days = _days(visit, KNOWN | ACCOUNT_ONLY)
    names = _names(visit, ACCOUNT) or ACCOUNT
    pins = [] if visit.query("content_type") == "PAID" else _pins(visit)
    since = visit.account.created_at.date()
    table = figures.table(pins, days, names, since=since, before="BEFORE_BUSINESS_CREATED")
    return JSONResponse(_split(visit, table))


async def top_pins(visit: Visit) -> Response:
    """GET /v5/user_account/analytics/top_pins"""
    return _top(visit, [*ACCOUNT], is_video=False)


async def top_video_pins(visit: Visit) -> Response:
    """GET /v5/user_account/analytics/top_video_pins"""
    return _top(visit, [*ACCOUNT, *VIDEO], is_video=True)


def _top(visit: Visit, known: list[str], *, is_video: bool) -> Response:
    more = {"sort_by", "num_of_pins", "created_in_last_n_days"}
    days = _days(visit, KNOWN | ACCOUNT_ONLY | more)
    sort_by = schema.required(visit.query("sort_by") or None, "sort_by")
    if sort_by not in known:
        raise invalid(f"'{sort_by}' is not one of {known}")
    names = _names(visit, known) or known
    pins = [pin for pin in _pins(visit) if not is_video or _is_video(pin)]
    if recent := _number(visit, "created_in_last_n_days", 0, most=30):
        since = visit.world.now() - timedelta(days=recent)
        pins = [pin for pin in pins if pin.created_at >= since]
    rows = [row for pin in pins if (row := _row(pin, days, names, sort_by))]
    rows.sort(key=lambda row: -row[0])
    shown = [row for _, row in rows[: _number(visit, "num_of_pins", 10, most=50)]]
    return JSONResponse({"pins": shown, "sort_by": sort_by})


def _row(pin: Post, days: Days, names: Sequence[str], sort_by: str) -> tuple[float, dict[str, Any]] | None:
    """What the list is sorted by, and what it shows; None for a pin without figures."""
    since = pin.created_at.date()
    found = figures.summary([pin], days, {*names, sort_by}, since=since)
    if not found:
        return None
    metrics = {name: value for name, value in found.items() if name in names}
    status = dict.fromkeys(names, days.status(days.counted(since)[-1]))
    return found.get(sort_by, 0), {"pin_id": pin.id, "metrics": metrics, "data_status": status}


async def of_pin(visit: Visit) -> Response:
    """GET /v5/pins/{id}/analytics"""
    pin, days = own(visit, visit.part()), _days(visit, KNOWN)
    return JSONResponse(_split(visit, _table(visit, pin, days)))


async def of_pins(visit: Visit) -> Response:
    """GET /v5/pins/analytics: in beta, and not for all applications."""
    if not visit.setting("many_pins_analytics"):
        raise refused(403, NOT_APPROVED, "Your application is not approved to use this endpoint.")
    days = _days(visit, KNOWN | {"pin_ids"})
    ids = [id for id in visit.query("pin_ids").split(",") if id]
    if not 1 <= len(ids) <= MOST_PINS:
        raise invalid(f"pin_ids has 1 to {MOST_PINS} items, constraint: maxItems={MOST_PINS}")
    return JSONResponse({id: _split(visit, _table(visit, own(visit, id), days)) for id in ids})


def _table(visit: Visit, pin: Post, days: Days) -> dict[str, Any]:
    names = _names(visit, [*PIN, *VIDEO])
    if not names:
        raise invalid("'metric_types' is a required property")
    if not _is_video(pin) and (wrong := [name for name in names if name in VIDEO]):
        if visit.setting("refuse_video_metrics_on_images"):
            raise invalid(f"{wrong} are metrics of videos")
        names = [name for name in names if name not in VIDEO]
    daily = [name for name in names if name not in LIFETIME]
    since = pin.created_at.date()
    table = figures.table([pin], days, daily, since=since, before="BEFORE_PIN_CREATED")
    return table | {"lifetime_metrics": figures.lifetime(visit.world, pin, names)}


def _pins(visit: Visit) -> list[Post]:
    return [pin for pin in visit.world.posts_of(visit.account) if pin.data["environment"] == visit.environment]


def _is_video(pin: Post) -> bool:
    return bool(pin.data["creative_type"] == "VIDEO")


# What was asked


def _days(visit: Visit, known: set[str]) -> Days:
    """The days between the two dates, of an account that has analytics at all."""
    if visit.environment == SANDBOX:
        raise denied("Analytics are not available in the API Sandbox.")
    if visit.setting("account_type") != "BUSINESS":
        raise denied()
    schema.only(visit, dict(visit.call.request.query_params), known)
    for name, choices in CHOICES.items():
        if name in known and (value := visit.query(name)) and value not in choices:
            raise invalid(f"'{value}' is not one of {list(choices)}")
    start, end, today = _date(visit, "start_date"), _date(visit, "end_date"), visit.world.now().date()
    if start < today - FARTHEST:
        raise invalid("start_date is more than 90 days back")
    if not start <= end <= start + LONGEST:
        raise invalid("end_date is before start_date or more than 90 days after it")
    return Days(start, end, today, int(visit.setting("analytics_lag_days")))


def _date(visit: Visit, name: str) -> date:
    value = schema.required(visit.query(name) or None, name)
    try:
        return date.fromisoformat(schema.text({name: value}, name, pattern=r"\d{4}-\d\d-\d\d") or "")
    except ValueError:
        raise invalid(f"'{value}' is not a 'date'") from None


def _names(visit: Visit, known: Sequence[str]) -> list[str]:
    """`metric_types`, with commas between them."""
    names = [name for name in visit.query("metric_types").split(",") if name]
    if unknown := [name for name in names if name not in known]:
        raise invalid(f"'{unknown[0]}' is not one of {list(known)}")
    return names


def _number(visit: Visit, name: str, usual: int, *, most: int) -> int:
    value = visit.query(name, str(usual))
    if not (value.isascii() and value.isdigit()) or int(value) > most:
        raise invalid(f"{name} {value} is out of range, constraint: maximum={most}")
    return int(value)


def _split(visit: Visit, table: dict[str, Any]) -> dict[str, Any]:
    """`all`, or one table for each kind of device."""
    if visit.query("split_field") != "APP_TYPE":
        return {"all": table}
    return {name: figures.share(table, part) for name, part in APP_TYPES.items()}
