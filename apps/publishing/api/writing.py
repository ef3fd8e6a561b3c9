"""From what a request says to the content that services take."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from apps.media.recipes import Cut
from apps.posts.appointments import HourOutOfReach, can_be_told, named
from apps.posts.content import Content, MediaContent, PartContent, VariantContent
from apps.posts.models import Campaign, Label, Queue
from apps.posts.selectors import known_accounts, known_assets
from apps.posts.states import PartRole
from apps.social_accounts.models import SocialAccount
from apps.social_accounts.states import AccountState
from apps.tenants.models import Workspace
from apps.tenants.rest import problems
from apps.tenants.rest.problems import Fault
from apps.tenants.rest.workspaces import missing, not_there, refuse

EMPTY = Content(parts=(PartContent(),))
NO_DAY: Final = "Name a day between the years 2 and 9998: of others not every zone can tell the time."


def content_of(said: Mapping[str, Any], *, workspace_id: UUID, before: Content = EMPTY) -> Content:
    """The content that was named, over what was there. Raises Problem with the place of every foreign id."""
    _refuse_unknown(said, workspace_id)
    content = replace(before, **{name: said[name] for name in ("title", "language") if name in said})
    if "parts" in said:
        content = replace(content, parts=tuple(_part(part) for part in said["parts"]))
    elif "text" in said or "media" in said:
        content = replace(content, parts=(_main(said, content.parts[0]), *content.parts[1:]))
    return replace(content, variants=_variants(said, content.variants, workspace_id))


def when(said: Mapping[str, Any], *, zone: str) -> tuple[datetime, str] | None:
    """Wall time and zone of the appointment that was named; None where there is none."""
    zone = said.get("timezone") or zone
    instant, local = said.get("scheduled_at"), said.get("local_at")
    if instant and local:
        raise problems.invalid("/local_at", "Name scheduled_at or local_at, and not both.")
    if instant:
        if not can_be_told(instant):
            raise problems.invalid("/scheduled_at", NO_DAY)
        # A fold is kept: an instant is one even where its wall time comes twice.
        return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None), zone
    if local:
        try:
            return named(datetime.fromisoformat(local), zone).local, zone
        except HourOutOfReach:
            raise problems.invalid("/local_at", NO_DAY) from None
        except ValueError:
            raise problems.invalid("/local_at", "There is no such day or hour.") from None
    return None


def queue_of(said: Mapping[str, Any], workspace_id: UUID) -> Queue | None:
    """The queue that was named. Raises Problem for one of another workspace, as for one that nobody has."""
    queue: Queue | None = said.get("queue")
    if queue is not None and queue.workspace_id != workspace_id:
        raise problems.invalid("/queue", "There is nothing with this id in the workspace.", code="not_found")
    return queue


def _main(said: Mapping[str, Any], before: PartContent) -> PartContent:
    media = media_content(said["media"]) if "media" in said else before.media
    return replace(before, text=said.get("text", before.text), media=media)


def _part(said: Mapping[str, Any]) -> PartContent:
    return PartContent(said["text"], media_content(said["media"]), PartRole(said["role"]), said["link"])


def media_content(said: Iterable[Mapping[str, Any]]) -> tuple[MediaContent, ...]:
    return tuple(
        MediaContent(one["media"], one.get("alt", ""), Cut.from_json(one.get("cut") or {}).to_json(), one.get("cover"))
        for one in said
    )


def _variants(
    said: Mapping[str, Any], before: Sequence[VariantContent], workspace_id: UUID
) -> tuple[VariantContent, ...]:
    known = {variant.account_id: variant for variant in before}
    wanted = list(known)
    if "accounts" in said or "platforms" in said:
        wanted = list(dict.fromkeys([*said.get("accounts", ()), *_at(said.get("platforms", ()), workspace_id)]))
    if "overrides" in said:
        known = {one["account"]: _variant(one) for one in said["overrides"]}
        for number, one in enumerate(said["overrides"]):
            if one["account"] not in wanted:
                raise problems.invalid(f"/overrides/{number}/account", "The post does not go to this account.")
    return tuple(known.get(account_id, VariantContent(account_id)) for account_id in wanted)


def _variant(said: Mapping[str, Any]) -> VariantContent:
    return VariantContent(said["account"], said.get("text"), dict(said.get("options", {})))


def _at(platforms: Collection[str], workspace_id: UUID) -> list[UUID]:
    """Every account of the workspace at these networks. Raises Problem for a network where it has none."""
    if not platforms:
        return []
    rows = SocialAccount.objects.filter(workspace_id=workspace_id, platform__in=platforms)
    found = list(rows.exclude(state=AccountState.DISCONNECTED).order_by("id").values_list("platform", "pk"))
    for number, platform in enumerate(platforms):
        if platform not in {name for name, _ in found}:
            raise problems.invalid(f"/platforms/{number}", "The workspace has no account there.", code="no_account")
    return [pk for _, pk in found]


def _refuse_unknown(said: Mapping[str, Any], workspace_id: UUID) -> None:
    """Accounts and files that are not in the workspace, each with its place; a stranger's is no different."""
    accounts = {f"/accounts/{number}": one for number, one in enumerate(said.get("accounts", ()))}
    accounts |= {f"/overrides/{number}/account": one["account"] for number, one in enumerate(said.get("overrides", ()))}
    files = dict(_files(said.get("media", ()), "/media"))
    for number, part in enumerate(said.get("parts", ())):
        files |= dict(_files(part["media"], f"/parts/{number}/media"))
    labels = {f"/labels/{number}": one for number, one in enumerate(said.get("labels", ()))}
    campaigns = {"/campaign": said["campaign"]} if said.get("campaign") else {}
    refuse([
        *not_among(known_accounts, accounts, workspace_id), *not_among(known_assets, files, workspace_id),
        *missing(Label, labels, workspace_id), *missing(Campaign, campaigns, workspace_id),
    ])  # fmt: skip


def _files(media: Iterable[Mapping[str, Any]], place: str) -> Iterable[tuple[str, UUID]]:
    for number, one in enumerate(media):
        yield f"{place}/{number}/media", one["media"]
        if one.get("cover"):
            yield f"{place}/{number}/cover", one["cover"]


def not_among(read: Callable[..., Mapping[UUID, Any]], named: Mapping[str, UUID], workspace_id: UUID) -> list[Fault]:
    """As `missing`, of rows that are needed again."""
    if not named:
        return []
    known = read(set(named.values()), workspace_id=workspace_id)
    return [not_there(place) for place, pk in named.items() if pk not in known]


def zone_of(workspace_id: UUID) -> str:
    zone: str = Workspace.objects.values_list("timezone", flat=True).get(pk=workspace_id)
    return zone
