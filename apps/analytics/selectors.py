"""Figures shaped for the API and for pages, from stored rows alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from apps.analytics.definitions import BOOKS, NOTHING, Definition
from apps.analytics.models import AccountSnapshot, Reading, UploadedDay
from apps.platforms.insights import Metric
from apps.publishing.models import Publication
from apps.publishing.states import WENT_OUT
from apps.social_accounts.models import SocialAccount


def holding_days(rows: QuerySet[AccountSnapshot]) -> QuerySet[AccountSnapshot]:
    """Of each account and day the row that holds: the newest, whatever was corrected before it."""
    newer = AccountSnapshot.objects.filter(
        account=OuterRef("account"), day=OuterRef("day"), revision__gt=OuterRef("revision")
    )
    return rows.filter(~Exists(newer)).defer("raw")


@dataclass(frozen=True, slots=True)
class AccountSeries:
    """An account day by day; a day without a row is not in it, which is a gap and no nought."""

    account: SocialAccount
    first: date
    last: date
    rows: Sequence[Any]  # of the platform, and of uploads where it told nothing
    reading: Reading | None

    @property
    def definitions(self) -> dict[Metric, Definition]:
        return dict(BOOKS.get(self.account.platform, NOTHING).accounts)

    @property
    def complete_until(self) -> date | None:
        """The last day that was told; None where none was."""
        return max((row.day for row in self.rows if not row.missing), default=None)


def account_series(account: SocialAccount, *, first: date, last: date) -> AccountSeries:
    rows = AccountSnapshot.objects.filter(account=account, day__gte=first, day__lte=last)
    reading = Reading.objects.filter(account=account, publication=None).first()
    brought = UploadedDay.objects.filter(account=account, day__gte=first, day__lte=last).defer("raw")
    return AccountSeries(account, first, last, with_uploads(holding_days(rows), brought), reading)


def with_uploads(told: Iterable[AccountSnapshot], brought: Iterable[UploadedDay]) -> list[Any]:
    """Days as they hold, in their order: what the platform told, and where it told nothing what somebody uploaded."""
    rows: dict[tuple[UUID, date], Any] = {(row.account_id, row.day): row for row in told}
    for upload in brought:
        key = (upload.account_id, upload.day)
        if key not in rows or rows[key].missing:
            rows[key] = upload
    return [rows[key] for key in sorted(rows, key=lambda key: (key[1], key[0]))]


@dataclass(frozen=True, slots=True)
class PostFigures:
    """A post on one account with its newest figures; `reading` None: nothing was ever read of it."""

    publication: Publication
    reading: Reading | None

    @property
    def row(self) -> Any:
        return self.reading.latest if self.reading else None

    @property
    def missing(self) -> str:
        """Why there are no figures; "" where there are some, or nothing was read yet."""
        return self.reading.problem if self.reading and self.row is None else ""


def figures_of_posts(post_ids: Iterable[UUID]) -> dict[UUID, list[PostFigures]]:
    """For each post what is out of it, or was; two queries however many there are."""
    live = Publication.objects.filter(post__in=post_ids, state__in=WENT_OUT).select_related("account")
    publications = list(live.order_by("account_id"))
    readings = Reading.objects.filter(publication__in=publications).with_latest()
    known = {reading.publication_id: reading for reading in readings}
    found: dict[UUID, list[PostFigures]] = {}
    for publication in publications:
        found.setdefault(publication.post_id, []).append(PostFigures(publication, known.get(publication.pk)))
    return found


def span_of(first: date, last: date) -> int:
    return (last - first) // timedelta(days=1) + 1
