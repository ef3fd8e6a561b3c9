"""The queues of a client: their slots, what they are going to do, and a post that joins one.

The page of a queue is plain forms; `action` says which was sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import Truncator
from django.views.decorators.http import require_http_methods, require_POST

from apps.core import clock
from apps.core.numbers import whole
from apps.posts.errors import PostNotReady
from apps.posts.models import Post, Queue, Slot
from apps.publishing import queues
from apps.publishing.errors import PostBusy
from apps.publishing.moments import moment
from apps.publishing.queue_forms import JoinForm, NewQueueForm, QueueForm, SlotForm
from apps.publishing.queues import Line, QueueRefused
from apps.publishing.queues.preview import MOST_OFFERS
from apps.publishing.windows import WEEKDAYS
from apps.tenants.access import MemberRequest, page
from apps.tenants.models import Workspace


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A queue in the list."""

    name: str
    url: str
    description: str
    is_paused: bool
    slots: int
    waiting: int
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class DayOfSlots:
    name: str
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class SlotLine:
    """A slot on a day, as the page shows it."""

    at: datetime
    state: str
    title: str
    url: str
    note: str


@dataclass(slots=True)
class QueueForms:
    """The forms of the page; those that were not sent are as the queue is."""

    slot: SlotForm = field(default_factory=lambda: SlotForm(prefix="slot"))
    settings: QueueForm | None = None


@require_http_methods(["GET", "HEAD", "POST"])
@page("queue.view")
def index(request: MemberRequest) -> HttpResponse:
    """The queues of the current workspace; a form makes another one."""
    workspace = _here(request)
    form = NewQueueForm(request.POST if request.method == "POST" else None)
    if form.is_bound:
        request.member.require("queue.edit", workspace.pk)
        if form.is_valid():
            try:
                made = queues.create(workspace=workspace, name=form.cleaned_data["name"], actor=request.member.actor)
                return redirect("queues:queue", made.pk)
            except QueueRefused as error:
                form.add_error("name", error.words)
    rows = queues.with_counts(Queue.objects.filter(workspace=workspace).select_related("workspace"))
    context = {
        "queues": [_row(row, number) for number, row in enumerate(rows.prefetch_related("slots").order_by("name"))],
        "zone": workspace.timezone,
        "now": clock.now(),
        "form": form if request.member.may_in(workspace, "queue.edit") else None,
    }
    return render(request, "publishing/queues.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@page("queue.view")
def queue(request: MemberRequest, queue_id: UUID) -> HttpResponse:
    """One queue: the slots of its week, and who has the next ones."""
    shown: Queue = get_object_or_404(Queue.objects.select_related("workspace"), pk=queue_id)
    if request.method != "POST":
        return _show(request, shown, QueueForms())
    request.member.require("queue.edit", shown.workspace_id)
    asked = QueueForms()
    try:
        done = _do(request, shown, asked)
    except QueueRefused as error:
        _refuse(request, asked, error)
        done = ""
    if not done:
        return _show(request, _again(shown), asked, status=422)
    messages.success(request, done)
    if request.POST.get("action") == "delete":
        return redirect("queues:index")
    return redirect("queues:queue", shown.pk)


@require_POST
@page("post.view")
def join(request: MemberRequest, post_id: UUID) -> HttpResponse:
    """A post takes the next free slot of a queue."""
    post: Post = get_object_or_404(Post.objects, pk=post_id, deleted_at=None)
    request.member.require("post.schedule", post.workspace_id)
    form = JoinForm(request.POST)
    if not form.is_valid():
        messages.error(request, form.first_error)
        return redirect("publishing:post", post.pk)
    chosen: Queue = get_object_or_404(Queue.objects, pk=form.cleaned_data["queue"], workspace_id=post.workspace_id)
    try:
        joined = queues.join(post=post, queue=chosen, priority=form.priority, actor=request.member.actor)
        tell_joined(request, chosen, joined)
    except PostNotReady as error:
        messages.error(request, " ".join(dict.fromkeys(problem.words for problem in error.problems)))
    except PostBusy as error:
        messages.error(request, error.words)
    return redirect("publishing:post", post.pk)


def tell_joined(request: MemberRequest, chosen: Queue, joined: queues.Joined) -> None:
    """When it goes out, and what else there is to know."""
    at = joined.schedule.appointment
    messages.success(request, f"In {chosen.name}: goes out {moment(at.due_at, ZoneInfo(at.zone))}.")
    if joined.pushed_back:
        others = "1 other post" if joined.pushed_back == 1 else f"{joined.pushed_back} other posts"
        messages.info(request, f"{others} moved back by a slot.")
    for words in (joined.schedule.note, *(warning.words for warning in joined.schedule.warnings)):
        if words:
            messages.warning(request, words)


def _do(request: MemberRequest, shown: Queue, asked: QueueForms) -> str:
    """Do what the form says and tell it; "" where the form is not whole. Raises QueueRefused."""
    verb, _, name = request.POST.get("action", "").partition(":")
    actor = request.member.actor
    hours = [slot.hour for slot in Slot.objects.filter(queue=shown)]
    if verb == "slot-add":
        asked.slot = SlotForm(request.POST, prefix="slot")
        if not asked.slot.is_valid():
            return ""
        fresh = [(day, asked.slot.cleaned_data["at"]) for day in asked.slot.cleaned_data["days"]]
        queues.change(queue=shown, slots=[*hours, *fresh], actor=actor)
        return "Added. What waits is on the new slots."
    if verb == "slot-remove":
        slot = get_object_or_404(Slot.objects.select_related("queue"), queue=shown, number=whole(name) or 0)
        queues.remove_slot(slot=slot, actor=actor)
        return "Removed. What waits is on the slots that are left."
    if verb in ("pause", "resume", "delete"):
        _VERBS[verb](queue=shown, actor=actor)
        return _DONE[verb]
    asked.settings = QueueForm(request.POST, prefix="settings")
    if not asked.settings.is_valid():
        return ""
    queues.change(queue=shown, actor=actor, **asked.settings.cleaned_data)
    return "Saved."


_VERBS: dict[str, Any] = {"pause": queues.pause, "resume": queues.resume, "delete": queues.delete}
_DONE = {
    "pause": "Paused. Nothing of this queue goes out until you resume it.",
    "resume": "It goes on. What was missed takes the next slots.",
    "delete": "Deleted the queue. Its posts keep their times.",
}


def _refuse(request: MemberRequest, asked: QueueForms, error: QueueRefused) -> None:
    sent: list[forms.Form] = [form for form in (asked.slot, asked.settings) if form is not None and form.is_bound]
    if not sent:
        messages.error(request, error.words)
    for form in sent:
        form.add_error(error.field if error.field in form.fields else None, error.words)


def _again(shown: Queue) -> Queue:
    return Queue.objects.select_related("workspace").get(pk=shown.pk)


def _show(request: MemberRequest, shown: Queue, asked: QueueForms, *, status: int = 200) -> HttpResponse:
    may_edit = request.member.may_in(shown.workspace, "queue.edit")
    slots = list(Slot.objects.filter(queue=shown))
    lines = queues.preview(shown, slots=slots)
    context = {
        "queue": shown,
        "zone": shown.zone,
        "is_paused": shown.paused_at is not None,
        "days": _days(slots),
        "lines": [_line(line) for line in lines],
        "may_edit": may_edit,
        "slot_form": asked.slot,
        "settings_form": asked.settings or QueueForm.of(shown),
        "action_url": request.path,
        "back_url": reverse("queues:index"),
    }
    return render(request, "publishing/queue.html", context, status=status)


def _days(slots: Iterable[Slot]) -> list[DayOfSlots]:
    found = list(slots)
    return [DayOfSlots(name, tuple(slot for slot in found if slot.weekday == day)) for day, name in enumerate(WEEKDAYS)]


def _line(line: Line) -> SlotLine:
    place: Any = line.place
    if place is None:
        return SlotLine(line.at, line.availability, "", "", line.words)
    title = place.post.title or Truncator((place.text or "").strip().partition("\n")[0]).chars(80) or "Untitled post"
    url = reverse("publishing:post", args=[place.post_id])
    return SlotLine(place.due_at, line.availability, title, url, _note(line))


def _note(line: Line) -> str:
    priority = f"{line.priority.label} priority" if line.priority is not None else ""
    return priority if line.slot is not None else f"{priority}, keeps a slot that is not there any more".lstrip(", ")


def _row(row: Any, number: int) -> QueueRow:
    """Of very many queues, only the first are asked for their next slot."""
    seat = queues.offer(row) if row.paused_at is None and number < MOST_OFFERS else None
    return QueueRow(
        name=row.name,
        url=reverse("queues:queue", args=[row.pk]),
        description=row.description,
        is_paused=row.paused_at is not None,
        slots=len(row.slots.all()),
        waiting=row.waiting or 0,
        next_at=seat.opening.at if seat else None,
    )


def _here(request: MemberRequest) -> Workspace:
    if request.member.workspace is None:
        raise PermissionDenied("No workspace of this organization is open to you at the moment.")
    return request.member.workspace
