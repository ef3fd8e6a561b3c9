"""The posts that did best or worst, and all that went out, day by day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from apps.reports import wording
from apps.reports.showing.shapes import Post, Published
from apps.reports.showing.source import Source, instant


def posts(source: Source, one: Mapping[str, Any]) -> dict[str, Any]:
    return {"posts": tuple(_post(source, post) for post in one["posts"])}


def _post(source: Source, post: Mapping[str, Any]) -> Post:
    return Post(
        title=post["title"] or gettext("Without words"),
        platform=post["platform"],
        when=wording.moment(instant(post["published_at"]), source.zone),
        views=wording.number(post["views"]),
        interactions=wording.number(post["interactions"]),
        url=post["url"],
        picture=source.pictures.get(post["picture"], "") if post["picture"] else "",
        alt=post["alt"],
    )


def calendar(source: Source, one: Mapping[str, Any]) -> dict[str, Any]:
    days: dict[str, list[Any]] = {}
    for post in one["published"]:
        day, _, time = wording.moment(instant(post["published_at"]), source.zone).rpartition(", ")
        title = post["title"] or gettext("Without words")
        days.setdefault(day, []).append((time, title, tuple(post["platforms"]), post["url"]))
    shown = tuple(Published(day, tuple(posts)) for day, posts in days.items())
    return {"published": shown, "left_out": one["left_out"]}
