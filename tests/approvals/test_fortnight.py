"""A fortnight in three zones: nobody gets more than one digest a day for each rule, and nobody is forgotten.

The check keeps its own book of who is awaited for what since when, works out wall clocks by itself, and reads nothing
but the mails that arrived.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from apps.approvals import services
from apps.approvals.errors import ApprovalRefused
from apps.approvals.people.hours import Hours
from apps.approvals.states import MailChoice
from apps.core.actors import SYSTEM
from apps.events.services import relay
from apps.platforms.adapters.memory import MemoryPlatform
from apps.tenants.permissions import Role
from tests.approvals.conftest import Desk
from tests.support import factories
from tests.support.clock import Clock
from tests.support.publishing import Agency

pytestmark = pytest.mark.django_db

DAY: Final = timedelta(days=1)
FORTNIGHT: Final = 14 * 24
ZONES: Final = ("Europe/Berlin", "America/New_York", "Pacific/Auckland")
# Each has a change of clocks in it: of New York, of Berlin, of Auckland, of Berlin and New York.
BEGINNINGS: Final = (
    datetime(2036, 3, 3, tzinfo=UTC), datetime(2036, 3, 24, tzinfo=UTC), datetime(2036, 9, 22, tzinfo=UTC),
    datetime(2036, 10, 20, tzinfo=UTC),
)  # fmt: skip
WORKS: Final = ((9, 17), (6, 10), (12, 20), (20, 23))
PEOPLE = st.tuples(
    *(st.tuples(st.sampled_from(WORKS), st.sampled_from(MailChoice), st.sampled_from([5, 6])) for _ in ZONES)
)
DEEDS = st.lists(
    st.tuples(
        st.integers(0, FORTNIGHT - 1),
        st.one_of(
            st.just(("ask",)),
            st.tuples(st.just("approve"), st.integers(0, 2), st.integers(0, 5)),
            st.tuples(st.just("edit"), st.integers(0, 5)),
            st.tuples(st.just("leave"), st.integers(0, 2), st.integers(0, 3)),
        ),
    ),
    min_size=3,
    max_size=14,
)
KINDS: Final = {
    "this waits for your approval": "waiting",
    "still waits for you:": "reminder",
    "it is your turn": "turn",
}
PAUSE: Final = 2  # hours between two beats: less than the shortest working day
Told = tuple[datetime, str, str]


class Fortnight:
    """What was done, whom that leaves awaited since when, and which mail arrived when."""

    def __init__(self, desk: Desk, clock: Clock, begins: datetime, people: Any) -> None:
        self.desk, self.clock, self.begins = desk, clock, begins
        clock.set(begins)
        mail.outbox[:] = []
        self.staff = [desk.person(Role.APPROVER) for _ in ZONES]
        self.works = [self._settle(number, *said) for number, said in enumerate(people)]
        named = [str(one.user_id) for one in self.staff]
        remind = [{"when": "after", "minutes": 240, "do": "remind"}]
        desk.policy({"key": "all", "name": "All", "people": named, "needs": "all", "escalations": remind})
        self.posts: list[Any] = []
        self.since: dict[tuple[int, int, int], datetime] = {}
        self.told: list[Told] = []
        self.away: list[tuple[int, datetime, datetime]] = []
        self.versions: Counter[int] = Counter()

    def _settle(self, number: int, work: tuple[int, int], choice: MailChoice, days: int) -> Hours:
        begins, ends = work
        hours = Hours(ZONES[number], frozenset(range(days)), time(begins), time(ends))
        person = self.staff[number].user_id
        with self.desk.agency.scope():
            services.set_hours(hours=hours, user_id=person, actor=SYSTEM)
            services.choose_mail(user_id=person, choice=choice)
        return hours

    def ask(self) -> None:
        number = len(self.posts)
        self.posts.append(self.desk.post(f"Post {number}.0"))
        self.desk.submit(self.posts[-1])
        self._await(number)

    def edit(self, number: int) -> None:
        if number < len(self.posts):
            self.versions[number] += 1
            self.desk.edit(self.posts[number], f"Post {number}.{self.versions[number]}")
            self._await(number)

    def approve(self, who: int, number: int) -> None:
        if number < len(self.posts):
            try:
                self.desk.decide(self.desk.request(self.posts[number]), self.staff[who])
            except ApprovalRefused:
                return
            self.since.pop((who, number, self.versions[number]), None)

    def leave(self, who: int, days: int) -> None:
        zone = ZoneInfo(ZONES[who])
        today = self.clock.now.astimezone(zone).date()
        try:
            with self.desk.agency.scope():
                row = services.note_absence(
                    user_id=self.staff[who].user_id, starts_on=today, ends_on=today + days * DAY, zone=zone.key,
                    delegate_id=None, actor=SYSTEM,
                )  # fmt: skip
        except ValueError:
            return
        # Whoever says so at noon was there in the morning.
        self.away.append((who, max(row.begins_at, self.clock.now), row.ends_at))

    def beat(self) -> None:
        before = len(mail.outbox)
        services.escalate(now=self.clock.now)
        relay()
        for _ in range(2 if self.clock.now.hour % 6 == 0 else 1):  # Sometimes two beats, started by mistake.
            services.plan_digests(now=self.clock.now)
            services.send_letters(now=self.clock.now)
        for one in mail.outbox[before:]:
            self.told.append((self.clock.now, one.to[0], str(one.body)))

    def _await(self, number: int) -> None:
        version = self.versions[number]
        self.since = {key: at for key, at in self.since.items() if key[1] != number}
        self.since |= {(who, number, version): self.clock.now for who in range(len(ZONES))}

    # --- what must hold

    def check_digests(self) -> None:
        """One a day by the person's own clock for each rule, when they work and are there."""
        seen: Counter[Any] = Counter()
        for at, to, body in self.told:
            kind = next(name for words, name in KINDS.items() if words in body)
            who = next(number for number, one in enumerate(self.staff) if one.user.email == to)
            if kind == "turn":
                continue
            local = at.astimezone(ZoneInfo(ZONES[who]))
            seen[who, kind, local.date()] += 1
            work = self.works[who]
            assert work.begins <= local.time() < work.ends, (at, to, kind)
            assert local.weekday() in work.weekdays, (at, to, kind)
            assert not any(pk == who and begin <= at < end for pk, begin, end in self.away), (at, to)
        assert max(seen.values(), default=0) <= 1, seen

    def check_nobody_is_forgotten(self) -> None:
        """Whoever has been awaited for a whole working day of theirs has heard of that post."""
        for (who, number, version), since in self.since.items():
            words, to = f"Post {number}.{version}", self.staff[who].user.email
            heard = any(at >= since and to == one and words in body for at, one, body in self.told)
            assert heard or not any(end <= self.clock.now for _, end in self._days(who, since)), (words, to)

    def _days(self, who: int, since: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The working days of this person that began after an instant, as far as they were there."""
        zone, work = ZoneInfo(ZONES[who]), self.works[who]
        for number in range(16):
            day = self.begins.astimezone(zone).date() + number * DAY
            begin = datetime.combine(day, work.begins, zone).astimezone(UTC)
            end = datetime.combine(day, work.ends, zone).astimezone(UTC)
            was_away = any(pk == who and left < end and begin < back for pk, left, back in self.away)
            if day.weekday() in work.weekdays and begin >= since and not was_away:
                yield begin, end


ALL_DAY: Final = (((9, 17), MailChoice.DIGEST, 5), ((9, 17), MailChoice.AT_ONCE, 5), ((20, 23), MailChoice.DIGEST, 6))


@settings(
    max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.sampled_from(BEGINNINGS), PEOPLE, DEEDS)
@example(BEGINNINGS[3], ALL_DAY, [(1, ("ask",)), (30, ("ask",)), (50, ("leave", 0, 2)), (60, ("edit", 0))])
def test_nobody_hears_too_often_and_nobody_is_forgotten(
    memory: MemoryPlatform, clock: Clock, begins: datetime, people: Any, deeds: list[Any]
) -> None:
    with transaction.atomic():
        client = factories.workspace(factories.organization())
        story = Fortnight(Desk(Agency(client, memory)), clock, begins, people)
        for hour in range(0, FORTNIGHT, PAUSE):
            for at, (name, *arguments) in deeds:
                if hour <= at < hour + PAUSE:
                    getattr(story, name)(*arguments)
            story.beat()
            story.check_nobody_is_forgotten()
            clock.advance(hours=PAUSE)
        story.check_digests()
        # What still waits is nothing to the next example.
        transaction.set_rollback(True)
