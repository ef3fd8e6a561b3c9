"""What the page of a post offers for something that is out: changing it, taking it down, or noting that it is gone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.urls import reverse

from apps.core import clock
from apps.platforms import registry
from apps.publishing.abilities import can_take_down, can_take_down_below, changeable, replies_stand_alone
from apps.publishing.models import Attempt, FollowUp, Publication
from apps.publishing.services.turns import DONE, UNHEARD_OF
from apps.publishing.states import BY_A_PERSON, Deed, Outcome, State
from apps.social_accounts.states import PUBLISHES
from apps.tenants.members import Member

HEADINGS: Final = {
    Deed.CHANGE: "The text was not changed.",
    Deed.REMOVE: "It was not taken down.",
}
UNSURE: Final = {
    Deed.CHANGE: "The text may or may not have been changed.",
    Deed.REMOVE: "It may or may not have been taken down.",
}
LOST: Final = "Likes and comments there are lost. This cannot be undone."


@dataclass(frozen=True, slots=True)
class Afterwards:
    """`heading` and `words` tell of the last try, if it came to nothing. Each address is "" where it makes no sense."""

    heading: str = ""
    words: str = ""
    is_unsure: bool = False
    change_url: str = ""
    change_label: str = ""
    take_down_url: str = ""
    take_down_id: str = ""
    question: str = ""
    warning: str = ""
    said_url: str = ""
    said_id: str = ""
    said_why: str = ""
    said_warning: str = ""


def present_afterwards(
    publication: Publication, attempts: Sequence[Attempt], follow_ups: Sequence[FollowUp], member: Member
) -> Afterwards | None:
    """None for what is not out; `attempts` are newest first, those of comments among them."""
    if publication.state != State.PUBLISHED:
        return None
    label = registry.label(publication.account.platform)
    refused = _refused(attempts, None)
    heading, words, is_unsure = _last_try(attempts)
    fields = changeable(publication) if Deed.CHANGE not in refused else frozenset()
    deletes = can_take_down(publication) and Deed.REMOVE not in refused
    why = _why_by_hand(publication, label) if not deletes or publication.account.state not in PUBLISHES else ""
    may_remove = member.may_in(publication.workspace_id, "publication.remove")
    may_change = bool(fields) and member.may_in(publication.workspace_id, "publication.edit")
    return Afterwards(
        heading=heading,
        words=words,
        is_unsure=is_unsure,
        change_url=_url("change", publication) if may_change else "",
        change_label="Change the text" if "text" in fields else "Change it",
        take_down_url=_url("take_down", publication) if may_remove and not why else "",
        take_down_id=f"take-down-{publication.pk}",
        question=f"Take it down from {label}?",
        warning=f"It is deleted on {label}{_with_it(publication, follow_ups)}. {LOST}",
        said_url=_url("said_removed", publication) if may_remove and why else "",
        said_id=f"said-removed-{publication.pk}",
        said_why=why,
        said_warning=f"Postroom notes it as removed and does not look on {label}. This cannot be undone.",
    )


def take_down_url_of(row: FollowUp, publication: Publication, attempts: Iterable[Attempt], member: Member) -> str:
    """Where a comment or reply is taken down alone, if that can be."""
    can = row.state == State.PUBLISHED and publication.account.state in PUBLISHES and can_take_down_below(publication)
    may = can and member.may_in(row.workspace_id, "publication.remove")
    return reverse("publishing:take_down_follow_up", args=[row.pk]) if may and not _refused(attempts, row) else ""


def last_words(attempts: Iterable[Attempt], row: FollowUp) -> str:
    """Why a comment that is out was not taken down, if somebody has tried."""
    own = [attempt for attempt in attempts if attempt.follow_up_id == row.pk and attempt.deed in BY_A_PERSON]
    return _words(own[0]) if row.state == State.PUBLISHED and own else ""


def is_under_way(attempt: Attempt) -> bool:
    """Whether a person's turn with it goes on right now."""
    return attempt.deed in BY_A_PERSON and attempt.outcome == Outcome.OPEN and not _is_overdue(attempt)


def _is_overdue(attempt: Attempt) -> bool:
    return attempt.outcome == Outcome.OPEN and clock.now() - attempt.started_at >= settings.PUBLISH_LEASE


def _last_try(attempts: Iterable[Attempt]) -> tuple[str, str, bool]:
    last = next((row for row in attempts if row.deed in BY_A_PERSON and row.follow_up_id is None), None)
    if last is None or not (words := _words(last)):
        return "", "", False
    is_unsure = _is_overdue(last) or last.outcome == Outcome.UNCERTAIN
    return (UNSURE if is_unsure else HEADINGS)[Deed(last.deed)], words, is_unsure


def _words(attempt: Attempt) -> str:
    if _is_overdue(attempt):
        return UNHEARD_OF
    return "" if attempt.outcome in DONE else attempt.words


def _refused(attempts: Iterable[Attempt], row: FollowUp | None) -> frozenset[str]:
    """What the platform has no call for, or will not take down: it is not offered again. Words can be mended."""
    own = [one for one in attempts if one.follow_up_id == (row.pk if row else None)]
    not_offered = frozenset(one.deed for one in own if one.outcome == Outcome.NOT_OFFERED)
    is_kept = any(one.deed == Deed.REMOVE and one.outcome == Outcome.REJECTED for one in own)
    return not_offered | {Deed.REMOVE} if is_kept else not_offered


def _why_by_hand(publication: Publication, label: str) -> str:
    if publication.is_known_by_hand:
        return f"Postroom does not know what {label} calls this post, so it can only be taken down there."
    if can_take_down(publication) and publication.account.state not in PUBLISHES:
        return f"Postroom can take it down once this account is connected again. Until then it can be done on {label}."
    return f"{label} does not let Postroom delete this post. It can only be taken down there."


def _with_it(publication: Publication, follow_ups: Iterable[FollowUp]) -> str:
    """The comments and replies that go with a post."""
    count = sum(row.state == State.PUBLISHED for row in follow_ups)
    if not count:
        return ""
    if replies_stand_alone(publication.account):
        return ", and with it your reply below it" if count == 1 else f", and with it your {count} replies below it"
    return ", and with it your comment" if count == 1 else f", and with it your {count} comments"


def _url(name: str, publication: Publication) -> str:
    return reverse(f"publishing:{name}", args=[publication.pk])
