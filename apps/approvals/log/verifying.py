"""Does the log still say what was said? Post by post, in memory that does not grow with the log."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from apps.approvals.log.lines import hash_of_line
from apps.approvals.models import Decision, Request
from apps.approvals.services.deciding import SAID
from apps.approvals.services.records import hash_of
from apps.approvals.states import BY_CLOCK
from apps.audit.models import Entry
from apps.core import tenancy

POSTS_AT_ONCE: Final = 200
CHANGED: Final = "it does not say any more what was written"
UNLINKED: Final = "the line before it is not the one that it followed"
RAN_OUT: Final = "the diary knows of {known} lines that the clock wrote and the log has {found}: some were taken out"
MISSING: Final = "the diary knows of {known} decisions and the log has {found}: some were taken out"


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that does not hold; without `decision`, the post's log as a whole."""

    post: str
    words: str
    place: int = 0
    decision: str = ""

    def __str__(self) -> str:
        where = f", line {self.place} (decision {self.decision})" if self.decision else ""
        return f"post {self.post}{where}: {self.words}"


def faults_of(organization_id: UUID) -> Iterator[Fault]:
    """Every line of the organization's log that does not hold."""
    after: UUID | None = None
    while True:
        with tenancy.scope(organization_id=organization_id):
            asked = Request.objects.filter(post_id__gt=after) if after else Request.objects.all()
            posts = list(asked.order_by("post_id").values_list("post_id", flat=True).distinct()[:POSTS_AT_ONCE])
            found = list(_faults(posts))
        yield from found
        if len(posts) < POSTS_AT_ONCE:
            return
        after = posts[-1]


def faults_in(exported: Iterable[str]) -> Iterator[Fault]:
    """The same of JSON lines that were exported, with no database at hand. A log that was narrowed by days begins
    somewhere; what it begins with is believed."""
    last: dict[str, str] = {}
    for text in exported:
        said = json.loads(text)
        post, place = said["post"], said["place"]
        if said["hash"] != hash_of_line(said):
            yield Fault(post, CHANGED, place, said["decision"])
        elif said["previous_hash"] != last.get(post, said["previous_hash"] if place > 1 else ""):
            yield Fault(post, UNLINKED, place, said["decision"])
        last[post] = said["hash"]


def _faults(posts: list[UUID]) -> Iterator[Fault]:
    chains: dict[UUID, list[Decision]] = defaultdict(list)
    rows = Decision.objects.filter(request__post_id__in=posts).select_related("request")
    for row in rows.order_by("decided_at", "id"):
        chains[row.request.post_id].append(row)
    known, ran_out = _known_to_diary(posts), _run_out_by_diary(posts)
    for post_id in posts:
        yield from _broken(post_id, chains[post_id])
        said = sum(1 for row in chains[post_id] if row.verdict in SAID)
        if said < known[post_id]:
            yield Fault(str(post_id), MISSING.format(known=known[post_id], found=said))
        by_clock = sum(1 for row in chains[post_id] if row.verdict in BY_CLOCK)
        if by_clock < ran_out[post_id]:
            yield Fault(str(post_id), RAN_OUT.format(known=ran_out[post_id], found=by_clock))


def _broken(post_id: UUID, chain: list[Decision]) -> Iterator[Fault]:
    before = ""
    for place, row in enumerate(chain, 1):
        if row.hash != hash_of(row):
            yield Fault(str(post_id), CHANGED, place, str(row.pk))
        elif row.previous_hash != before:
            yield Fault(str(post_id), UNLINKED, place, str(row.pk))
        before = row.hash


def _run_out_by_diary(posts: list[UUID]) -> Counter[UUID]:
    """How many of the policy's own decisions the diary knew of when it last wrote one down."""
    of_post = dict(Request.objects.filter(post_id__in=posts).values_list("pk", "post_id"))
    found: Counter[UUID] = Counter()
    told = Entry.objects.filter(verb="approval.ran_out", subject_id__in=of_post)
    for pk, diff in told.values_list("subject_id", "diff"):
        found[of_post[pk]] = max(found[of_post[pk]], diff["known"])
    return found


def _known_to_diary(posts: list[UUID]) -> Counter[UUID]:
    """How many decisions of people and programs about each post were written in the diary, a table of its own."""
    of_post = dict(Request.objects.filter(post_id__in=posts).values_list("pk", "post_id"))
    told = Entry.objects.filter(verb="approval.decided", subject_id__in=of_post)
    return Counter(of_post[pk] for pk in told.values_list("subject_id", flat=True))
