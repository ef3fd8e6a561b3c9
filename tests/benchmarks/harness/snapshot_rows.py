"""What a night finds: accounts that are there for long, posts an hour old; and what it has left in the rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final

from tests.benchmarks.harness.planting import BATCH, WHY, Place

FIRST_ID: Final = 110_000_000_000_000_000 - 10_000_000_000  # of the sandbox's posts from before it began
AGE: Final = timedelta(minutes=61)  # the first rung is due


def born_long_ago() -> None:
    from apps.core import tenancy
    from apps.social_accounts.models import SocialAccount

    with tenancy.across_tenants(WHY):
        SocialAccount.across_tenants.update(created_at=datetime.now(UTC) - timedelta(days=400))


def published(count: int, *, on: Sequence[Place]) -> int:
    """So many posts that went out an hour ago, the accounts in turn, followed and due to be read; how many."""
    numbers = iter(range(count))
    while batch := list(islice(numbers, BATCH)):
        _publish([(number, on[number % len(on)].row) for number in batch])
    return count


def _publish(batch: Sequence[tuple[int, Any]]) -> None:
    from apps.analytics.ladder import LADDER
    from apps.analytics.models import Reading
    from apps.core import tenancy
    from apps.posts.models import Post
    from apps.publishing.models import Publication
    from apps.publishing.states import State

    at = datetime.now(UTC) - AGE
    due = LADDER[0].at(at)
    posts, rows, readings = [], [], []
    for number, account in batch:
        own = {"organization_id": account.organization_id, "workspace_id": account.workspace_id}
        post = Post(**own, due_at=at, local_due_at=at, timezone="UTC")
        row = Publication(
            **own, post=post, account=account, due_at=at, next_try_at=at, revision=post.revision,
            state=State.PUBLISHED, published_at=at, remote_id=str(FIRST_ID + number),
            remote_url=f"{account.url}/{FIRST_ID + number}",
        )  # fmt: skip
        posts.append(post)
        rows.append(row)
        readings.append(
            Reading(
                **own, account=account, publication=row, published_at=at, step=LADDER[0].name, step_at=due,
                next_try_at=due,
            )
        )  # fmt: skip
    with tenancy.across_tenants(WHY):
        for model, made in ((Post, posts), (Publication, rows), (Reading, readings)):
            model.plain.bulk_create(made)  # type: ignore[attr-defined]


def begin() -> None:
    """What beat does when its time comes."""
    from config.celery import app

    app.send_task("analytics.open_nights")
    app.send_task("analytics.read")


def told() -> int:
    """How many accounts and posts have their row."""
    from apps.analytics.models import AccountSnapshot, PublicationSnapshot
    from apps.core import tenancy

    with tenancy.across_tenants(WHY):
        return sum(model.across_tenants.count() for model in (AccountSnapshot, PublicationSnapshot))


def outcome(wanted: int) -> dict[str, Any]:
    """`missing`: rows that are not there, or say that nothing was told; `double_rows` beyond the first of a kind."""
    from django.db.models import Count

    from apps.analytics.models import AccountDay, AccountSnapshot, PostTotal, PublicationSnapshot, SnapshotRun
    from apps.core import tenancy

    with tenancy.across_tenants(WHY):
        known = [model.across_tenants.filter(missing="").count() for model in (AccountSnapshot, PublicationSnapshot)]
        kinds = ((AccountSnapshot, ("account", "day")), (PublicationSnapshot, ("publication", "key")))
        double = sum(
            model.across_tenants.values(*names).annotate(times=Count("id")).filter(times__gt=1).count()
            for model, names in kinds
        )
        rolled_up = AccountDay.across_tenants.count(), PostTotal.across_tenants.count()
        runs = SnapshotRun.across_tenants.values_list("state", "asked", "got")
        open_runs = sum(state != "ended" or asked != got for state, asked, got in runs)
    return {
        "missing": wanted - sum(known),
        "double_rows": double,
        "rollups_differ": tuple(known) != rolled_up,
        "nights_not_whole": open_runs,
    }
