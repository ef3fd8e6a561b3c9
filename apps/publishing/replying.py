"""Where a comment can be written, and what keeps one from going out, in words; all of it at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from apps.core import clock
from apps.platforms import registry, validation
from apps.platforms.capabilities import Capabilities
from apps.platforms.contract import Draft, Role
from apps.platforms.formats import limits_of
from apps.posts.manuscripts import Manuscript, Passage
from apps.posts.models import Post
from apps.posts.problem import ReadinessProblem
from apps.posts.readiness import LATE_IS_NOW
from apps.posts.selectors import manuscript
from apps.posts.states import PartRole
from apps.publishing import gates
from apps.publishing.abilities import capabilities_of, replies_stand_alone
from apps.publishing.models import FollowUp, Publication
from apps.publishing.moments import moment
from apps.publishing.remarks import Remark, Remarks, file_problems, media_of, parts_below
from apps.publishing.states import State
from apps.publishing.windows import windows_of
from apps.social_accounts.models import SocialAccount
from apps.social_accounts.states import PUBLISHES

FURTHEST: Final = timedelta(days=366)
NOT_OUT: Final = "{name} has no live post to comment on."
UNKNOWN: Final = "Postroom does not know what {label} calls this post, so it cannot comment on it."
NO_COMMENTS: Final = "{label} takes no comments from Postroom."
NONE_HERE: Final = "{label} takes no comments below a post of this kind."
NO_ANSWERS: Final = "On {label} Postroom comments on the post and does not answer comments."
SIGNED_OUT: Final = "{name} is not connected. Reconnect it first."


def problems_of(
    post: Post,
    publications: Sequence[Publication],
    *,
    remarks: Remarks,
    due_at: datetime,
    parent: FollowUp | None = None,
) -> list[ReadinessProblem]:
    """All that keeps `remarks` from being made below these, each with its account and workspace; empty means nothing.
    Raises NotInWorkspace for files of another client."""
    if not publications:
        return [ReadinessProblem("accounts", "not_out", "The post is not out on any account that takes comments.")]
    written = manuscript(post)
    found = list(_time_problems(publications[0], due_at))
    for row in publications:
        said = remarks.on(row.account_id)
        found += _place_problems(row, parent) or list(_remark_problems(row, written, said, due_at))
    return found


def places(publications: Sequence[Publication], written: Manuscript) -> list[Publication]:
    """Those of one post below which something can be said now, each with its account."""
    found = [row for row in publications if not _words_of(row) and not _kind_words(row, written)]
    return [] if found and gates.words_against_comment(found[0]) else found


def takes_pictures(account: SocialAccount) -> bool:
    """Whether a comment on this account may show a picture."""
    can = limits_of(Draft("", role=Role.FIRST_COMMENT), capabilities_of(account))
    return bool(can.max_media and any(one.startswith("image/") for one in can.media_types))


def _place_problems(row: Publication, parent: FollowUp | None) -> list[ReadinessProblem]:
    """What is wrong with the place, whatever is said there."""
    found = _words_of(row)
    if found is None and (words := gates.words_against_comment(row)):
        found = "not_approved", words
    if found:
        return [ReadinessProblem("accounts", *found, row.account_id, row.account.platform)]
    return list(_parent_problems(row, parent)) if parent else []


def _words_of(row: Publication) -> tuple[str, str] | None:
    """Why nothing can be said there, and its code; None where something can."""
    label = registry.label(row.account.platform)
    name = f"{label} @{row.account.handle}"
    if row.state != State.PUBLISHED:
        return "not_out", NOT_OUT.format(name=name)
    if row.is_known_by_hand:
        return "unknown_post", UNKNOWN.format(label=label)
    if not capabilities_of(row.account).first_comment:
        return "no_comments", NO_COMMENTS.format(label=label)
    if row.account.state not in PUBLISHES or row.account.grant_id is None:
        return "not_connected", SIGNED_OUT.format(name=name)
    return None


def _parent_problems(row: Publication, parent: FollowUp) -> Iterator[ReadinessProblem]:
    label = registry.label(row.account.platform)
    if parent.publication_id != row.pk or parent.state != State.PUBLISHED or parent.is_known_by_hand:
        yield ReadinessProblem("parent", "not_out", "What this answers is not out below this post.")
    elif not replies_stand_alone(row.account):
        yield ReadinessProblem("parent", "no_answers", NO_ANSWERS.format(label=label), row.account_id)


def _kind_words(row: Publication, written: Manuscript) -> str:
    """Stories and reposts take no comments where the post below them does."""
    label = registry.label(row.account.platform)
    return "" if _below(row, written).first_comment else NONE_HERE.format(label=label)


def _remark_problems(
    row: Publication, written: Manuscript, said: Remark, due_at: datetime
) -> Iterator[ReadinessProblem]:
    account = row.account
    if words := _kind_words(row, written):
        yield ReadinessProblem("accounts", "no_comments", words, account.pk, account.platform)
        return
    media = media_of(said, workspace_id=row.workspace_id)
    if words := gates.words_against_comment(row, Passage(PartRole.FIRST_COMMENT, said.text, media)):
        yield ReadinessProblem("text", "not_approved", words, account.pk, account.platform)
    for asked in file_problems(said, media, due_at):
        yield replace(asked, account_id=account.pk, platform=account.platform)
    main, comment = parts_below(written, account, said, media)
    unfit: set[str] = set()
    for field, misfit in comment.problems():
        unfit.add(field)
        yield ReadinessProblem(field, misfit.code, misfit.words, account.pk, account.platform, choices=misfit.choices)
    can = validation.capabilities_below(main.draft, capabilities_of(account))
    for problem in validation.problems(comment.draft, can, label=registry.label(account.platform)):
        # Options are those of the post, and were looked at with it.
        if problem.field not in unfit and not problem.field.startswith("options."):
            yield ReadinessProblem(problem.field, problem.code, problem.words, account.pk, account.platform)


def _below(row: Publication, written: Manuscript) -> Capabilities:
    main, _ = parts_below(written, row.account, Remark(), ())
    return validation.capabilities_below(main.draft, capabilities_of(row.account))


def _time_problems(row: Publication, due_at: datetime) -> Iterator[ReadinessProblem]:
    now = clock.now()
    if due_at < now - LATE_IS_NOW:
        yield ReadinessProblem("due_at", "past", "This time has passed. Choose a later one.")
    elif due_at > now + FURTHEST:
        yield ReadinessProblem("due_at", "too_far", "Choose a time within a year.")
    windows = windows_of(row.workspace)
    if obstacle := windows.closed(due_at):
        opens = windows.opens(due_at)
        again = f" The next open time is {moment(opens, windows.zone)}." if opens else ""
        yield ReadinessProblem("due_at", obstacle.problem, f"{obstacle.words}{again}")
