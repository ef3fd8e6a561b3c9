"""Publications in every stage, and the lines of their ledger, written down as the engine would."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from apps.core import clock, ids, tenancy
from apps.publishing.models import Attempt, FollowUp, Publication
from apps.publishing.states import Outcome, State
from apps.social_accounts.models import SocialAccount
from apps.tenants.models import Workspace
from tests.support import factories

WHY = "a test writes a ledger"


def publication(of: Workspace, *, on: SocialAccount | None = None, **fields: Any) -> Publication:
    account = on or factories.account(of)
    return factories.publication(factories.post(of, accounts=[account]), account, **fields)


def attempt(of: Publication, *, follow_up: FollowUp | None = None, **fields: Any) -> Attempt:
    """A line of the ledger; its name is from the instant of its claim, as a worker's is."""
    own = {"organization_id": of.organization_id, "workspace_id": of.workspace_id, "publication": of}
    started_at = fields.setdefault("started_at", clock.now())
    values = {"number": of.fence, "fence": of.fence, "revision": of.revision, "outcome": Outcome.OPEN, **fields}
    name = ids.first_id(started_at).int | (ids.new_id().int & ((1 << 62) - 1))
    with tenancy.across_tenants(WHY):
        return Attempt.plain.create(**own, id=type(of.pk)(int=name), follow_up=follow_up, **values)


def follow_up(of: Publication, *, position: int = 1, **fields: Any) -> FollowUp:
    own = {"organization_id": of.organization_id, "workspace_id": of.workspace_id, "publication": of}
    values = {"role": "reply", "text": "More", "next_try_at": clock.now(), **fields}
    with tenancy.across_tenants(WHY):
        return FollowUp.plain.create(**own, position=position, **values)


def departed(
    of: Workspace, *, due_at: datetime, late: timedelta, on: SocialAccount | None = None, **fields: Any
) -> Publication:
    """A publication that went out so late, with the line of the ledger that says so."""
    sent_at = due_at + late
    out = publication(
        of, on=on, due_at=due_at, state=State.PUBLISHED, fence=1, intent_at=sent_at, published_at=sent_at, **fields
    )
    attempt(
        out,
        started_at=sent_at - timedelta(milliseconds=50),
        sent_at=sent_at,
        ended_at=sent_at + timedelta(milliseconds=200),
        outcome=Outcome.PUBLISHED,
    )
    return out
