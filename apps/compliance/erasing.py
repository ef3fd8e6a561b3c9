"""What is held about the person behind a social account, and who forgets it: one step for each room that holds some.

A room that begins to hold something joins here; a test of the house finds every table that refers to an account, a
grant or a publication and is named by no step.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from apps.analytics import services as analytics
from apps.compliance.errors import StillBusy
from apps.publishing import services as publishing
from apps.reports import services as reports
from apps.social_accounts import services as social_accounts
from apps.social_accounts.models import Sender
from apps.webhooks import services as webhooks


@dataclass(frozen=True, slots=True)
class Erased:
    """Accounts and grants of one organization that a person stands behind; and the organization's own app, where the
    person asked through that."""

    platform: str
    organization_id: UUID
    account_ids: Sequence[UUID]
    grant_ids: Sequence[UUID]
    sender: Sender | None = None


Step = Callable[[Erased], Counter[str]]


def erase(
    *,
    platform: str,
    organization_id: UUID,
    account_ids: Sequence[UUID],
    grant_ids: Sequence[UUID],
    sender: Sender | None = None,
) -> Counter[str]:
    """Forget all that is held about the person behind these; what was removed, in numbers. Safe to repeat: the rows by
    which the rest is found are the last to be changed. Raises StillBusy while a post of theirs is being sent."""
    about = Erased(platform, organization_id, account_ids, grant_ids, sender)
    if publishing.is_sending(organization_id=organization_id, account_ids=account_ids):
        raise StillBusy
    removed: Counter[str] = Counter()
    for step, _ in STEPS:
        removed += step(about)
    return removed


def _notices(about: Erased) -> Counter[str]:
    known = social_accounts.remote_ids_of(organization_id=about.organization_id, account_ids=about.account_ids)
    counts = [
        webhooks.forget_identity(
            platform=name, remote_ids=ids, organization_id=about.organization_id, sender=about.sender
        )
        for name, ids in known.items()
    ]
    return Counter(notices=sum(counts))


def _figures(about: Erased) -> Counter[str]:
    return analytics.forget_accounts(
        organization_id=about.organization_id, account_ids=about.account_ids, for_good=True
    )


def _reports(about: Erased) -> Counter[str]:
    return reports.forget_accounts(organization_id=about.organization_id, account_ids=about.account_ids)


def _publications(about: Erased) -> Counter[str]:
    return Counter(publishing.forget_remote(organization_id=about.organization_id, account_ids=about.account_ids))


def _accounts(about: Erased) -> Counter[str]:
    return Counter(
        social_accounts.erase_identity(
            organization_id=about.organization_id, account_ids=about.account_ids, grant_ids=about.grant_ids
        )
    )


# In their order; with the tables whose data of a person each step forgets.
STEPS: Final[tuple[tuple[Step, tuple[str, ...]], ...]] = (
    (_notices, ("webhooks.InboundNotice",)),
    (
        _figures,
        (
            "analytics.AccountDay",
            "analytics.AccountSnapshot",
            "analytics.Audience",
            "analytics.PostTotal",
            "analytics.PublicationSnapshot",
            "analytics.Reading",
            "analytics.Refresh",
            "analytics.Import",
            "analytics.ImportedPost",
            "analytics.HistoryUpload",
            "analytics.UploadedDay",
            "analytics.UploadedPost",
            "analytics.Alert",
            "analytics.AlertRule",
        ),
    ),
    (_reports, ("reports.Report", "reports.ReportFile")),
    (_publications, ("publishing.Publication", "publishing.FollowUp", "publishing.Attempt", "events.Event")),
    (
        _accounts,
        (
            "social_accounts.SocialAccount",
            "social_accounts.Grant",
            "social_accounts.ConnectSession",
            "social_accounts.PortalLink",
        ),
    ),
)
# Tables that refer to an account and hold nothing of the person behind it.
HOLD_NOTHING: Final = {
    "webhooks.Patrol": "when the account was last looked through",
    "webhooks.Listening": "until when its platform tells us of the account",
    "watch.Departure": "when a post was due and when it left, and how late that was",
    "publishing.FollowUpMedia": "which files of the library a comment of the agency shows",
    "publishing.Stop": "that a member stopped the account, and why, in the member's own words",
    "analytics.Goal": "which number the agency means to reach with the account, and by when",
    "links.Link": "where an address in a post of the agency leads",
    "posts.Variant": "what the agency wrote for the account, in its own words",
}


def covered() -> Collection[str]:
    return {label for _, labels in STEPS for label in labels} | set(HOLD_NOTHING)
