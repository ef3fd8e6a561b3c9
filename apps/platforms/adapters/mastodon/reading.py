"""What a server tells afterwards: the account's posts, and figures.

Figures are what this server knows; what it leaves out is absent. `shares` in our words are boosts and quotes together,
as far as they are told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from apps.platforms import http as wire
from apps.platforms.adapters.mastodon import changing, consent, finding, markup, rights
from apps.platforms.adapters.mastodon.line import Line
from apps.platforms.adapters.mastodon.publishing import QUOTABLE
from apps.platforms.contract import RemotePost
from apps.platforms.errors import NotOffered
from apps.platforms.insights import Metric, Metrics, OwnPost, OwnPosts

PAGE: Final = "40"
_OF_POST: Final[Mapping[str, Metric]] = {
    "favourites_count": Metric.LIKES,
    "reblogs_count": Metric.SHARES,
    "quotes_count": Metric.SHARES,
    "replies_count": Metric.COMMENTS,
}
_OF_ACCOUNT: Final[Mapping[str, Metric]] = {"followers_count": Metric.FOLLOWERS, "statuses_count": Metric.POSTS}


def own_posts(line: Line, account_id: str, *, cursor: str) -> OwnPosts:
    page = _page(line, account_id, cursor)
    posts = tuple(_own_post(status) for status in page if _id(status))
    return OwnPosts(posts, _id(page[-1]) if page else "")


def quotable(line: Line, account_id: str) -> tuple[tuple[str, str], ...]:
    """The newest posts that can be quoted, as choices: id and the beginning of the text. () on servers without
    quotes."""
    return tuple(
        (_id(status), " ".join(_text(status).split())[:60] or _kind(status))
        for status in _page(line, account_id, "")
        if _id(status) and isinstance(approval := status.get("quote_approval"), dict)
        if approval.get("current_user") in QUOTABLE
    )


def _page(line: Line, account_id: str, cursor: str) -> list[dict[str, Any]]:
    params = {"limit": PAGE, "exclude_reblogs": "true", "exclude_replies": "true"}
    answer = line.send(rights.OWN_POSTS, id=account_id, params=params | ({"max_id": cursor} if cursor else {}))
    return finding.statuses_in(line, answer)


def _own_post(status: Mapping[str, Any]) -> OwnPost:
    url, shown = status.get("url"), status.get("visibility")
    addresses = [one.get("url") for one in _attachments(status)]
    return OwnPost(
        remote_id=_id(status),
        text=_text(status),
        published_at=wire.instant(status.get("created_at")),
        url=url if isinstance(url, str) else "",
        kind=_kind(status),
        media_urls=tuple(address for address in addresses if isinstance(address, str) and address),
        facts={"visibility": shown} if isinstance(shown, str) else {},
    )


def _id(status: Mapping[str, Any]) -> str:
    value = status.get("id")
    return value if isinstance(value, str) else ""


def _text(status: Mapping[str, Any]) -> str:
    """As it was sent, where the list tells that; else read back from what the server made of it."""
    sent, shown = status.get("text"), status.get("content")
    if isinstance(sent, str):
        return sent
    return markup.text_of(shown).strip() if isinstance(shown, str) else ""


def _kind(status: Mapping[str, Any]) -> str:
    if isinstance(status.get("poll"), dict):
        return "poll"
    kinds = [one.get("type") for one in _attachments(status)]
    return next((kind for kind in kinds if isinstance(kind, str) and kind), "text")


def _attachments(status: Mapping[str, Any]) -> list[dict[str, Any]]:
    attached = status.get("media_attachments")
    return [one for one in attached if isinstance(one, dict)] if isinstance(attached, list) else []


# --- figures ----------------------------------------------------------------------------------------------------------


def post_metrics(line: Line, post: RemotePost) -> Metrics:
    return _of_status(changing.read_status(line, post.remote_id))


def many_post_metrics(line: Line, posts: Sequence[RemotePost]) -> dict[str, Metrics]:
    """Servers before 4.3, and others than Mastodon, may know no such request."""
    wanted = {post.remote_id for post in posts}
    answer = line.send(rights.STATUSES, params={"id[]": sorted(wanted)})
    if answer.status in {400, 404, 405, 410, 422}:
        raise NotOffered(f"{line.name} tells figures of one post at a time.", evidence=wire.evidence(answer))
    if answer.status != 200:
        raise line.failure(answer, rights.STATUSES)
    try:
        told = answer.mappings()
    except wire.Unreadable:
        raise line.unreadable(answer) from None
    return {id: _of_status(one) for one in told if isinstance(id := one.get("id"), str) and id in wanted}


def _of_status(status: dict[str, Any]) -> Metrics:
    poll = {"poll": status["poll"]} if isinstance(status.get("poll"), dict) else {}
    return _metrics(status, _OF_POST, poll)


def account_metrics(line: Line) -> Metrics:
    account = consent.read_account(line)
    following = {"following_count": account["following_count"]} if "following_count" in account else {}
    return _metrics(account, _OF_ACCOUNT, following)


def _metrics(said: Mapping[str, Any], names: Mapping[str, Metric], raw: dict[str, Any]) -> Metrics:
    values: dict[Metric, int | float] = {}
    for name, metric in names.items():
        value = said.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            values[metric] = values.get(metric, 0) + value
    return Metrics(values, {name: said[name] for name in names if name in said} | raw)
