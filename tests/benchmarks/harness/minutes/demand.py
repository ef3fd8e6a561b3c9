"""What is wanted of the platforms: jobs that never end, through the real adapters.

Which of the sandbox's limits a kind of work keeps full is said with it, so that its use can be held against what is
allowed.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from apps.core import clock
from apps.governor.lanes import Lane
from apps.platforms.contract import Adapter, Credential, Draft, RemotePost, Role, Staged
from apps.platforms.errors import NotSent
from tests.benchmarks.harness.minutes.people import Person
from tests.platforms.drafts import caption, draft, video

ORGANIZATIONS: Final = 5
AT_ONCE: Final = timedelta(0)
_FILM: Final = video("measured", filling=2_000)
_numbers = itertools.count(1)

Act = Callable[[Adapter, "Job"], timedelta]  # how long it waits by its own wish


@dataclass(frozen=True)
class Kind:
    """So many `jobs` in a lane, spread over `organizations`, with `accounts` of the platform from the `first` on."""

    platform: str
    act: Act
    lane: Lane
    jobs: int = ORGANIZATIONS
    accounts: int = ORGANIZATIONS
    first: int = 0
    organizations: int = ORGANIZATIONS
    every: timedelta = AT_ONCE  # as often as it may
    fills: str = ""  # the name of one of the sandbox's limits

    def account(self, job: int) -> int:
        return self.first + job % self.accounts


@dataclass
class Job:
    """A kind of work for one organization and account, and how far a post of it has come."""

    kind: Kind
    organization_id: UUID
    person: Person
    staged: Staged | None = None
    draft: Draft | None = None
    key: str = ""

    @property
    def credential(self) -> Credential:
        return self.person.credential


# --- what is done -----------------------------------------------------------------------------------------------------


def check(adapter: Adapter, job: Job) -> timedelta:
    adapter.check(job.credential)
    return AT_ONCE


def list_posts(adapter: Adapter, job: Job) -> timedelta:
    adapter.own_posts(job.credential)
    return AT_ONCE


def read_figures(adapter: Adapter, job: Job) -> timedelta:
    adapter.account_metrics(job.credential, day=clock.now().date())
    return AT_ONCE


def ask_audiences(adapter: Adapter, job: Job) -> timedelta:
    adapter.choices("privacy", job.credential)
    return AT_ONCE


def ask_how_it_is(adapter: Adapter, job: Job) -> timedelta:
    """Of a post that is not for everybody, so that one question is all."""
    with suppress(NotSent):
        adapter.post_metrics(RemotePost(job.person.published), job.credential)
    return AT_ONCE


def write(adapter: Adapter, job: Job) -> timedelta:
    return _publish(adapter, job, lambda number: draft(f"Good morning, {number}"))


def comment(adapter: Adapter, job: Job) -> timedelta:
    parent = RemotePost(job.person.published)
    return _publish(
        adapter, job, lambda number: draft(f"Hello, {number}", role=Role.FIRST_COMMENT, root=parent, parent=parent)
    )


def begin_upload(adapter: Adapter, job: Job) -> timedelta:
    """A film that is never sent: its beginning is what counts."""
    adapter.stage(_film(next(_numbers)), job.credential, key=str(next(_numbers)), before=None)
    return AT_ONCE


def show_film(adapter: Adapter, job: Job) -> timedelta:
    return _publish(adapter, job, _film)


def show_captioned_film(adapter: Adapter, job: Job) -> timedelta:
    return _publish(adapter, job, lambda number: replace(_film(number), captions=(caption("en"),)))


def _film(number: int) -> Draft:
    return draft(f"Film {number}", _FILM, options={"title": f"Film {number}", "privacy": "public"})


def show_own_film(adapter: Adapter, job: Job) -> timedelta:
    """On TikTok, for nobody else."""
    return _publish(adapter, job, lambda number: draft(f"Film {number}", _FILM, options={"privacy": "SELF_ONLY"}))


def _publish(adapter: Adapter, job: Job, written: Callable[[int], Draft]) -> timedelta:
    """The next step of a post, as the engine takes them: prepared until it is ready, then committed."""
    if job.draft is None:
        number = next(_numbers)
        job.draft, job.key = written(number), f"measured-{number}"
    if job.staged is None or not job.staged.ready:
        job.staged = adapter.stage(job.draft, job.credential, key=job.key, before=job.staged)
    if not job.staged.ready:
        return job.staged.again_in
    receipt = adapter.commit(job.draft, job.staged, job.credential, key=job.key)
    job.draft, job.staged = None, None
    job.person = replace(job.person, published=job.person.published or receipt.remote_id)
    return AT_ONCE


# --- how much of it ---------------------------------------------------------------------------------------------------


def _seconds(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


ALL: Final = (
    Kind("youtube", comment, Lane.PUBLISH, every=_seconds(8), fills="youtube units"),
    Kind("youtube", show_captioned_film, Lane.PUBLISH, jobs=1, every=_seconds(20)),
    Kind("youtube", read_figures, Lane.ANALYTICS, every=_seconds(1)),
    Kind("youtube", begin_upload, Lane.PUBLISH, every=_seconds(10), fills="youtube uploads"),
    Kind("x", write, Lane.PUBLISH, fills="x post"),
    Kind("x", check, Lane.PUBLISH, fills="x me"),
    Kind("x", check, Lane.ANALYTICS),
    Kind("tiktok", ask_audiences, Lane.PUBLISH, fills="tiktok creator_info_per_minute"),
    Kind("tiktok", ask_how_it_is, Lane.PUBLISH, fills="tiktok status_per_minute"),
    Kind("tiktok", show_own_film, Lane.PUBLISH, jobs=2, accounts=2, first=5, fills="tiktok daily_posts"),
    # One account's posts are listed for all: what the sandbox counts by person is counted by application here. Each
    # organization lists a little more often than an even share allows, the first of them as often as it may.
    Kind("tiktok", list_posts, Lane.PUBLISH, accounts=1, every=_seconds(0.4),
         fills="tiktok video_list_per_minute"),
    Kind("tiktok", list_posts, Lane.PUBLISH, jobs=1, accounts=1),
    Kind("tiktok", list_posts, Lane.RECONCILE, accounts=1),
    Kind("tiktok", list_posts, Lane.ANALYTICS, accounts=1),
    Kind("tiktok", list_posts, Lane.IMPORT, accounts=1),
)  # fmt: skip

# What a test has time for. More jobs than workers: while there is something to begin, the clocks are not moved. One
# organization: what several share may be kept for one of them for half a minute.
FEW: Final = (
    Kind("x", check, Lane.PUBLISH, jobs=8, accounts=1, fills="x me"),
    Kind("x", check, Lane.ANALYTICS, jobs=1, accounts=1),
    Kind("tiktok", ask_audiences, Lane.PUBLISH, jobs=2, accounts=1, fills="tiktok creator_info_per_minute"),
    Kind("youtube", begin_upload, Lane.PUBLISH, jobs=8, accounts=1, organizations=1, fills="youtube uploads"),
)


@dataclass
class Jobs:
    """The jobs of some kinds of work, and whose accounts they need."""

    kinds: tuple[Kind, ...]
    organizations: tuple[UUID, ...]
    people: dict[tuple[str, int], Person] = field(default_factory=dict)

    def accounts(self) -> list[tuple[str, int]]:
        return sorted({(kind.platform, kind.account(job)) for kind in self.kinds for job in range(kind.jobs)})

    def all(self) -> list[Job]:
        return [
            Job(kind, self.organizations[job % kind.organizations], self.people[kind.platform, kind.account(job)])
            for kind in self.kinds
            for job in range(kind.jobs)
        ]

    def kept_full(self) -> dict[str, list[str]]:
        """By name of a limit, the buckets in the sandbox that work waits for."""
        found: dict[str, list[str]] = {}
        for kind in filter(lambda kind: kind.fills, self.kinds):
            ids = {self.people[kind.platform, kind.account(job)].id for job in range(kind.jobs)}
            # YouTube has them for the project, and the others for each account.
            is_one = kind.platform == "youtube"
            found[kind.fills] = [kind.fills] if is_one else sorted(f"{kind.fills} {id}" for id in ids)
        return found
