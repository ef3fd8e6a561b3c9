"""Who follows an account, as its network last told it: in groups, of which some may be left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from apps.analytics.definitions import BOOKS, NOTHING, Definition
from apps.analytics.models import Audience
from apps.social_accounts.models import SocialAccount

LOOK_BACK: Final = 26  # rows of an account, of which there is one a week
IN_ORDER: Final = frozenset({"age"})  # all else has the largest first


@dataclass(frozen=True, slots=True)
class Group:
    """`share` is of those of whom it is told, which need not be everybody."""

    name: str
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class Division:
    """Followers told apart by one thing: "age", "gender", "country" or "city"."""

    by: str
    groups: tuple[Group, ...]
    definition: Definition

    @property
    def told(self) -> int:
        return sum(one.count for one in self.groups)


@dataclass(frozen=True, slots=True)
class AudienceBoard:
    """`row` is the last that was told, None where nothing ever was; `missing` why nothing was told since."""

    account: SocialAccount
    definitions: Mapping[str, Definition]
    row: Audience | None
    missing: str

    @property
    def is_offered(self) -> bool:
        """The network tells it of some accounts, if not of this one."""
        return bool(self.definitions)

    @property
    def divisions(self) -> list[Division]:
        """In the order of the book; one of which nothing was told is not among them."""
        told = self.row.groups if self.row else {}
        return [Division(by, _groups(by, told[by]), one) for by, one in self.definitions.items() if told.get(by)]


def audience_of(account: SocialAccount, *, until: date | None = None) -> AudienceBoard:
    """As it was told last, or last until a day; one query."""
    return audiences_of([account], until=until)[0]


def audiences_of(accounts: Sequence[SocialAccount], *, until: date | None = None) -> list[AudienceBoard]:
    """The same of several, in their order; one query for all."""
    rows = Audience.objects.filter(account__in=accounts, **({"day__lte": until} if until else {}))
    own: dict[UUID, list[Audience]] = defaultdict(list)
    for row in rows.order_by("-day").defer("raw")[: LOOK_BACK * len(accounts)]:
        own[row.account_id].append(row)
    return [_board(account, own[account.pk]) for account in accounts]


def _board(account: SocialAccount, newest_first: Sequence[Audience]) -> AudienceBoard:
    told = next((row for row in newest_first if not row.missing), None)
    missing = newest_first[0].missing if newest_first else ""
    return AudienceBoard(account, BOOKS.get(account.platform, NOTHING).people, told, missing)


def _groups(by: str, counts: Mapping[str, int]) -> tuple[Group, ...]:
    told = sum(counts.values())
    rows = [Group(name, count, count / told if told else 0.0) for name, count in counts.items()]
    return tuple(sorted(rows, key=lambda one: one.name if by in IN_ORDER else (-one.count, one.name)))
