"""What the administrator of a page may know: its posts' figures, its followers, its visitors."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.rows import Account, Post
from apps.sandbox.linkedin import figures, posts, restli, spans, urns
from apps.sandbox.linkedin.access import Visit, page_of_elements
from apps.sandbox.linkedin.errors import illegal, invalid
from apps.sandbox.linkedin.figures import Figures, Gathering

PER_POST = {"shares": "share", "ugcPosts": "ugcPost"}


async def share_statistics(visit: Visit) -> Response:
    """GET /rest/organizationalEntityShareStatistics: all posts together, or each of those that are listed."""
    page = _page(visit, "organizationalEntity")
    named = [(name, kind) for name, kind in PER_POST.items() if name in visit.query]
    days = spans.days_of_intervals(visit)
    if not named:
        return JSONResponse(
            page_of_elements(visit, _of_posts(visit, page, _own_posts(visit, page), days, {}), count=400)
        )
    elements: list[dict[str, Any]] = []
    for name, kind in named:
        for post in _named_posts(visit, page, name, kind):
            elements += _of_posts(visit, page, [post], days, {kind: posts.urn_of(post)})
    return JSONResponse(page_of_elements(visit, elements, count=400, most=1000))


def _own_posts(visit: Visit, page: Account) -> list[Post]:
    return [post for post in visit.world.posts_of(page) if post.kind == "post"]


def _named_posts(visit: Visit, page: Account, name: str, kind: str) -> list[Post]:
    """Posts of somebody else, and those without figures, are left out without a word."""
    listed = visit.query[name]
    if not isinstance(listed, list):
        raise illegal(f"The parameter {name} is a List")
    found = [posts.find(visit.world, urns.checked(urn, name, kind)) for urn in listed]
    return [post for post in found if post and post.account_id == page.id and figures.has_data(visit.world, post)]


def _of_posts(
    visit: Visit, page: Account, several: list[Post], days: list[date] | None, more: dict[str, str]
) -> list[dict[str, Any]]:
    """One element for the whole life, or one for each day."""

    def element(gathered: Figures) -> dict[str, Any]:
        shared = figures.share_statistics(gathered)
        return {"organizationalEntity": page.id, **more, "totalShareStatistics": shared}

    gatherings = [Gathering(visit.world, post) for post in several]

    def until(at: datetime) -> Figures:
        return figures.total(gathering.until(at) for gathering in gatherings)

    if days is None:
        return [element(until(visit.world.now()))]
    return [
        element(until(spans.midnight(day + spans.DAY)).since(until(spans.midnight(day))))
        | {"timeRange": spans.range_in_milliseconds(day)}
        for day in days
    ]


async def follower_statistics(visit: Visit) -> Response:
    """GET /rest/organizationalEntityFollowerStatistics: gains by day, or who the followers are."""
    page = _page(visit, "organizationalEntity")
    days = spans.days_of_intervals(visit)
    if days is None:
        count = figures.followers(page, visit.world.now().date())
        halves = {"organicFollowerCount": count, "paidFollowerCount": 0}
        functions = [{"function": "urn:li:function:8", "followerCounts": halves}]
        elements: list[dict[str, Any]] = [{"organizationalEntity": page.id, "followerCountsByFunction": functions}]
    else:
        elements = [
            {
                "organizationalEntity": page.id,
                "followerGains": {"organicFollowerGain": figures.gained(page, day), "paidFollowerGain": 0},
                "timeRange": spans.range_in_milliseconds(day),
            }
            for day in days
        ]
    return JSONResponse(page_of_elements(visit, elements, count=400, most=1000))


async def network_size(visit: Visit) -> Response:
    """GET /rest/networkSizes/{organization urn}?edgeType=COMPANY_FOLLOWED_BY_MEMBER"""
    urn = urns.checked(restli.path_key(visit.call), "id", urns.ORGANIZATION)
    if visit.text("edgeType") != "COMPANY_FOLLOWED_BY_MEMBER":
        raise invalid("INVALID_VALUE_FOR_FIELD", "edgeType", "edgeType is COMPANY_FOLLOWED_BY_MEMBER")
    page = visit.administered(urn)
    return JSONResponse({"firstDegreeSize": figures.followers(page, visit.world.now().date())})


async def page_statistics(visit: Visit) -> Response:
    """GET /rest/organizationPageStatistics"""
    page = _page(visit, "organization")
    days = spans.days_of_intervals(visit)
    today = visit.world.now().date()

    def element(views: int) -> dict[str, Any]:
        seen = {"views": {"allPageViews": {"pageViews": views, "uniquePageViews": views * 2 // 3}}}
        return {"organization": page.id, "totalPageStatistics": seen}

    if days is None:
        lived = range((today - page.created_at.date()).days + 1)
        elements = [element(sum(figures.page_views(page, today - spans.DAY * n) for n in lived))]
    else:
        elements = [
            element(figures.page_views(page, day)) | {"timeRange": spans.range_in_milliseconds(day)} for day in days
        ]
    return JSONResponse(page_of_elements(visit, elements, count=400, most=1000))


def _page(visit: Visit, name: str) -> Account:
    if visit.text("q") != name:
        raise illegal(f"The finder is {name}")
    return visit.administered(urns.checked(visit.text(name), name, urns.ORGANIZATION))
