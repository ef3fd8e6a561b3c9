"""What the engine asks at the hour: is there a live approval of exactly this content?

It is asked when a publication is claimed and again in the transaction of its intent. While a publication is on its way
nothing of its post changes (`publishing.services.holding`), so what is approved there is what leaves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from apps.approvals.models import Policy
from apps.approvals.sheets import Sheet, required, sheets
from apps.approvals.standing import current_requests, policies_in_force, standing
from apps.core.querysets import within_reach
from apps.posts.models import Post
from apps.publishing.engine.holds import latest_at
from apps.publishing.gates import Obstacle, Row
from apps.publishing.models import FollowUp, Publication

PROBLEM: Final = "awaiting_approval"
UNAPPROVED: Final = "not_approved"
LIVE: Final = (
    "Posts of this client are approved before they go out, so what is live keeps its words. Take it down, and have "
    "a new post approved."
)
BELOW: Final = (
    "Posts of this client are approved before they go out, and so is what is said below them. Write it as a part of a "
    "post, and have that approved."
)
AHEAD: Final = "It will not go out until it is approved."
ANOTHER_HOUR: Final = "It would go out at another time than was approved. Move the whole post, and have it approved."


def gate(rows: Sequence[Row], now: datetime) -> Mapping[UUID, Obstacle]:
    """The publications without a live approval; one query while no workspace of theirs has a policy. Comments that are
    parts of their post go with it: their words were part of what was approved. One that was written since was approved
    by nobody, and is held."""
    mine = [row for row in rows if isinstance(row, Publication) or row.is_written]
    policies = policies_in_force({row.workspace_id for row in mine}) if mine else {}
    asked = [row for row in mine if row.workspace_id in policies]
    if not asked:
        return {}
    ids = {_post_of(row) for row in asked}
    written = sheets(within_reach(Post).filter(pk__in=ids))
    requests = current_requests(ids)
    found: dict[UUID, Obstacle] = {}
    for row in asked:
        policy, sheet = policies[row.workspace_id], written[_post_of(row)]
        if isinstance(row, FollowUp):
            if required(policy, sheet):
                found[row.pk] = Obstacle(UNAPPROVED, BELOW)
            continue
        # What is claimed a little early, or prepared ahead, is judged as of its hour.
        stands = standing(policy, sheet, requests.get(row.post_id), at=max(now, row.due_at))
        if not stands.is_free:
            found[row.pk] = Obstacle(PROBLEM, stands.words, ahead=AHEAD)
        elif not _is_at_its_hour(row, sheet, policy):
            found[row.pk] = Obstacle(PROBLEM, ANOTHER_HOUR, ahead=AHEAD)
    return found


def change_gate(publication: Publication) -> str:
    """What is live was approved as it is; other words for it would be nobody's decision but the writer's."""
    return LIVE if _is_approved_first(publication) else ""


def comment_gate(publication: Publication) -> str:
    """What is said below a post is read as the post is."""
    return BELOW if _is_approved_first(publication) else ""


def _is_approved_first(publication: Publication) -> bool:
    policies = policies_in_force({publication.workspace_id})
    if not policies:
        return False
    written = sheets(within_reach(Post).filter(pk=publication.post_id))[publication.post_id]
    return bool(required(policies[publication.workspace_id], written))


def _post_of(row: Row) -> UUID:
    post_id: UUID = (row.publication if isinstance(row, FollowUp) else row).post_id
    return post_id


def _is_at_its_hour(row: Publication, sheet: Sheet, policy: Policy) -> bool:
    """It leaves at the post's own hour, which is what was approved, or after it by no more than lateness may be."""
    if all(one.step.window is None for one in required(policy, sheet)):
        return True
    lateness = latest_at(row) - row.due_at
    return sheet.due_at is not None and sheet.due_at <= row.due_at <= sheet.due_at + lateness
