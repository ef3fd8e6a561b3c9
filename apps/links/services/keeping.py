"""What people do with links: the workspace's rules for them, and short ones by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.db import IntegrityError, transaction

from apps.audit import services as audit
from apps.core.actors import Actor
from apps.links.addresses import domains_of, is_ours, new_code, short_address
from apps.links.errors import LinkRefused
from apps.links.models import Link, LinkSettings
from apps.links.selectors import domains_for, proved_hosts, working_domains
from apps.links.tagging import is_web_address
from apps.tenants.models import Workspace

MOST_PARAMETERS: Final = 10
MOST_HOSTS: Final = 50
_NAME: Final = re.compile(r"[A-Za-z][\w.-]{0,39}")
_HOST: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")


@transaction.atomic
def change_settings(*, workspace: Workspace, actor: Actor, **changes: Any) -> LinkSettings:
    """Change what becomes of addresses in posts that are written from now on; raises LinkRefused."""
    Workspace.objects.select_for_update(no_key=True).get(pk=workspace.pk)
    rules = LinkSettings.objects.filter(workspace=workspace).first() or LinkSettings(workspace=workspace)
    changed = sorted(name for name, value in changes.items() if getattr(rules, name) != value)
    for name in changed:
        setattr(rules, name, changes[name])
    if "domain" in changed and rules.domain and rules.domain not in domains_for(workspace):
        raise LinkRefused("This domain is not one for your links.", field="domain")
    _require_sense(rules)
    rules.save()
    audit.record("links.settings", subject=rules, actor=actor, diff={"changed": changed})
    return rules


def _require_sense(rules: LinkSettings) -> None:
    rules.hosts = [str(host).strip().casefold() for host in rules.hosts]
    if len(rules.hosts) > MOST_HOSTS or not all(_HOST.fullmatch(host) for host in rules.hosts):
        raise LinkRefused(f"Up to {MOST_HOSTS} hosts, such as shop.example.com.", field="hosts")
    _require_texts(rules.sources, field="sources")
    if len(rules.further) > MOST_PARAMETERS or not all(_NAME.fullmatch(name) for name in rules.further):
        raise LinkRefused(f"Up to {MOST_PARAMETERS} parameters, named by letters and digits.", field="further")
    _require_texts(rules.further, field="further")


def _require_texts(values: Mapping[str, Any], *, field: str) -> None:
    if not all(isinstance(value, str) and len(value) <= 120 and value.isprintable() for value in values.values()):
        raise LinkRefused("Values have up to 120 characters.", field=field)


@transaction.atomic
def make_link(
    *, workspace: Workspace, destination: str, actor: Actor, title: str = "", domain: str = "", **fields: Any
) -> Link:
    """A short link by hand; raises LinkRefused for what is no web address, and for one that is short already."""
    _require_destination(destination, workspace)
    if domain and domain not in domains_of(workspace.organization.slug):
        _require_to_stay(domain, workspace)
    own = {"workspace": workspace, "title": title, "made_by_id": actor.user_id, "host": domain, **fields}
    link = _saved(Link(**own, written=destination[:2000], destination=destination))
    audit.record("link.created", subject=link, actor=actor)
    return link


def _require_to_stay(domain: str, workspace: Workspace) -> None:
    """It is the workspace's, and nobody takes it away before the link is there."""
    if not working_domains(workspace.pk).filter(host=domain).kept_ids():
        raise LinkRefused("This domain is not one for your links.", field="domain")


def _saved(link: Link) -> Link:
    for _ in range(5):
        link.code = new_code()
        link.outgoing = short_address(link.host, link.code)
        try:
            with transaction.atomic():
                link.save(force_insert=True)
        except IntegrityError:  # The code is taken; there are a trillion others.
            continue
        return link
    raise LinkRefused("No short address was free. Try again.", field="destination")


@transaction.atomic
def change_link(*, link: Link, actor: Actor, **changes: Any) -> Link:
    """Pause it, let it end, name it; and let it lead elsewhere where it is in no post, for what a post says was
    approved. Raises LinkRefused."""
    row: Link = Link.objects.locked(link.pk)
    changed = sorted(name for name, value in changes.items() if getattr(row, name) != value)
    if "destination" in changed:
        if row.post_id is not None:
            raise LinkRefused("It stands in a post, and leads where the post says.", field="destination")
        if row.host not in ("", *settings.LINK_DOMAINS, *proved_hosts(row.workspace_id)):
            raise LinkRefused("It is on a domain that is not yours any more.", field="destination")
        _require_destination(changes["destination"], row.workspace)
    if row.code is None and {"paused_at", "expires_at"} & set(changed):
        raise LinkRefused("It is no short link, and so not ours to pause.", field="paused")
    for name in changed:
        setattr(row, name, changes[name])
    row.save()
    if changed:
        audit.record("link.updated", subject=row, actor=actor, diff={"changed": changed})
    return row


@transaction.atomic
def remove_link(*, link: Link, actor: Actor) -> None:
    """Take a link by hand away, with its clicks; raises LinkRefused for one that stands in a post."""
    if link.post_id is not None:
        raise LinkRefused("It stands in a post. Pause it instead.", field="post", code="in_a_post")
    audit.record("link.removed", subject=link, actor=actor)
    link.delete()


def _require_destination(text: str, workspace: Workspace) -> None:
    if not is_web_address(text):
        raise LinkRefused("A whole web address, with https:// in front.", field="destination")
    if is_ours(text, domains=proved_hosts(workspace.pk)):
        raise LinkRefused("This is a short link already.", field="destination")
