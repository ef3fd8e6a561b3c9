"""Reads of links and their clicks, shaped for posts, pages and the API."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, cast
from uuid import UUID

from django.db.models import BigIntegerField, DateField, Exists, F, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import Cast

from apps.core import clock
from apps.core.querysets import TenantQuerySet, within_reach
from apps.links.addresses import domains_of
from apps.links.models import ClickDay, Link, LinkDomain, LinkSettings
from apps.tenants.models import Workspace


def outgoing_of(post_ids: Collection[UUID]) -> dict[UUID, dict[UUID, dict[str, str]]]:
    """For posts and accounts what stands in the place of each address; one query."""
    rows = within_reach(Link).filter(post__in=post_ids).values_list("post_id", "account_id", "written", "outgoing")
    found: dict[UUID, dict[UUID, dict[str, str]]] = {}
    for post_id, account_id, written, outgoing in rows:
        if account_id is not None and outgoing != written:
            found.setdefault(post_id, {}).setdefault(account_id, {})[written] = outgoing
    return found


def clicks_of_posts(post_ids: Collection[UUID]) -> dict[tuple[UUID, UUID | None], int]:
    """Clicks on our short links, by post and account; one that has such a link and no click has 0, and one without is
    not there."""
    links = Link.objects.filter(post__in=post_ids, code__isnull=False)
    rows = links.values_list("post_id", "account_id").annotate(total=Sum("days__clicks")).order_by()
    return {(post_id, account_id): total or 0 for post_id, account_id, total in rows}


def clicks_by_day(workspace_id: UUID, *, first: date, last: date) -> dict[date, int]:
    """Of all short links of a workspace; days without clicks are not in it."""
    rows = ClickDay.objects.filter(workspace_id=workspace_id, day__gte=first, day__lte=last)
    return dict(rows.values_list("day").annotate(total=Sum("clicks")).order_by("day"))


def short_links(workspaces: Collection[Workspace]) -> QuerySet[Link]:
    rows: QuerySet[Link] = Link.objects.filter(workspace__in=workspaces, code__isnull=False)
    return rows


def clicks_by_workspace(
    links: QuerySet[Link], *, of: Collection[Workspace], first: date, last: date, are_all: bool = False
) -> dict[UUID, dict[date, int]]:
    """Clicks on these short links of some workspaces by day, by workspace; one that has such a link and no click in
    these days has an empty place. One query, which reads the clicks of these days; where the links `are_all` short ones
    of these workspaces, it reads no link but the first of each."""
    places = Workspace.objects.filter(pk__in=[one.pk for one in of]).order_by()
    places = places.filter(Exists(links.filter(workspace=OuterRef("pk")).order_by()))
    clicks = ClickDay.objects.filter(workspace__in=of, day__gte=first, day__lte=last)
    if not are_all:
        clicks = clicks.filter(link__in=links.order_by())
    by_day = clicks.order_by().values_list("workspace_id", "day").annotate(total=Sum("clicks"))
    none = (Cast(Value(None), DateField()), Cast(Value(0), BigIntegerField()))
    found: dict[UUID, dict[date, int]] = {}
    for workspace_id, day, total in places.values_list("pk", *none).union(by_day, all=True):
        days = found.setdefault(workspace_id, {})
        if day is not None:
            days[day] = total
    return found


def clicks_on(link: Link, *, first: date, last: date) -> list[tuple[date, int]]:
    rows = ClickDay.objects.filter(link=link, day__gte=first, day__lte=last)
    return list(rows.order_by("day").values_list("day", "clicks"))


def most_followed(workspace_id: UUID, *, first: date, last: date, limit: int) -> QuerySet[Any]:
    rows = Link.objects.filter(workspace_id=workspace_id, days__day__gte=first, days__day__lte=last)
    found: QuerySet[Any] = rows.annotate(followed=Sum("days__clicks")).order_by(F("followed").desc(), "pk")[:limit]
    return found


def has_short_links(workspace_id: UUID) -> bool:
    return Link.objects.filter(workspace_id=workspace_id, code__isnull=False).exists()


def domains_for(workspace: Workspace) -> tuple[str, ...]:
    """The domains that a workspace's new short links may have: the operator's for it, and its own that work."""
    own = working_domains(workspace.pk).values_list("host", flat=True)
    return tuple(dict.fromkeys((*domains_of(workspace.organization.slug), *own)))


def working_domains(workspace_id: UUID) -> TenantQuerySet[LinkDomain]:
    """Those that were verified, and are not in trouble for so long that they are nothing to make new links on."""
    is_well = Q(troubled_since=None) | Q(troubled_since__gt=clock.now() - LinkDomain.LAPSES_AFTER)
    rows = LinkDomain.objects.filter(is_well, workspace_id=workspace_id, verified_at__isnull=False)
    return cast("TenantQuerySet[LinkDomain]", rows)


def proved_hosts(workspace_id: UUID) -> tuple[str, ...]:
    """The domains that are a workspace's own: addresses there are short links already."""
    rows = LinkDomain.objects.filter(workspace_id=workspace_id, verified_at__isnull=False)
    return tuple(rows.values_list("host", flat=True))


def is_named(host: str) -> bool:
    """Whether a client has named this domain for short links; inside `tenancy.across_tenants`."""
    found: bool = LinkDomain.across_tenants.filter(host=host).exists()
    return found


def is_proved(host: str) -> bool:
    """Whether this is a client's domain for short links; inside `tenancy.across_tenants`."""
    found: bool = LinkDomain.across_tenants.filter(host=host, verified_at__isnull=False).exists()
    return found


def is_token_of(host: str, token: str) -> bool:
    """Whether this is what a client's domain is proved by; inside `tenancy.across_tenants`."""
    found: bool = LinkDomain.across_tenants.filter(host=host, token=token).exists()
    return found


def settings_of(workspace_id: UUID) -> LinkSettings:
    """How a workspace's links go out; where nobody has said so, as they are written."""
    found: LinkSettings | None = LinkSettings.objects.filter(workspace_id=workspace_id).first()
    return found or LinkSettings(workspace_id=workspace_id)


@dataclass(frozen=True, slots=True)
class Target:
    """What following a code comes to."""

    link_id: UUID
    organization_id: UUID
    workspace_id: UUID
    destination: str
    host: str
    is_paused: bool
    expires_at: Any
    zone: str


def target_of(code: str) -> Target | None:
    """Where a code leads; one query, inside `tenancy.across_tenants`. A workspace that is archived still leads its
    visitors on: posts stay out."""
    row = (
        Link.across_tenants.filter(code=code)
        .values_list(
            "pk", "organization_id", "workspace_id", "destination", "host", "paused_at", "expires_at",
            "workspace__timezone",
        )
        .first()
    )  # fmt: skip
    if row is None:
        return None
    link_id, organization_id, workspace_id, destination, host, paused_at, expires_at, zone = row
    is_paused = paused_at is not None
    return Target(link_id, organization_id, workspace_id, destination, host, is_paused, expires_at, zone)
