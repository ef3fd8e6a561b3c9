"""What becomes of the addresses in a post, settled when its words are written.

Each address of a post on an account has one row, which says what stands in its place when the post goes out. So that
what was counted, shown and approved is what leaves, it is never reckoned anew at the hour: a change of the settings
reaches a post when it is written again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings

from apps.core import clock, tenancy
from apps.core.querysets import TenantQuerySet
from apps.core.together import recalled, write
from apps.links.addresses import PREVIEW, is_ours, new_code, short_address
from apps.links.models import Link, LinkDomain, LinkSettings
from apps.links.selectors import proved_hosts, working_domains
from apps.links.tagging import LONGEST, as_value, is_web_address, is_within, tagged


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses that an account is sent in a post."""

    account_id: UUID
    platform: str
    urls: Sequence[str]


Campaign = Callable[[], str]  # the name of the post's campaign, asked only where it is needed


def dress(
    *, workspace_id: UUID, post_id: UUID, wanted: Sequence[Addresses], campaign: Campaign, is_new: bool, renews: bool
) -> None:
    """Settle how these addresses go out. Of a post that `is_new` nothing is known yet; with `renews` addresses that are
    known get what is added to them now, and keep their code."""
    rules = _rules(workspace_id)
    if rules is None:
        return
    known = {} if is_new else {(row.account_id, row.written): row for row in Link.objects.filter(post_id=post_id)}
    domain = _domain_to_stay(rules)
    own = {"organization_id": tenancy.required_organization(), "workspace_id": workspace_id, "post_id": post_id}
    made = []
    for one, url, destination in _destinations(rules, wanted, campaign):
        row = known.get((one.account_id, url))
        if row is None:
            code = new_code() if rules.shortens else None
            outgoing = short_address(domain, code) if code else destination
            host = domain if code else ""
            values: dict[str, Any] = {"destination": destination, "outgoing": outgoing, "code": code, "host": host}
            made.append(Link(**own, account_id=one.account_id, written=url, **values))
        elif renews and row.destination != destination:
            outgoing = row.outgoing if row.code else destination
            changes = {"destination": destination, "outgoing": outgoing, "updated_at": clock.now()}
            Link.objects.filter(pk=row.pk).update(**changes)
    if renews and rules.changes_nothing:
        _undress(known.values())
    write(made, of=post_id)


def dressed_as(*, workspace_id: UUID, wanted: Sequence[Addresses], campaign: Campaign) -> dict[UUID, dict[str, str]]:
    """The same of a post that is not stored: what would stand in the place of each address, by account. A code that is
    not made yet is shown as a word of its length."""
    rules = _rules(workspace_id)
    found: dict[UUID, dict[str, str]] = {}
    if rules is None:
        return found
    domain = _domain_for_new(rules, lambda rows: rows.exists())
    for one, url, destination in _destinations(rules, wanted, campaign):
        outgoing = short_address(domain, PREVIEW) if rules.shortens else destination
        if outgoing != url:
            found.setdefault(one.account_id, {})[url] = outgoing
    return found


def _rules(workspace_id: UUID) -> LinkSettings | None:
    """The workspace's settings; of many posts that are made together, read once. None where there never were any."""
    found: LinkSettings | None = recalled(
        ("link settings", workspace_id), lambda: LinkSettings.objects.filter(workspace_id=workspace_id).first()
    )
    return found


def _domain_for_new(rules: LinkSettings, works: Callable[[TenantQuerySet[LinkDomain]], object]) -> str:
    """The domain that the settings name, while it works; else Postroom's own, for a post must not wait for it."""
    if rules.domain in ("", *settings.LINK_DOMAINS) or not rules.shortens:
        return rules.domain
    return rules.domain if works(working_domains(rules.workspace_id).filter(host=rules.domain)) else ""


def _domain_to_stay(rules: LinkSettings) -> str:
    """The same, and nobody takes it away before the links on it are there."""
    name = ("domain of links", rules.workspace_id, rules.domain)
    return recalled(name, lambda: _domain_for_new(rules, lambda rows: rows.kept_ids()))


def _own_hosts(workspace_id: UUID) -> tuple[str, ...]:
    """Where the workspace's short links may be, those that somebody made by hand included; read once, too."""
    return recalled(("hosts of links", workspace_id), lambda: proved_hosts(workspace_id))


def _destinations(
    rules: LinkSettings, wanted: Sequence[Addresses], campaign: Campaign
) -> Iterator[tuple[Addresses, str, str]]:
    if rules.changes_nothing:
        return
    named = as_value(campaign()) if rules.tags else ""
    own = _own_hosts(rules.workspace_id)
    for one in wanted:
        parameters = parameters_of(rules, one.platform, named) if rules.tags else {}
        for url in dict.fromkeys(one.urls):
            if not is_web_address(url) or is_ours(url, domains=own) or not is_within(url, rules.hosts):
                continue
            destination = tagged(url, parameters)
            if len(destination) <= LONGEST + 500 and (rules.shortens or destination != url):
                yield one, url, destination


def parameters_of(rules: LinkSettings, platform: str, campaign: str) -> Mapping[str, str]:
    return {
        "utm_source": rules.sources.get(platform) or platform,
        "utm_medium": rules.medium,
        "utm_campaign": campaign or as_value(rules.campaign),
        **rules.further,
    }


def _undress(rows: Any) -> None:
    """What was only tagged goes out as it is written again; a short link that is known stays one."""
    plain = [row.pk for row in rows if not row.code]
    if plain:
        Link.objects.filter(pk__in=plain).delete()
