"""What templates/publishing shows of a publication: its state, its timeline, and what this member may do with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID
from zlib import crc32
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext

from apps.core import clock
from apps.media import services as media
from apps.media.models import Asset
from apps.platforms import registry
from apps.publishing.afterwards import Afterwards, is_under_way, last_words, present_afterwards, take_down_url_of
from apps.publishing.gates import Obstacle
from apps.publishing.models import WRITTEN, Attempt, FollowUp, Publication
from apps.publishing.moments import moment, when
from apps.publishing.selectors import MOST_ATTEMPTS
from apps.publishing.states import (
    BY_A_PERSON,
    CLAIMED,
    FAILED_AFTERWARDS,
    IN_FLIGHT,
    OPEN,
    WAITING,
    WENT_OUT,
    Deed,
    Outcome,
    State,
)
from apps.publishing.stops import STOPPED, words_against
from apps.social_accounts.states import PUBLISHES
from apps.social_accounts.web_addresses import web_hosts
from apps.tenants.members import Member

SOON = timedelta(minutes=15)
DECIDED = (*WENT_OUT, State.CANCELED)
# How the end of an attempt looks, by a state that every page knows.
LOOKS = {
    Outcome.OPEN: "publishing",
    Outcome.PUBLISHED: "published",
    Outcome.READY: "ready",
    Outcome.FOUND: "published",
    Outcome.NOT_READY: "staging",
    Outcome.NOT_SENT: "retrying",
    Outcome.THROTTLED: "retrying",
    Outcome.ABSENT: "retrying",
    Outcome.ABANDONED: "retrying",
    Outcome.HELD: "held",
    Outcome.REJECTED: "failed",
    Outcome.DISCONNECTED: "held",
    Outcome.MISSING_PERMISSION: "held",
    Outcome.UNCERTAIN: "uncertain",
    Outcome.UNCLEAR: "uncertain",
    Outcome.CHANGED: "published",
    Outcome.REMOVED: "removed",
    Outcome.GONE: "removed",
    Outcome.NOT_OFFERED: "failed",
}
FOLLOW_UP_TITLES = {"first_comment": "First comment", "reply": "Reply", WRITTEN: "Comment"}


@dataclass(frozen=True, slots=True)
class Step:
    title: str
    text: str
    at: datetime | None
    state: str


@dataclass(frozen=True, slots=True)
class AttemptView:
    title: str
    steps: tuple[Step, ...]
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Phase:
    title: str
    state: str = ""
    at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    sent: str
    sent_at: datetime | None
    looked_at: tuple[str, ...]
    looked_when: datetime | None
    profile_url: str


@dataclass(frozen=True, slots=True)
class AddressField:
    """Where a person may paste the address of the post they found; as it came back, if it was refused."""

    hint: str
    typed: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """An address that was not taken, for which publication, and why."""

    publication_id: UUID
    typed: str
    words: str


@dataclass(frozen=True, slots=True)
class PictureView:
    """`url` is "" for a file of which there is no small picture."""

    url: str
    alt: str


@dataclass(frozen=True, slots=True)
class FollowUpView:
    title: str
    text: str
    state: str
    note: str
    remote_url: str
    retry_url: str
    call_off_url: str = ""
    dialog_id: str = ""
    take_down_url: str = ""
    question: str = ""
    warning: str = ""
    pictures: tuple[PictureView, ...] = ()


@dataclass(frozen=True, slots=True)
class PublicationView:
    id: UUID
    version: str
    account_name: str
    platform: str
    state: str
    note: str
    due_at: datetime
    is_moving: bool
    poll_url: str
    remote_url: str
    phases: tuple[Phase, ...] = ()
    problem: str = ""
    problem_more: str = ""
    problem_tone: str = "warn"
    evidence: Evidence | None = None
    address: AddressField | None = None
    afterwards: Afterwards | None = None
    follow_ups: tuple[FollowUpView, ...] = ()
    attempts: tuple[AttemptView, ...] = ()
    actions: dict[str, str] = field(default_factory=dict)

    def __getattr__(self, name: str) -> str:
        """`cancel_url` and its like: the address of an action that makes sense now, else ""."""
        if name.endswith("_url"):
            return self.actions.get(name, "")
        raise AttributeError(name)


def version_of(publication: Publication, obstacle: Obstacle | None = None) -> str:
    """Changes with every change that a page shows; `obstacle` is what is foretold of it."""
    latest = max([publication.updated_at, *(row.updated_at for row in publication.follow_ups.all())])
    told = f"-{crc32(obstacle.words.encode()):x}" if obstacle else ""
    return f"{int(latest.timestamp() * 1_000_000):x}-{publication.fence}-{publication.state}{told}"


def present(
    publication: Publication,
    *,
    member: Member,
    zone: str,
    text: str,
    may_change_as_a_whole: bool,
    refused: Refused | None = None,
    obstacle: Obstacle | None = None,
) -> PublicationView:
    """One publication, prefetched as `selectors.publications_of` does; `text` are the words for this account, and
    `obstacle` is what would hold it at its hour.

    Once the post may not be changed as a whole any more, the words for this account still may.
    """
    attempts = list(publication.attempts.all())
    own = [attempt for attempt in attempts if attempt.follow_up_id is None]
    follow_ups = list(publication.follow_ups.all())
    afterwards = present_afterwards(publication, attempts, follow_ups, member)
    return PublicationView(
        id=publication.pk,
        version=version_of(publication, obstacle),
        account_name=f"@{publication.account.handle}",
        platform=publication.account.platform,
        state=shown_state(publication),
        note=_note(publication, ZoneInfo(zone), obstacle),
        due_at=publication.due_at,
        is_moving=_is_moving(publication, follow_ups) or any(map(is_under_way, attempts)),
        poll_url=reverse("publishing:publication", args=[publication.pk]),
        remote_url=publication.remote_url if publication.state == State.PUBLISHED else "",
        phases=_phases(publication),
        problem=obstacle.ahead if obstacle else _problem(publication),
        afterwards=afterwards,
        problem_more=obstacle.words if obstacle else _next_step(publication, ZoneInfo(zone)),
        problem_tone="bad" if publication.state == State.FAILED else "warn",
        evidence=_evidence(publication, own, text),
        address=_address(publication, refused),
        follow_ups=tuple(_follow_up(row, publication, attempts, member, ZoneInfo(zone)) for row in follow_ups),
        attempts=tuple(_attempt(row, ZoneInfo(zone), is_open=not i) for i, row in enumerate(own[:MOST_ATTEMPTS])),
        actions=_actions(publication, member, may_change_as_a_whole),
    )


def _problem(publication: Publication) -> str:
    """What is wrong with it: while it is not decided, or since it went out."""
    is_told = publication.state not in DECIDED
    is_told |= publication.state == State.PUBLISHED and publication.problem == FAILED_AFTERWARDS
    return publication.problem_words if is_told else ""


def shown_state(row: Publication | FollowUp) -> str:
    """The state as people read it: what waits after a failed try is retrying."""
    return "retrying" if row.state in WAITING and row.problem else row.state


def _next_try(publication: Publication) -> datetime:
    """When it is taken up again: what could not be prepared before its hour is tried before its hour."""
    return publication.stage_at or publication.next_try_at


def _is_moving(publication: Publication, follow_ups: list[FollowUp]) -> bool:
    soon = publication.state in WAITING and publication.next_try_at < clock.now() + SOON
    under_way = IN_FLIGHT | WAITING
    comments = publication.state == State.PUBLISHED and any(row.state in under_way for row in follow_ups)
    return soon or publication.state in CLAIMED or comments


def _note(publication: Publication, zone: ZoneInfo, obstacle: Obstacle | None) -> str:
    label = registry.label(publication.account.platform)
    if obstacle:
        return f"Planned for {when(publication.due_at, zone)}"
    if publication.state in WAITING and publication.problem:
        return f"Tries again {when(_next_try(publication), zone)}"
    if publication.state == State.PUBLISHED and publication.published_at:
        return f"Live since {moment(publication.published_at, zone)}"
    if publication.state == State.REMOVED and publication.removed_at:
        return f"Removed {when(publication.removed_at, zone)}"
    if publication.state == State.CANCELED and publication.intent_at:
        return "It did not go out, and was left so"
    return {
        State.SCHEDULED.value: f"Goes out {when(publication.due_at, zone)}",
        State.STAGING.value: f"Being prepared on {label}, goes out {when(publication.due_at, zone)}",
        State.READY.value: f"Prepared, goes out {when(publication.due_at, zone)}",
        State.PUBLISHING.value: f"On its way to {label}",
        State.UNCERTAIN.value: f"Looking for it on {label}",
        State.FAILED.value: "It did not go out",
        State.HELD.value: "It waits for you",
        State.NEEDS_ATTENTION.value: "It may be live: you decide",
        State.CANCELED.value: "Taken off the plan",
    }.get(publication.state, "")


def _next_step(publication: Publication, zone: ZoneInfo) -> str:
    if publication.state in WAITING and publication.problem:
        return f"Postroom tries again by itself {when(_next_try(publication), zone)}."
    if publication.state == State.UNCERTAIN:
        return f"Postroom looks for it {when(publication.next_try_at, zone)}. Nothing is sent again before that."
    return ""


def _phases(publication: Publication) -> tuple[Phase, ...]:
    """Staged, due, sent, live: places that a publication comes by; none before a worker had it."""
    if publication.fence == 0 and publication.state not in WENT_OUT:
        return ()
    is_due = publication.due_at <= clock.now() or publication.state in WENT_OUT
    sent_at = publication.intent_at if publication.state not in WAITING else None
    live = publication.state in WENT_OUT
    removed_at = publication.removed_at
    gone = (Phase("Removed", "removed", removed_at),) if removed_at else ()
    return (
        *_staged(publication),
        Phase("Due", "published" if is_due else "", publication.due_at),
        Phase("Sent", "published" if sent_at else "", sent_at, "not yet"),
        Phase("Live", "published" if live else "", publication.published_at if live else None, "not yet"),
        *gone,
    )


def _staged(publication: Publication) -> tuple[Phase, ...]:
    """Before the hour: when it was prepared, or that it is not yet. What went out at once had no such time."""
    column = publication.staged
    at = datetime.fromisoformat(column.get("begun") or column["since"]) if column and column["ready"] else None
    if at is not None and at < publication.due_at:
        return (Phase("Staged", "published", at),)
    return (Phase("Staged", "", None, "not yet"),) if publication.state == State.STAGING else ()


def _evidence(publication: Publication, attempts: list[Attempt], text: str) -> Evidence | None:
    if publication.state != State.NEEDS_ATTENTION:
        return None
    looked = next((row for row in attempts if "looked_at" in row.evidence), None)
    lines = tuple(str(line) for line in looked.evidence["looked_at"]) if looked else ()
    sent_at = publication.first_sent_at or publication.due_at
    return Evidence(text, sent_at, lines, looked.ended_at if looked else None, publication.account.url)


def _address(publication: Publication, refused: Refused | None) -> AddressField | None:
    if publication.state != State.NEEDS_ATTENTION:
        return None
    hosts = web_hosts(publication.account)
    hint = f"On {' or '.join(hosts)}. It may stay empty." if hosts else "Leave it empty."
    if refused is None or refused.publication_id != publication.pk:
        return AddressField(hint)
    return AddressField(hint, refused.typed, refused.words)


def _follow_up(
    row: FollowUp, publication: Publication, attempts: Iterable[Attempt], member: Member, zone: ZoneInfo
) -> FollowUpView:
    stuck = row.state in (State.FAILED, State.HELD, State.NEEDS_ATTENTION)
    may = stuck and member.may_in(row.workspace_id, "publication.retry")
    waits = row.is_written and (stuck or row.state == State.SCHEDULED)
    may_call_off = waits and member.may_in(row.workspace_id, "post.cancel")
    label = registry.label(publication.account.platform)
    return FollowUpView(
        title=FOLLOW_UP_TITLES.get(row.role, "Part"),
        text=row.text,
        state=shown_state(row),
        note=_note_on(row, attempts, zone),
        remote_url=row.remote_url if row.state == State.PUBLISHED else "",
        retry_url=reverse("publishing:retry_follow_up", args=[row.pk]) if may else "",
        call_off_url=reverse("publishing:withdraw_comment", args=[row.pk]) if may_call_off else "",
        dialog_id=f"take-down-{row.pk}",
        take_down_url=take_down_url_of(row, publication, attempts, member),
        question=f"Take down this {'reply' if row.role == 'reply' else 'comment'}?",
        warning=f"It is deleted on {label}. The post stays. This cannot be undone.",
        pictures=tuple(picture_of(one.asset, one.alt) for one in row.media.all()),
    )


def picture_of(asset: Asset, alt: str) -> PictureView:
    return PictureView(media.thumbnail_url(asset) if asset.thumbnail else "", alt or asset.alt or asset.original_name)


def _note_on(row: FollowUp, attempts: Iterable[Attempt], zone: ZoneInfo) -> str:
    """Why a comment is not out, or has not been taken down; when one goes out that waits for its hour."""
    if row.state in WENT_OUT:
        return last_words(attempts, row)
    if row.is_written and row.state == State.SCHEDULED and not row.problem and row.due_at > clock.now():
        return gettext("Goes out %(when)s") % {"when": when(row.due_at, zone)}
    return row.problem_words


def _attempt(row: Attempt, zone: ZoneInfo, *, is_open: bool) -> AttemptView:
    outcome, deed = Outcome(row.outcome), Deed(row.deed)
    by_hand = deed in BY_A_PERSON
    steps = [] if by_hand else [Step("Taken up by a worker", "", row.started_at, "publishing")]
    if row.sent_at:
        sent = "Asked of the platform" if by_hand else "Sent to the platform"
        steps.append(Step(sent, "", row.sent_at, "publishing"))
    if outcome is not Outcome.OPEN:
        steps.append(Step(outcome.label, row.words, row.ended_at, LOOKS[outcome]))
    number = "" if by_hand else f" {row.number}"
    title = f"{deed.label}{number}, {row.started_at.astimezone(zone):%H:%M}: {outcome.label.lower()}"
    return AttemptView(title, tuple(steps), is_open and LOOKS[outcome] not in ("published", "removed"))


def may_try_again(publication: Publication, member: Member) -> bool:
    """Whether this member can send it once more now; a held one waits until its account is connected."""
    stands = publication.state == State.FAILED
    stands |= publication.state == State.HELD and publication.account.state in PUBLISHES
    return stands and member.may_in(publication.workspace_id, "publication.retry")


def _is_stopped(publication: Publication) -> bool:
    """Held by a stop that is still in force: what becomes of it is chosen once that is lifted."""
    return publication.problem == STOPPED and bool(words_against([publication]))


def _actions(publication: Publication, member: Member, whole: bool) -> dict[str, str]:
    def may(permission: str) -> bool:
        return member.may_in(publication.workspace_id, permission)

    def url(name: str) -> str:
        return reverse(f"publishing:{name}", args=[publication.pk])

    actions: dict[str, str] = {}
    state = publication.state
    if state in OPEN:
        if may("post.cancel"):
            actions["cancel_url"] = url("cancel_publication")
        if may("post.edit") and whole:
            actions["edit_url"] = reverse("dashboard:edit", args=[publication.post_id])
        elif may("post.edit"):
            actions["correct_url"] = url("correct")
    if state == State.FAILED and may("publication.retry"):
        actions["retry_url"] = url("retry")
    if state == State.HELD:
        if publication.account.state not in PUBLISHES and may("account.connect"):
            actions["reconnect_url"] = reverse("dashboard:account", args=[publication.account_id])
        elif may("publication.retry") and not _is_stopped(publication):
            actions["publish_now_url"] = url("resume")
    if state == State.NEEDS_ATTENTION and may("publication.decide"):
        actions |= {"live_url": url("decide_out"), "absent_url": url("decide_not_out"), "drop_url": url("decide_leave")}
    return actions
