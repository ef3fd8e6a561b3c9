"""Labels, campaigns and templates: made, changed, removed, and laid on posts.

None of it changes what goes out: a post is sorted at any time, and its revision stays what it is.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction

from apps.audit import services as audit
from apps.core import clock
from apps.core.actors import Actor
from apps.core.together import write
from apps.events import services as events
from apps.posts.errors import NotInWorkspace, SortingRefused
from apps.posts.models import Campaign, Label, Post, PostLabel, Template, TemplateLabel
from apps.posts.sorting import Colour, Named
from apps.posts.states import PartRole
from apps.tenants.models import Workspace

# So that a picker can show all of them.
MOST: Final = {Label: 500, Campaign: 2_000, Template: 500}
MOST_ON_ONE: Final = 30
KEEP: Final = object()
WORDS: Final = {Label: "a label", Campaign: "a campaign", Template: "a template"}


@transaction.atomic
def make_label(*, workspace_id: UUID, name: str, actor: Actor, colour: str = Colour.GREY) -> Label:
    """A label of this name; raises SortingRefused where the workspace has one, and NotInWorkspace."""
    return _make(Label(name=name, colour=colour), workspace_id, actor)


@transaction.atomic
def change_label(*, label: Label, actor: Actor, **changes: Any) -> Label:
    """Another name or colour, on every post that has it. Raises SortingRefused."""
    return _change(Label.objects.locked(label.pk), changes, actor)


@transaction.atomic
def remove_label(*, label: Label, actor: Actor) -> None:
    """Take a label away, and off every post; the posts stay."""
    _remove(label, actor)


@transaction.atomic
def make_campaign(*, workspace_id: UUID, actor: Actor, **fields: Any) -> Campaign:
    """A campaign: name, starts_on, ends_on, goal, colour, external_ref. Raises SortingRefused, NotInWorkspace."""
    return _make(Campaign(**fields), workspace_id, actor)


@transaction.atomic
def change_campaign(*, campaign: Campaign, actor: Actor, **changes: Any) -> Campaign:
    """Change what is named. Raises SortingRefused."""
    return _change(Campaign.objects.locked(campaign.pk), changes, actor)


@transaction.atomic
def remove_campaign(*, campaign: Campaign, actor: Actor) -> None:
    """Take a campaign away; its posts stay, and belong to none."""
    _remove(campaign, actor)


@transaction.atomic
def make_template(
    *,
    workspace_id: UUID,
    name: str,
    parts: Sequence[dict[str, str]],
    actor: Actor,
    options: dict[str, dict[str, str]] | None = None,
    label_ids: Collection[UUID] = (),
) -> Template:
    """A template of these parts (role, text, link) and options by platform. Raises SortingRefused, NotInWorkspace."""
    template = _make(Template(name=name, parts=list(parts), options=options or {}), workspace_id, actor)
    _lay(TemplateLabel, {"template": template}, _labels_in(workspace_id, label_ids))
    return template


@transaction.atomic
def change_template(
    *, template: Template, actor: Actor, label_ids: Collection[UUID] | None = None, **changes: Any
) -> Template:
    """Change what is named; posts that began with it stay as they are. Raises SortingRefused, NotInWorkspace."""
    template = _change(Template.objects.locked(template.pk), changes, actor)
    if label_ids is not None:
        _lay(TemplateLabel, {"template": template}, _labels_in(template.workspace_id, label_ids))
    return template


@transaction.atomic
def remove_template(*, template: Template, actor: Actor) -> None:
    """Take a template away; posts that began with it stay as they are."""
    _remove(template, actor)


@transaction.atomic
def sort(*, post: Post, actor: Actor, label_ids: Collection[UUID] | None = None, campaign_id: Any = KEEP) -> Post:
    """Give a post these labels, and this campaign (None: no campaign); what is left out stays. It may be out already.

    Raises NotInWorkspace for a label or campaign that is not there.
    """
    post = Post.objects.locked(post.pk)
    diff: dict[str, Any] = {}
    if label_ids is not None:
        wanted = _labels_in(post.workspace_id, label_ids)
        if _lay(PostLabel, {"post": post}, wanted):
            diff["labels"] = sorted(str(pk) for pk in wanted)
    if campaign_id is not KEEP and campaign_id != post.campaign_id:
        _require_campaign(post.workspace_id, campaign_id)
        diff["campaign"] = campaign_id
        post.campaign_id = campaign_id
    if diff:
        Post.objects.filter(pk=post.pk).update(campaign_id=post.campaign_id, updated_at=clock.now())
        audit.record("post.sorted", subject=post, actor=actor, diff=diff)
        events.emit("post.updated", subject=post, data={"revision": post.revision})
        post.refresh_from_db()
    return post


def checked(workspace_id: UUID, *, label_ids: Collection[UUID], campaign_id: UUID | None) -> set[UUID]:
    """The labels for a post that is being made; raises NotInWorkspace for a label or campaign that is not there."""
    _require_campaign(workspace_id, campaign_id)
    return _labels_in(workspace_id, label_ids)


def lay_on_new(post: Post, label_ids: Collection[UUID]) -> None:
    """Give labels that were checked to a post that has none yet."""
    own = {"organization_id": post.organization_id, "workspace_id": post.workspace_id}
    write((PostLabel(post=post, label_id=pk, **own) for pk in sorted(label_ids)), of=post.pk)


def _make(row: Any, workspace_id: UUID, actor: Actor) -> Any:
    kind = type(row)
    if not Workspace.objects.filter(pk=workspace_id).exists():
        raise NotInWorkspace("There is no such workspace")
    if kind.objects.filter(workspace_id=workspace_id).count() >= MOST[kind]:
        words = f"A workspace has up to {MOST[kind]} of these. Remove what is not used any more."
        raise SortingRefused(words, field="name", code="too_many")
    row.workspace_id = workspace_id
    _keep(row)
    audit.record(f"{kind._meta.model_name}.created", subject=row, actor=actor, diff={"name": row.name})
    return row


def _change(row: Any, changes: dict[str, Any], actor: Actor) -> Any:
    changed = sorted(name for name, value in changes.items() if getattr(row, name) != value)
    if not changed:
        return row
    for name in changed:
        setattr(row, name, changes[name])
    _keep(row)
    audit.record(f"{row._meta.model_name}.updated", subject=row, actor=actor, diff={"changed": changed})
    return row


def _remove(row: Any, actor: Actor) -> None:
    # Held before it is seen what refers to it: a post that is just taking it is found, or finds it gone.
    held = type(row).objects.select_for_update().filter(pk=row.pk).first()
    if held is None:
        return
    audit.record(f"{row._meta.model_name}.removed", subject=row, actor=actor, diff={"name": row.name})
    held.delete()


def _keep(row: Any) -> None:
    """The constraints decide, also between two at once; these are the words for them."""
    if not " ".join(row.name.split()):
        raise SortingRefused("Give it a name.", field="name", code="blank")
    if isinstance(row, Campaign) and row.starts_on and row.ends_on and row.ends_on < row.starts_on:
        raise SortingRefused("A campaign ends on the day it starts, or later.", field="ends_on")
    if isinstance(row, Template):
        _require_parts(row.parts)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        field = "name" if isinstance(row, Named) else "external_ref"
        known = f"the name {row.name}" if field == "name" else f"the reference {row.external_ref}"
        words = f"There is {WORDS[type(row)]} with {known} already."
        raise SortingRefused(words, field=field, code="taken") from error


def _require_parts(parts: Sequence[dict[str, str]]) -> None:
    roles = [part["role"] for part in parts]
    if not roles or roles[0] != PartRole.MAIN or roles.count(PartRole.MAIN) > 1:
        raise SortingRefused("A template begins with its main part, and has one.", field="parts")
    if roles.count(PartRole.FIRST_COMMENT) > 1:
        raise SortingRefused("A template has one first comment.", field="parts")


def _labels_in(workspace_id: UUID, ids: Collection[UUID]) -> set[UUID]:
    """These labels, all of which the workspace has; raises NotInWorkspace."""
    wanted = set(ids)
    if len(wanted) > MOST_ON_ONE:
        raise SortingRefused(f"Up to {MOST_ON_ONE} labels.", field="labels", code="too_many")
    if not wanted:
        return wanted
    known = Label.objects.filter(workspace_id=workspace_id, pk__in=wanted).kept_ids()
    if missing := wanted - known:
        raise NotInWorkspace(f"{len(missing)} of the labels are not in this workspace")
    return wanted


def _require_campaign(workspace_id: UUID, campaign_id: UUID | None) -> None:
    if campaign_id and not Campaign.objects.filter(workspace_id=workspace_id, pk=campaign_id).kept_ids():
        raise NotInWorkspace("The campaign is not in this workspace")


def _lay(rows: Any, on: dict[str, Any], wanted: set[UUID]) -> bool:
    """Exactly these labels on a post or template; whether anything changed."""
    (holder,) = on.values()
    there = set(rows.objects.filter(**on).values_list("label_id", flat=True))
    if there == wanted:
        return False
    rows.objects.filter(**on, label__in=there - wanted).delete()
    own = {"organization_id": holder.organization_id, "workspace_id": holder.workspace_id}
    rows.objects.bulk_create(rows(**on, label_id=pk, **own) for pk in sorted(wanted - there))
    return True
