"""What a request that writes or changes a post asks for, done by the services of the rooms below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from apps.core.together import flush, is_pending
from apps.posts import selectors
from apps.posts import services as posts
from apps.posts.api import templates
from apps.posts.appointments import appointment
from apps.posts.beginning import begun, furnished
from apps.posts.content import Content
from apps.posts.errors import PostNotReady
from apps.posts.manuscripts import Manuscript
from apps.posts.models import Place, Post, Queue, Template
from apps.posts.problem import ReadinessProblem
from apps.posts.queueing import Priority
from apps.posts.readiness import problems_in
from apps.publishing import queues, services
from apps.publishing.api.writing import content_of, queue_of, when, zone_of
from apps.publishing.models import Publication
from apps.publishing.states import State
from apps.tenants.models import Workspace
from apps.tenants.rest import problems
from apps.tenants.rest.views import Operations
from apps.tenants.rest.workspaces import place_of

# What of a post is its content, what sorts it, and what is its time.
CONTENT: Final = frozenset({"title", "language", "text", "media", "parts", "accounts", "platforms", "overrides"})
SORTED: Final = frozenset({"labels", "campaign"})
TIMES: Final = frozenset({"scheduled_at", "local_at", "timezone"})
QUEUED: Final = frozenset({"queue", "queue_priority"})
NEEDS: Final = {"draft": "post.edit", "schedule": "post.schedule", "publish_now": "post.publish"}


def make(view: Operations, said: Mapping[str, Any], *, intake: queues.Intake | None = None) -> Post:
    """Write a post down and do with it what `action` says. With an `intake` it joins its queue when that is settled."""
    workspace = place_of(view, dict(said))
    action = said["action"]
    view.caller.require(NEEDS[action], workspace.pk)
    queue, planned = queue_of(said, workspace.pk), when(said, zone=workspace.timezone)
    if action == "schedule" and planned is None and queue is None:
        raise problems.invalid("/scheduled_at", "Say when.", code="required")
    template = template_of(said, workspace.pk)
    actor = view.caller.actor
    post = posts.create(
        workspace_id=workspace.pk,
        content=content_asked(said, workspace.pk, template),
        author_id=None,
        actor=actor,
        external_ref=said.get("external_ref", ""),
        label_ids=_labels(said, template),
        campaign_id=said.get("campaign"),
    )
    if action == "publish_now":
        services.publish_now(post=post, actor=actor, is_warned=False)
    elif queue and intake is not None:
        _require_ready(post)
        intake.add(post, queue, _priority_of(said))
    elif queue:
        flush()  # the queue's places are counted in the database
        join_queue(view, post, queue, said)
    elif planned and action == "schedule":
        services.schedule(post=post, local=planned[0], zone=planned[1], actor=actor, is_warned=False)
    elif planned:
        posts.set_appointment(post=post, appointment=appointment(*planned))
    if not is_pending(post):  # It had to be written earlier, and may have been planned since.
        post.refresh_from_db()
    return post


def join_queue(view: Operations, post: Post, queue: Queue, said: Mapping[str, Any]) -> queues.Joined:
    return queues.join(post=post, queue=queue, priority=_priority_of(said), actor=view.caller.actor)


def _priority_of(said: Mapping[str, Any]) -> Priority:
    return Priority.of(said.get("queue_priority", Priority.MEDIUM.key))


def _require_ready(post: Post) -> None:
    """Raise PostNotReady for all that is wrong whatever its hour will be."""
    if problems_found := problems_in(selectors.manuscript(post)):
        raise PostNotReady(problems_found)


def due_at_of(
    said: Mapping[str, Any], workspace: Workspace, manuscript: Manuscript
) -> tuple[datetime | None, list[ReadinessProblem]]:
    """When the post would go out, and what is to be said where its queue is full."""
    if queue := queue_of(said, workspace.pk):
        accounts = [edition.account.pk for edition in manuscript.editions]
        seat = queues.offer(queue, _priority_of(said), account_ids=accounts)
        return (seat.due_at, []) if seat else (None, [queues.no_room(queue)])
    planned = when(said, zone=workspace.timezone)
    return (appointment(*planned).due_at if planned else None), []


def change(view: Operations, post: Post, said: Mapping[str, Any], queue: Queue | None) -> None:
    """Change what is named of a post that is held, all or nothing; `queue` is the one that it joins by that."""
    # What is not the workspace's is refused with its place before anything is changed.
    before = {"before": selectors.content_of(post)} if CONTENT & said.keys() else {}
    content = content_of(said, workspace_id=post.workspace_id, **before)
    if SORTED & said.keys():  # First: links in the words carry the campaign's name.
        campaign = {"campaign_id": said["campaign"]} if "campaign" in said else {}
        posts.sort(post=post, label_ids=said.get("labels"), actor=view.caller.actor, **campaign)
    if CONTENT & said.keys():
        services.edit(post=post, content=content, actor=view.caller.actor)
    if "external_ref" in said:
        posts.set_reference(post=post, external_ref=said["external_ref"], actor=view.caller.actor)
    if queue is not None:
        join_queue(view, post, queue, said)
    elif "queue" in said and not said.get("scheduled_at") and not said.get("local_at"):
        queues.leave(post=post, actor=view.caller.actor)
    elif TIMES & said.keys():
        _move(view, post, said)


def queue_to_join(view: Operations, post: Post, said: Mapping[str, Any]) -> Queue | None:
    """The queue in which the post takes a slot, held before anything of the post is; None where no queue is named, and
    where it leaves its own."""
    if not QUEUED & said.keys():
        return None
    view.caller.require("post.schedule", post.workspace_id)
    queue = queue_of(said, post.workspace_id)
    if "queue" not in said:
        place = Place.objects.filter(post=post).select_related("queue").first()
        queue = place.queue if place else None
        if queue is None:
            raise problems.invalid("/queue_priority", "It stands in no queue.", code="no_queue")
    if queue is not None:
        queues.held([queue.pk])
    return queue


def _move(view: Operations, post: Post, said: Mapping[str, Any]) -> None:
    """Another time: of a draft it is only written down, what is on the plan moves with it."""
    planned = when(said, zone=post.timezone or zone_of(post.workspace_id))
    is_planned = Publication.objects.filter(post=post).exclude(state=State.CANCELED).exists()
    if not is_planned:
        posts.set_appointment(post=post, appointment=appointment(*planned) if planned else None)
        return
    view.caller.require("post.schedule", post.workspace_id)
    if planned is None:
        raise problems.invalid("/scheduled_at", "It is on the plan: cancel it instead.", code="planned")
    services.reschedule(post=post, local=planned[0], zone=planned[1], actor=view.caller.actor)


def _labels(said: Mapping[str, Any], template: Template | None) -> Sequence[UUID]:
    """The labels that were named, and where none were those of the template."""
    if "labels" in said or template is None:
        named: Sequence[UUID] = said.get("labels", ())
        return named
    return [row.label_id for row in template.labelled.all()]


def template_of(said: Mapping[str, Any], workspace_id: UUID) -> Template | None:
    if not (wanted := said.get("template")):
        return None
    found: Template | None = templates().filter(workspace_id=workspace_id, pk=wanted).first()
    if found is None:
        raise problems.invalid("/template", "There is nothing with this id in the workspace.", code="not_found")
    return found


def content_asked(said: Mapping[str, Any], workspace_id: UUID, template: Template | None) -> Content:
    """The content that was named; what was not, as the template has it."""
    if template is None:
        return content_of(said, workspace_id=workspace_id)
    return furnished(content_of(said, workspace_id=workspace_id, before=begun(template)), template)
