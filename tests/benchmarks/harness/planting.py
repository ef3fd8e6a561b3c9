"""Organizations, clients, accounts and what is due on them: rows as the services would write them, in bulk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final
from uuid import UUID

WHY: Final = "a benchmark plants rows"
IN_EACH: Final = 4  # clients of one organization
BATCH: Final = 500
SCOPES: Final = {
    "mastodon": ["profile", "read", "write"],
    "threads": ["threads_basic", "threads_content_publish"],
}


@dataclass(frozen=True, slots=True)
class Planted:
    """One publication: what the stub will call it, whose it is, and its row."""

    publication_id: UUID
    organization: int
    workspace: int
    account: str
    text: str

    @property
    def name(self) -> tuple[str, str]:
        return self.account, self.text


@dataclass(frozen=True, slots=True)
class Place:
    """An account to publish on."""

    organization: int
    workspace: int
    row: Any  # SocialAccount


def accounts(
    count: int,
    *,
    workspaces: int,
    platform: str,
    origin: str,
    big_share: float = 0.0,
    first: int = 0,
    in_each: int = IN_EACH,
) -> list[Place]:
    """So many accounts, spread over the workspaces evenly; or `big_share` of them in the first, the rest in the others.
    Numbers begin with `first`."""
    from apps.core import tenancy
    from apps.core.secrets import Secret
    from apps.social_accounts.models import Grant, SocialAccount
    from apps.tenants.models import Organization, Workspace

    now = datetime.now(UTC)
    later = now + timedelta(days=30)
    places: list[Place] = []
    grants: list[Any] = []
    with tenancy.across_tenants(WHY):
        numbers = range(-(-workspaces // in_each))
        agencies = [
            Organization.objects.create(name=f"Agency {first}-{n}", slug=f"agency-{first}-{n}") for n in numbers
        ]
        clients = [
            Workspace.plain.create(organization=agencies[n // in_each], name=f"Client {first}-{n}")
            for n in range(workspaces)
        ]
        for number in range(count):
            home = _home(number, count, workspaces, big_share)
            client, name = clients[home], f"a{first + number}"
            grant = Grant(
                organization_id=client.organization_id, platform=platform, remote_user_id=name, issued_at=now,
                server=origin if platform == "mastodon" else "", scopes=SCOPES[platform],
                facts={"account_id": name, "software": "mastodon", "username": name},
            )  # fmt: skip
            grant.access_token = Secret(name)
            account = SocialAccount(
                organization_id=client.organization_id, workspace=client, grant=grant, platform=platform,
                remote_id=name, handle=name, url=f"{origin}/@{name}", connected_at=now, checked_at=now,
                check_at=later, choices_read_at=later,
            )  # fmt: skip
            grants.append(grant)
            places.append(Place(first + home // in_each, first + home, account))
        Grant.plain.bulk_create(grants, batch_size=BATCH)
        SocialAccount.plain.bulk_create([place.row for place in places], batch_size=BATCH)
    return places


def publications(count: int, *, on: Sequence[Place], due_at: datetime, what: str = "Post") -> list[Planted]:
    """So many posts of one account each, the accounts in turn."""
    found: list[Planted] = []
    numbers = iter(range(count))
    while batch := list(islice(numbers, BATCH)):
        found += _planted([(number, on[number % len(on)]) for number in batch], due_at, what)
    return found


def make_due(planted: Sequence[Planted], *, at: datetime) -> None:
    """Move them to an instant, and wake whoever publishes, as planning does."""
    from apps.core import tenancy
    from apps.posts.models import Post
    from apps.publishing.models import Publication
    from apps.publishing.waking import wake

    for start in range(0, len(planted), BATCH):
        chosen = [row.publication_id for row in planted[start : start + BATCH]]
        with tenancy.across_tenants(WHY):
            rows = Publication.across_tenants.filter(pk__in=chosen)
            posts = list(rows.values_list("post_id", flat=True))
            Post.across_tenants.filter(pk__in=posts).update(due_at=at, local_due_at=at)
            rows.update(due_at=at, next_try_at=at)
    wake()


def _home(number: int, count: int, workspaces: int, big_share: float) -> int:
    big = round(count * big_share)
    if number < big or workspaces == 1:
        return 0 if big_share or workspaces == 1 else number % workspaces
    return 1 + number % (workspaces - 1) if big_share else number % workspaces


def _planted(batch: Sequence[tuple[int, Place]], due_at: datetime, what: str) -> list[Planted]:
    from apps.core import tenancy
    from apps.posts.models import Part, Post, Variant
    from apps.posts.states import PartRole
    from apps.publishing.models import Publication, Rollup

    posts, parts, variants, rows, rollups, found = [], [], [], [], [], []
    for number, place in batch:
        account = place.row
        own = {"organization_id": account.organization_id, "workspace_id": account.workspace_id}
        text = f"{what} {number} of {account.remote_id}: fresh from the roaster, until noon."
        post = Post(**own, due_at=due_at, local_due_at=due_at, timezone="UTC")
        row = Publication(**own, post=post, account=account, due_at=due_at, next_try_at=due_at, revision=post.revision)
        posts.append(post)
        parts.append(Part(**own, post=post, position=0, role=PartRole.MAIN, text=text))
        variants.append(Variant(**own, post=post, account=account))
        rows.append(row)
        rollups.append(Rollup(**own, post=post))
        found.append(Planted(row.pk, place.organization, place.workspace, account.remote_id, text))
    with tenancy.across_tenants(WHY):
        for model, made in ((Post, posts), (Part, parts), (Variant, variants), (Publication, rows), (Rollup, rollups)):
            model.plain.bulk_create(made)  # type: ignore[attr-defined]
    return found
