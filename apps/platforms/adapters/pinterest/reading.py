"""What Pinterest tells afterwards: the account's Pins, and figures.

https://developers.pinterest.com/docs/api/v5/pins-analytics and .../user_account-analytics. Figures go 90 days back, by
days in UTC. Clicks are those that lead away from Pinterest, to the link; clicks on the Pin itself are in `raw`, and so
is watch time, whose unit is not documented.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from apps.platforms import http as wire
from apps.platforms.adapters.pinterest import permits, publishing
from apps.platforms.adapters.pinterest.line import Line, object_in, text_in
from apps.platforms.contract import RemotePost
from apps.platforms.errors import Gone, MissingPermission, NotOffered, NotSent, PlatformError
from apps.platforms.insights import Metric, Metrics, OwnPost, OwnPosts

PAGE: Final = "25"
MAX_AGE: Final = timedelta(days=89)  # 90 are allowed, and a day may pass on the way
VIDEO: Final = "VIDEO"
SIZES: Final = ("1200x", "600x", "400x300", "150x150")
READY: Final = "READY"

_STANDARD: Final[Mapping[str, Metric | None]] = {
    "IMPRESSION": Metric.VIEWS,
    "PIN_CLICK": None,
    "OUTBOUND_CLICK": Metric.CLICKS,
    "SAVE": Metric.SAVES,
    "TOTAL_COMMENTS": Metric.COMMENTS,
    "TOTAL_REACTIONS": Metric.LIKES,
    "USER_FOLLOW": Metric.NEW_FOLLOWERS,
    "PROFILE_VISIT": Metric.PROFILE_VIEWS,
}
_OF_VIDEO: Final[Mapping[str, Metric | None]] = {
    "VIDEO_MRC_VIEW": Metric.VIDEO_VIEWS,
    "VIDEO_START": None,
    "VIDEO_10S_VIEW": None,
    "QUARTILE_95_PERCENT_VIEW": None,
    "VIDEO_V50_WATCH_TIME": None,
    "VIDEO_AVG_WATCH_TIME": None,
}
_WITH_VIDEO: Final[Mapping[str, Metric | None]] = {**_STANDARD, **_OF_VIDEO}
_OF_ACCOUNT: Final[Mapping[str, Metric | None]] = {
    "IMPRESSION": Metric.VIEWS,
    "OUTBOUND_CLICK": Metric.CLICKS,
    "SAVE": Metric.SAVES,
}


def own_posts(line: Line, *, cursor: str) -> OwnPosts:
    params = {"page_size": PAGE} | ({"bookmark": cursor} if cursor else {})
    (page,) = line.pages(permits.PINS, most=1, **params)
    posts = tuple(_own_post(line, pin) for pin in page.items if text_in(pin, "id") and pin.get("is_owner") is not False)
    return OwnPosts(posts, page.bookmark)


def _own_post(line: Line, pin: dict[str, Any]) -> OwnPost:
    made = publishing.receipt_of(line, pin)
    return OwnPost(
        remote_id=made.remote_id,
        text=text_in(pin, "description"),
        published_at=made.published_at,
        url=made.remote_url,
        kind=text_in(pin, "creative_type"),
        media_urls=_media_urls(object_in(pin, "media")),
        facts={**made.facts, "title": text_in(pin, "title"), "link": text_in(pin, "link")},
    )


def _media_urls(media: Mapping[str, Any]) -> tuple[str, ...]:
    """The largest picture of each part, and a video's own address; Pinterest may not know them yet."""
    items = media.get("items")
    parts = [one for one in items if isinstance(one, dict)] if isinstance(items, list) else []
    found = [_largest(object_in(one, "images")) for one in (media, *parts)]
    found += [text_in(one, "video_url") for one in (media, *parts)]
    return tuple(dict.fromkeys(one for one in found if one))


def _largest(images: Mapping[str, Any]) -> str:
    return next((url for size in SIZES if (url := text_in(object_in(images, size), "url"))), "")


# --- figures ----------------------------------------------------------------------------------------------------------


def post_metrics(line: Line, post: RemotePost) -> Metrics:
    """Over the life of a Pin of up to 89 days. Of an older one the last 89 days are in `raw`, and only what Pinterest
    counts for life is a figure."""
    names, today = _names(post), line.clock().date()
    begin = _begin(line, post)
    answer = line.send(permits.PIN_FIGURES, id=post.remote_id, params=_window(begin, max(begin, today), names))
    try:
        told = _total(line, answer, permits.PIN_FIGURES)
    except MissingPermission as refused:
        raise _of_business(line, refused) from None
    return _of_pin(line, post, told)


def many_post_metrics(line: Line, posts: Sequence[RemotePost]) -> dict[str, Metrics]:
    """The same of many Pins, videos apart from pictures. Pinterest refuses all for one that is gone: then they are
    asked for by halves, until that one is left out alone."""
    told: dict[str, Metrics] = {}
    for names in (_STANDARD, _WITH_VIDEO):
        told |= _of_many(line, [post for post in posts if _names(post) is names])
    return told


def _of_many(line: Line, posts: Sequence[RemotePost]) -> dict[str, Metrics]:
    if not posts:
        return {}
    try:
        said = _said_of_many(line, posts)
    except Gone:
        half = len(posts) // 2
        return _of_many(line, posts[:half]) | _of_many(line, posts[half:]) if half else {}
    found = [(post, _together(object_in(said, post.remote_id))) for post in posts]
    return {post.remote_id: _of_pin(line, post, told) for post, told in found if told is not None}


def _said_of_many(line: Line, posts: Sequence[RemotePost]) -> dict[str, Any]:
    """What Pinterest tells, by Pin. Days before one began have no figures, so that the longest life does for all."""
    begin = min(_begin(line, post) for post in posts)
    window = _window(begin, max(begin, line.clock().date()), _names(posts[0]))
    answer = line.send(permits.MANY_FIGURES, params={**window, "pin_ids": ",".join(post.remote_id for post in posts)})
    try:
        return line.understood(answer, permits.MANY_FIGURES)
    except MissingPermission as refused:
        raise _of_business(line, refused) from None
    except NotSent as refused:
        if refused.evidence.status == 403:  # The app is not let in, but each Pin alone may be asked for.
            raise NotOffered("Pinterest tells this app of one Pin at a time.", evidence=refused.evidence) from None
        raise


def _begin(line: Line, post: RemotePost) -> date:
    """The first day of the Pin that Pinterest still tells of."""
    earliest, posted_at = line.clock().date() - MAX_AGE, wire.instant(post.facts.get("posted_at"))
    return earliest if posted_at is None else max(earliest, posted_at.date())


def _names(post: RemotePost) -> Mapping[str, Metric | None]:
    return _WITH_VIDEO if post.facts.get("kind") == VIDEO else _STANDARD


def _of_pin(line: Line, post: RemotePost, told: dict[str, Any]) -> Metrics:
    posted_at = wire.instant(post.facts.get("posted_at"))
    is_whole = posted_at is None or posted_at.date() >= line.clock().date() - MAX_AGE
    figures = {**(object_in(told, "summary_metrics") if is_whole else {}), **object_in(told, "lifetime_metrics")}
    return Metrics(_values(figures, _names(post)), told)


def account_metrics(line: Line, day: date) -> Metrics:
    """A day that Pinterest has not finished counting has no figures yet; followers and Pins are those of now."""
    if day < line.clock().date() - MAX_AGE:
        raise NotOffered("Pinterest tells no figures from more than 89 days ago.")
    profile = line.ask(permits.ME)
    values = _values(profile, {"follower_count": Metric.FOLLOWERS, "pin_count": Metric.POSTS})
    raw: dict[str, Any] = {"account": profile}
    if text_in(profile, "account_type") != "PINNER":
        answer = line.send(permits.ACCOUNT_FIGURES, params=_window(day, day, _OF_ACCOUNT))
        raw["analytics"] = told = _total(line, answer, permits.ACCOUNT_FIGURES)
        values |= _values(_day(told, day), _OF_ACCOUNT)
    if not values:
        raise NotSent("Pinterest told no figures of this account.")
    return Metrics(values, raw)


def _window(begin: date, end: date, names: Mapping[str, Metric | None]) -> dict[str, str]:
    return {"start_date": begin.isoformat(), "end_date": end.isoformat(), "metric_types": ",".join(names)}


def _of_business(line: Line, refused: MissingPermission) -> PlatformError:
    """A personal account is refused like one whose consent is too small, which connecting again would not help."""
    facts = line.credential.facts if line.credential else {}
    if refused.evidence.status and facts.get("account_type") == "PINNER":
        return NotOffered("Pinterest tells figures of business accounts only.", evidence=refused.evidence)
    return refused


def _total(line: Line, answer: wire.Answer, call: Any) -> dict[str, Any]:
    """The figures of everything together. Under which name is not quite documented: it is the only one."""
    told = _together(line.understood(answer, call))
    if told is None:
        raise line.unreadable(answer)
    return told


def _together(said: Mapping[str, Any]) -> dict[str, Any] | None:
    told = said.get("all", next(iter(said.values()), None))
    return told if isinstance(told, dict) else None


def _day(told: Mapping[str, Any], day: date) -> dict[str, Any]:
    days = told.get("daily_metrics")
    for one in days if isinstance(days, list) else []:
        if isinstance(one, dict) and one.get("date") == day.isoformat() and one.get("data_status") == READY:
            return object_in(one, "metrics")
    return {}


def _values(told: Mapping[str, Any], names: Mapping[str, Metric | None]) -> dict[Metric, int | float]:
    found = ((metric, told.get(name)) for name, metric in names.items() if metric is not None)
    return {
        metric: value
        for metric, value in found
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 2**63
    }
