"""What members may know about their own posts: one metric with each call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.rows import Post
from apps.sandbox.linkedin import figures, posts, spans, urns
from apps.sandbox.linkedin.access import Visit, page_of_elements
from apps.sandbox.linkedin.errors import illegal, invalid, missing, not_found
from apps.sandbox.linkedin.figures import Figures, Gathering

LINKEDIN = "linkedin"
METRICS: dict[str, Callable[[Figures], int]] = {
    "IMPRESSION": lambda seen: seen.impressions,
    "MEMBERS_REACHED": lambda seen: seen.reached,
    "REACTION": lambda seen: seen.likes,
    "COMMENT": lambda seen: seen.comments,
    "RESHARE": lambda seen: seen.shares,
}
SINCE_202604: dict[str, Callable[[Figures], int]] = {
    "POST_SAVE": lambda seen: seen.saves,
    "POST_SEND": lambda seen: seen.sends,
    "LINK_CLICKS": lambda seen: seen.clicks,
    "PREMIUM_CTA_CLICKS": lambda seen: 0,
    "FOLLOWER_GAINED_FROM_CONTENT": lambda seen: seen.impressions // 500,
    "PROFILE_VIEW_FROM_CONTENT": lambda seen: seen.impressions // 300,
}
METRIC_TYPE = "com.linkedin.adsexternalapi.memberanalytics.v1.CreatorPostAnalyticsMetricTypeV1"


async def post_analytics(visit: Visit) -> Response:
    """GET /rest/memberCreatorPostAnalytics?q=entity or q=me"""
    visit.need("r_member_postAnalytics")
    metric, read = _metric(visit)
    several, target = _posts_asked_for(visit)
    days = spans.days_of_range(visit)
    aggregation = visit.text("aggregation", "TOTAL")
    if aggregation not in {"TOTAL", "DAILY"}:
        raise invalid("INVALID_VALUE_FOR_FIELD", "aggregation", "/aggregation :: is TOTAL or DAILY")
    if aggregation == "DAILY" and days is None:
        raise missing("dateRange")

    gatherings = [Gathering(visit.world, post) for post in several]

    def until(at: datetime) -> int:
        return read(figures.total(gathering.until(at) for gathering in gatherings))

    def element(count: int) -> dict[str, Any]:
        kind = metric if visit.version >= "202605" else {METRIC_TYPE: metric}
        return {"count": count, "metricType": kind, **target}

    if days is None:
        elements = [element(until(visit.world.now()))]
    else:
        spread = [until(spans.midnight(day + spans.DAY)) - until(spans.midnight(day)) for day in days]
        elements = [element(sum(spread))]
        if aggregation == "DAILY":
            each = zip(days, spread, strict=True)
            elements = [element(count) | {"dateRange": spans.range_in_days(day)} for day, count in each]
    return JSONResponse(page_of_elements(visit, elements if several else [], count=400, most=1000))


def _metric(visit: Visit) -> tuple[str, Callable[[Figures], int]]:
    known = METRICS | SINCE_202604 if visit.version >= "202604" else METRICS
    name = visit.text("queryType")
    if name not in known:
        raise invalid("INVALID_VALUE_FOR_FIELD", "queryType", f"/queryType :: {name!r} is no metric")
    return name, known[name]


def _posts_asked_for(visit: Visit) -> tuple[list[Post], dict[str, Any]]:
    """The posts, and how the answer names the one that was asked for. One without figures is no post here."""
    finder = visit.text("q")
    if finder == "me":
        own = [post for post in visit.world.posts_of(visit.member) if post.kind == "post"]
        return [post for post in own if figures.has_data(visit.world, post)], {}
    entity = visit.query.get("entity")
    if finder != "entity" or not isinstance(entity, dict) or len(entity) != 1:
        raise illegal("The finder is me, or entity with (share:urn) or another kind of post")
    ((key, urn),) = entity.items()
    kinds = {"share": "share", str(visit.world.setting(LINKEDIN, "ugc_entity_key")): "ugcPost"}
    if key not in kinds:
        raise invalid("INVALID_VALUE_FOR_FIELD", "entity", f"/entity :: {key!r} is no kind of entity")
    post = posts.find(visit.world, urns.checked(urn, "entity", kinds[key]))
    if post is None:
        raise not_found()
    if post.account_id != visit.member.id:
        raise visit.refusal()
    found = [post] if figures.has_data(visit.world, post) else []
    return found, {"targetEntity": {key: posts.urn_of(post)}}


async def followers(visit: Visit) -> Response:
    """GET /rest/memberFollowersCount?q=me, or by day with q=dateRange"""
    visit.need("r_member_profileAnalytics")
    finder, today = visit.text("q"), visit.world.now().date()
    if finder == "me":
        elements: list[dict[str, Any]] = [{"memberFollowersCount": figures.followers(visit.member, today)}]
        return JSONResponse(page_of_elements(visit, elements))
    if finder != "dateRange":
        raise illegal("The finder is me or dateRange")
    days = spans.days_of_range(visit)
    if days is None:
        raise missing("dateRange")
    elements = [
        {"memberFollowersCount": figures.gained(visit.member, day), "dateRange": spans.range_in_days(day)}
        for day in days
    ]
    return JSONResponse(page_of_elements(visit, elements, count=400, most=1000))
