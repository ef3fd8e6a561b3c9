"""How guests came to what they decide about, and whether somebody who wrote it opened them the way.

Whoever makes a link is told its address and hands it over as they like; that is how agencies work, and nobody can see
whose hands it is in. So a decision by a link says which way its sender came, who made the link, and whether that was
one of those who wrote the post. Where the policy bars links of writers, an approval by one does not count.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from apps.approvals.deciders import writers_of_each
from apps.approvals.models import Policy, Request, ReviewLink
from apps.approvals.states import RequestState
from apps.audit.models import Entry
from apps.core.actors import ActorKind

MADE: Final = "review_link.made"
WORDS: Final = {
    ("handed_over", False): _("through a link that %(maker)s made and handed over"),
    ("handed_over", True): _("through a link that %(maker)s made, who wrote or submitted this post, and handed over"),
    ("mailed", False): _("through a link that %(maker)s made and Postroom mailed"),
    ("mailed", True): _("through a link that %(maker)s made, who wrote or submitted this post, and Postroom mailed"),
}


class Way(StrEnum):
    HANDED_OVER = "handed_over"  # by whoever made the link, who was told its address
    MAILED = "mailed"  # by Postroom, with an address that nobody here has seen


@dataclass(frozen=True, slots=True)
class Maker:
    """A member or a program, by id; None where nobody knows any more."""

    kind: ActorKind
    id: UUID | None


@dataclass(frozen=True, slots=True)
class CameBy:
    """`maker_wrote`: they wrote the post, changed it last or submitted it. `is_vouched_for`: somebody who did not has
    made a link for this guest, too."""

    way: Way
    link_id: UUID
    maker: Maker
    maker_wrote: bool
    is_vouched_for: bool

    @property
    def may_be_the_writer(self) -> bool:
        """Whether nothing says that it is not whoever wrote the post who decides here."""
        return self.maker_wrote and not (self.way is Way.MAILED and self.is_vouched_for)

    def as_json(self) -> dict[str, Any]:
        """As the decision keeps it, and its hash is over."""
        made_by = str(self.maker.id) if self.maker.id else None
        return {
            "way": self.way.value, "link": str(self.link_id), "made_by_kind": self.maker.kind.value,
            "made_by": made_by, "maker_wrote": self.maker_wrote,
        }  # fmt: skip


def ways_to(link: ReviewLink, way: Way, writers: Mapping[UUID, Collection[UUID]]) -> dict[UUID, CameBy]:
    """How whoever came by this link came to each of the posts, of which `writers` are; in two queries."""
    makers = _makers_of(link.guest_id)
    maker = makers[link.pk]
    return {
        post_id: CameBy(
            way, link.pk, maker, maker.id in wrote, any(one.id not in wrote for one in makers.values() if one.id)
        )
        for post_id, wrote in writers.items()
    }


def number_barred(workspace_id: UUID, post_ids: Collection[UUID], user_id: UUID | None) -> int:
    """For how many of the posts that wait a link of this person would not count."""
    if not Policy.objects.filter(workspace_id=workspace_id, replaced_at=None, bars_links_of_writers=True).exists():
        return 0
    waiting = Request.objects.filter(post_id__in=post_ids, state=RequestState.PENDING).select_related("post")
    writers = writers_of_each([(row.post, row.asked_by_id) for row in waiting])
    return sum(user_id in wrote for wrote in writers.values())


def words_of(came_by: Mapping[str, Any], maker: str) -> str:
    """For people, with the name of whoever made the link."""
    return gettext(WORDS[came_by["way"], came_by["maker_wrote"]]) % {"maker": maker}


def _makers_of(guest_id: UUID) -> dict[UUID, Maker]:
    """Who made each link of this guest, by link. The diary knows programs, too."""
    links = dict(ReviewLink.objects.filter(guest_id=guest_id).values_list("pk", "made_by_id"))
    lines = Entry.objects.filter(subject_id__in=links, verb=MADE).values_list("subject_id", "actor_kind", "actor_id")
    noted = {link_id: Maker(ActorKind(kind), actor_id) for link_id, kind, actor_id in lines}
    return {
        link_id: noted.get(link_id) or Maker(ActorKind.USER if made_by else ActorKind.SYSTEM, made_by)
        for link_id, made_by in links.items()
    }
