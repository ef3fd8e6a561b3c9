"""What the engine asks at the hour: is there a live approval of exactly this content?

It is asked when a publication is claimed and again in the transaction of its intent. While a publication is on its way
nothing of its post changes (`publishing.services.holding`), so what is approved there is what leaves.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from apps.approvals.afterwards import words_against_change, words_against_comment
from apps.approvals.models import Policy
from apps.approvals.sheets import Sheet, required, sheets
from apps.approvals.standing import current_requests, policies_in_force, standing
from apps.core.querysets import within_reach
from apps.posts.manuscripts import Manuscript, Passage
from apps.posts.models import Post
from apps.publishing.engine.holds import latest_at
from apps.publishing.gates import Obstacle, Row
from apps.publishing.models import FollowUp, FollowUpMedia, Publication

PROBLEM: Final = "awaiting_approval"
UNAPPROVED: Final = "not_approved"
AHEAD: Final = "It will not go out until it is approved."
ANOTHER_HOUR: Final = "It would go out at another time than was approved. Move the whole post, and have it approved."


def gate(rows: Sequence[Row], now: datetime) -> Mapping[UUID, Obstacle]:
    """The publications without a live approval; one query while no workspace of theirs has a policy. Comments that are
    parts of their post go with it: their words were part of what was approved. One that was written since was approved
    by nobody, and is held where a step applies to the post or would apply with these words in it."""
    mine = [row for row in rows if isinstance(row, Publication) or row.is_written]
    policies = policies_in_force({row.workspace_id for row in mine}) if mine else {}
    asked = [row for row in mine if row.workspace_id in policies]
    if not asked:
        return {}
    ids = {_post_of(row) for row in asked}
    written = sheets(within_reach(Post).filter(pk__in=ids))
    requests = current_requests(ids)
    shown = _alts([row.pk for row in asked if isinstance(row, FollowUp)])
    found: dict[UUID, Obstacle] = {}
    for row in asked:
        policy, sheet = policies[row.workspace_id], written[_post_of(row)]
        if isinstance(row, FollowUp):
            if words := words_against_comment(policy, sheet, row.text, shown.get(row.pk, ())):
                found[row.pk] = Obstacle(UNAPPROVED, words)
            continue
        # What is claimed a little early, or prepared ahead, is judged as of its hour.
        stands = standing(policy, sheet, requests.get(row.post_id), at=max(now, row.due_at))
        if not stands.is_free:
            found[row.pk] = Obstacle(PROBLEM, stands.words, ahead=AHEAD)
        elif not _is_at_its_hour(row, sheet, policy):
            found[row.pk] = Obstacle(PROBLEM, ANOTHER_HOUR, ahead=AHEAD)
    return found


def change_gate(publication: Publication, wanted: Manuscript) -> str:
    """What is live was approved as it is; other words for it would be nobody's decision but the writer's."""
    known = _policy_and_sheet(publication)
    return words_against_change(*known, wanted) if known else ""


def comment_gate(publication: Publication, said: Passage | None) -> str:
    """What is said below a post is read as the post is."""
    known = _policy_and_sheet(publication)
    if known is None:
        return ""
    return words_against_comment(*known, said.text if said else "", [one.alt for one in said.media] if said else ())


def _policy_and_sheet(publication: Publication) -> tuple[Policy, Sheet] | None:
    """What is asked of the client's posts, and this one as it stands; None where nothing is asked."""
    policy = policies_in_force({publication.workspace_id}).get(publication.workspace_id)
    if policy is None:
        return None
    return policy, sheets(within_reach(Post).filter(pk=publication.post_id))[publication.post_id]


def _alts(follow_up_ids: Collection[UUID]) -> dict[UUID, list[str]]:
    """What describes the files of comments, by comment; no query where there are none."""
    found: dict[UUID, list[str]] = {}
    if follow_up_ids:
        for one in within_reach(FollowUpMedia).filter(follow_up__in=follow_up_ids).select_related("asset"):
            found.setdefault(one.follow_up_id, []).append(one.alt or one.asset.alt)
    return found


def _post_of(row: Row) -> UUID:
    post_id: UUID = (row.publication if isinstance(row, FollowUp) else row).post_id
    return post_id


def _is_at_its_hour(row: Publication, sheet: Sheet, policy: Policy) -> bool:
    """It leaves at the post's own hour, which is what was approved, or after it by no more than lateness may be."""
    if all(one.step.window is None for one in required(policy, sheet)):
        return True
    lateness = latest_at(row) - row.due_at
    return sheet.due_at is not None and sheet.due_at <= row.due_at <= sheet.due_at + lateness
