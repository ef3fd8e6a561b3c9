"""The addresses in a post, and what stands in their place when it goes out: asked of `apps.links`, which settles it
when the words are written, so that counters, previews, approvals and the engine see the same text."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from apps.core.together import is_pending, pending
from apps.links import services as links
from apps.links.models import Link
from apps.links.selectors import outgoing_of
from apps.links.services.dressing import Addresses
from apps.platforms.text import links as addresses_in
from apps.posts.content import PartContent
from apps.posts.models import Campaign, Post
from apps.social_accounts.models import SocialAccount

Links = Mapping[UUID, Mapping[str, str]]
Targets = Sequence[tuple[SocialAccount, str | None]]  # accounts with their own words for the main part, if any


def settle(post: Post, parts: Sequence[PartContent], targets: Targets, *, renews: bool) -> None:
    """Keep how the addresses of a post go out on each account. Those that are known stay as they are, unless the whole
    post is written anew."""
    wanted = _wanted(parts, targets)
    if not any(one.urls for one in wanted):
        return
    links.dress(
        workspace_id=post.workspace_id, post_id=post.pk, wanted=wanted, campaign=lambda: _campaign(post.campaign_id),
        is_new=is_pending(post), renews=renews,
    )  # fmt: skip


def foreseen(
    parts: Sequence[PartContent], targets: Targets, *, workspace_id: UUID, campaign_id: UUID | None = None
) -> Links:
    """How the addresses of a post that is still being written will go out."""
    wanted = _wanted(parts, targets)
    if not any(one.urls for one in wanted):
        return {}
    return links.dressed_as(workspace_id=workspace_id, wanted=wanted, campaign=lambda: _campaign(campaign_id))


def settled(posts: Iterable[tuple[UUID, Collection[str]]]) -> Mapping[UUID, Links]:
    """What was kept, for posts with their texts and link cards; a query where any has an address in it."""
    asked = [post_id for post_id, texts in posts if any("://" in text for text in texts)]
    return outgoing_of(asked) if asked else {}


def settled_here(post: Post) -> Links:
    """The same of a post whose rows are not written yet."""
    found: dict[UUID, dict[str, str]] = {}
    for link in pending(Link, of=post.pk):
        if link.account_id is not None and link.outgoing != link.written:
            found.setdefault(link.account_id, {})[link.written] = link.outgoing
    return found


def _wanted(parts: Sequence[PartContent], targets: Targets) -> list[Addresses]:
    return [Addresses(account.pk, account.platform, _urls(parts, own)) for account, own in targets]


def _urls(parts: Sequence[PartContent], own: str | None) -> list[str]:
    """The addresses that one account is sent: written out in any part, or as its card."""
    texts = [part.text if own is None or number else own for number, part in enumerate(parts)]
    cards = [part.link.strip() for part in parts if part.link.strip()]
    return [*(url for text in texts if "://" in text for url in addresses_in(text)), *cards]


def _campaign(campaign_id: UUID | None) -> str:
    name = Campaign.objects.filter(pk=campaign_id).values_list("name", flat=True).first() if campaign_id else ""
    return str(name or "")
