"""What of a workspace a board is about: some accounts or networks, posts with some labels or of some campaigns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from apps.analytics.models import Reading
from apps.links.models import Link
from apps.posts.models import PostLabel
from apps.social_accounts.models import SocialAccount

NAMES: Final = ("account", "network", "label", "campaign")
MOST: Final = 200  # of one kind; an address that names more is nobody's


@dataclass(frozen=True, slots=True)
class Choice:
    """Empty: all of them. A post counts that has any of the labels, and is of any of the campaigns."""

    accounts: frozenset[UUID] = field(default_factory=frozenset)
    networks: frozenset[str] = field(default_factory=frozenset)
    labels: frozenset[UUID] = field(default_factory=frozenset)
    campaigns: frozenset[UUID] = field(default_factory=frozenset)

    @property
    def is_of_posts(self) -> bool:
        """What accounts tell of their days is of all their posts: no label and no campaign can be told from it."""
        return bool(self.labels or self.campaigns)

    @property
    def is_all(self) -> bool:
        return not (self.accounts or self.networks or self.is_of_posts)

    def pairs(self) -> list[tuple[str, str]]:
        """As an address carries it, always in the same order."""
        sets = (self.accounts, self.networks, self.labels, self.campaigns)
        return [(name, str(one)) for name, chosen in zip(NAMES, sets, strict=True) for one in sorted(chosen, key=str)]

    def of_accounts(self, rows: QuerySet[SocialAccount]) -> QuerySet[SocialAccount]:
        if self.accounts:
            rows = rows.filter(pk__in=self.accounts)
        return rows.filter(platform__in=self.networks) if self.networks else rows

    def of_readings(self, rows: QuerySet[Reading]) -> QuerySet[Reading]:
        """Of the readings of posts, those of chosen ones; whose accounts are chosen is seen to elsewhere."""
        if self.campaigns:
            rows = rows.filter(publication__post__campaign__in=self.campaigns)
        if self.labels:
            labelled = PostLabel.objects.filter(post=OuterRef("publication__post"), label__in=self.labels)
            rows = rows.filter(Exists(labelled))
        return rows

    def of_links(self, rows: QuerySet[Link]) -> QuerySet[Link]:
        """The same of links in posts."""
        if self.campaigns:
            rows = rows.filter(post__campaign__in=self.campaigns)
        if self.labels:
            rows = rows.filter(Exists(PostLabel.objects.filter(post=OuterRef("post"), label__in=self.labels)))
        return rows

    def with_(self, **changes: frozenset[Any]) -> Choice:
        return replace(self, **changes)


EVERYTHING: Final = Choice()


def choice_of(asked: Mapping[str, list[str]]) -> Choice:
    """What an address asks for; what is no id there is left out."""
    accounts, networks, labels, campaigns = (asked.get(name, [])[:MOST] for name in NAMES)
    return Choice(_ids(accounts), frozenset(filter(None, networks)), _ids(labels), _ids(campaigns))


def _ids(texts: list[str]) -> frozenset[UUID]:
    found = set()
    for text in texts:
        try:
            found.add(UUID(text))
        except ValueError:
            continue
    return frozenset(found)
