"""A client with a month to report on, and the month before: figures that grow, days that are missing, posts with
pictures. The benchmark reports on the same."""

from __future__ import annotations

import io
import random
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from apps.analytics.models import AccountSnapshot, PublicationSnapshot, Reading
from apps.analytics.states import Missing
from apps.core import tenancy
from apps.media.models import Asset
from apps.publishing.states import State
from apps.reports.periods import Period
from apps.social_accounts.models import SocialAccount
from tests.support import factories

DAY: Final = timedelta(days=1)
SEPTEMBER: Final = Period(date(2026, 9, 1), date(2026, 9, 30))
BEGAN: Final = date(2026, 8, 1)
PLATFORMS: Final = ("instagram", "facebook", "linkedin", "mastodon", "threads", "youtube")
TELLS_VIEWS: Final = frozenset({"instagram", "facebook", "linkedin", "youtube"})
TITLES: Final = (
    "Field to loaf, part 3", "Oven, 04:10", "Cake of the month", "Why we wait two days for a loaf",
    "Cardamom bun day is back", "A table for eight, still warm", "The mill at first light", "Rye week begins",
    "What is in the starter", "Sunday: the ovens rest", "Meet Ingrid, who shapes the buns",
    "Harvest supper: last places",
)  # fmt: skip


class MonthOf:
    """`accounts` by platform; the first is never read on three days in September, the second from the 20th refused."""

    def __init__(self, workspace: Any, *, posts: int = 40, pictures: int = 12, seed: int = 7) -> None:
        self.workspace, self.chance = workspace, random.Random(seed)
        self.zone = ZoneInfo(workspace.timezone)
        self.accounts = {name: self._account(name) for name in PLATFORMS}
        self.assets = [self._picture(number) for number in range(pictures)]
        with tenancy.across_tenants("a test writes two months"):
            for name, account in self.accounts.items():
                self._days(name, account)
            for number in range(posts):
                self._post(number)

    def _account(self, name: str) -> SocialAccount:
        made = factories.account(self.workspace, name, handle="alderandrye", name="Alder & Rye")
        born = datetime(2026, 1, 1, tzinfo=UTC)
        with tenancy.across_tenants("a test makes an account older"):
            SocialAccount.across_tenants.filter(pk=made.pk).update(created_at=born)
        return made

    def _own(self, account: SocialAccount) -> dict[str, Any]:
        return {"organization_id": account.organization_id, "workspace_id": account.workspace_id, "account": account}

    def _days(self, name: str, account: SocialAccount) -> None:
        followers, rows = self.chance.randint(900, 9_000), []
        for step in range(61):
            day = BEGAN + DAY * step
            followers += self.chance.randint(-3, 14)
            if name == "instagram" and day in Period(date(2026, 9, 8), date(2026, 9, 10)):
                continue
            taken_at = datetime.combine(day + DAY, time(2), self.zone).astimezone(UTC)
            row = AccountSnapshot(**self._own(account), day=day, taken_at=taken_at)
            if name == "facebook" and day >= date(2026, 9, 20):
                row.missing = Missing.NO_PERMISSION
            else:
                row.followers = followers
                row.views = self.chance.randint(700, 2_600) + 12 * step if name in TELLS_VIEWS else None
            rows.append(row)
        AccountSnapshot.plain.bulk_create(rows)

    def _post(self, number: int) -> None:
        names = self.chance.sample(PLATFORMS, k=self.chance.choice((1, 1, 2, 3)))
        day = BEGAN + DAY * self.chance.randrange(61)
        at = datetime.combine(day, time(self.chance.choice((8, 12, 17)), 30), self.zone).astimezone(UTC)
        assets = [self.assets[number % len(self.assets)]] if self.assets else []
        post = factories.post(self.workspace, TITLES[number % len(TITLES)], assets=assets)
        for name in names:
            account = self.accounts[name]
            sent = factories.publication(
                post, account, state=State.PUBLISHED, published_at=at, remote_url=f"https://{name}.example/{number}"
            )
            told = self._figures(sent, account, at)
            Reading.plain.create(
                **self._own(account), publication=sent, published_at=at, latest_id=told.pk if told else None
            )

    def _figures(self, sent: Any, account: SocialAccount, at: datetime) -> PublicationSnapshot | None:
        if self.chance.random() < 0.1:
            return None
        told: PublicationSnapshot = PublicationSnapshot.plain.create(
            **self._own(account), publication=sent, key="7d", taken_at=at + DAY * 7,
            views=self.chance.randint(400, 12_000) if account.platform in TELLS_VIEWS else None,
            likes=self.chance.randint(5, 900), comments=self.chance.randint(0, 60), shares=self.chance.randint(0, 40),
        )  # fmt: skip
        return told

    def _picture(self, number: int) -> Asset:
        """A loaf on a table, or what can be drawn of one."""
        made = factories.asset(self.workspace, alt=f"A picture of {TITLES[number % len(TITLES)].lower()}")
        with tenancy.across_tenants("a test draws a picture"):
            made.thumbnail.save(f"{number}.webp", ContentFile(_drawn(number)), save=False)
            Asset.plain.filter(pk=made.pk).update(thumbnail=made.thumbnail.name)
        return made


def _drawn(number: int) -> bytes:
    chance = random.Random(number)
    warm = tuple(chance.randint(150, 235) for _ in range(3))
    image = Image.new("RGB", (640, 480), warm)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 300, 640, 480), fill=tuple(part - 60 for part in warm))
    pen.ellipse((140, 140, 500, 400), fill=(150 + number * 5 % 60, 96, 52))
    for line in range(4):
        pen.arc((180 + line * 60, 170, 260 + line * 60, 340), 200, 340, fill=(243, 220, 180), width=9)
    out = io.BytesIO()
    image.save(out, "WEBP", quality=80)
    return out.getvalue()
