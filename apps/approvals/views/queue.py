"""What is under review: my queue at one client or all, the board of one, and approving several posts that were read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from apps.approvals import selectors, services
from apps.approvals.deciders import Bench, Decider, writers_of_each
from apps.approvals.errors import ApprovalRefused
from apps.approvals.inbox import GROUPINGS, inbox
from apps.approvals.models import Request
from apps.approvals.presenting import Card, Lane, card
from apps.approvals.states import RequestState, Verdict
from apps.approvals.steps import LONGEST_NAME
from apps.core import clock
from apps.core.calendar import Month, cell_of
from apps.tenants.access import MemberRequest, page
from apps.tenants.models import Workspace

ASKED: Final = ("clients", "by", "step")  # what the address of the queue may say


@require_safe
@page("approval.view")
def index(request: MemberRequest) -> HttpResponse:
    """My queue; `?view=board` shows everything of the client at hand by step."""
    is_board = request.GET.get("view") == "board"
    workspace = _here(request)
    context = {
        "zone": workspace.timezone,
        "is_board": is_board,
        "policy_url": reverse("approvals:policy", args=[workspace.pk]),
        "month_url": reverse("approvals:record_of_month", args=[_this_month(workspace)]),
        "log_url": reverse("approvals:log") if request.member.may("audit.view") else "",
        **(_board(request, workspace) if is_board else _queue(request, workspace)),
    }
    return render(request, "approvals/index.html", context)


def _queue(request: MemberRequest, here: Workspace) -> dict[str, object]:
    """What waits for the reader: `clients=all` at every client, `by` in which groups, `step` only at one."""
    asked = request.GET
    is_everywhere = asked.get("clients") == "all"
    grouping = asked.get("by", "") if asked.get("by") in GROUPINGS else "due"
    found = inbox(
        user_id=request.user.pk,
        workspaces=request.member.workspaces if is_everywhere else [here],
        now=clock.now(),
        grouping=grouping,
        step=asked.get("step", "")[:LONGEST_NAME],
    )
    policy = selectors.policy_in_force(here.pk)
    return {
        "inbox": found,
        "is_everywhere": is_everywhere,
        "scopes": [
            (label, _address(asked, clients=value, step=""), is_everywhere == bool(value))
            for value, label in (("", gettext("This client")), ("all", gettext("All clients")))
        ],
        "groupings": [(label, _address(asked, by=name), name == grouping) for name, label in GROUPINGS.items()],
        "steps": [(name, _address(asked, step=name), name == asked.get("step")) for name in found.steps],
        "every_step_url": _address(asked, step="") if asked.get("step") else "",
        "back": urlencode({name: asked[name] for name in ASKED if asked.get(name)}),
        "has_policy": bool(policy and policy.steps),
        "may_edit_policy": request.member.may("policy.edit"),
        "bulk_url": reverse("approvals:bulk"),
        # A link is of one client.
        "may_send": not is_everywhere and request.member.may("approval.request"),
    }


def _board(request: MemberRequest, workspace: Workspace) -> dict[str, object]:
    rows = selectors.board(workspace.pk)
    votes = selectors.votes_of(rows)
    able = selectors.benches_of(rows, writers_of_each([(row.post, row.asked_by_id) for row in rows]), votes)
    mine = {row.pk for row in selectors.waiting_for(rows, request.user.pk, able, selectors.said_in(votes))}
    now = clock.now()
    cards = {row.pk: card(row, is_mine=row.pk in mine, now=now) for row in rows}
    approved = [card(row, is_mine=False, now=now) for row in selectors.lately_approved(workspace.pk)]
    return {
        "lanes": _lanes(rows, cards, approved, able),
        "waiting": len([row for row in rows if row.state == RequestState.PENDING]),
        "mine": len(mine),
    }


def _this_month(place: Workspace) -> Month:
    return Month.of(cell_of(clock.now(), place.timezone))


def _address(asked: QueryDict, **changes: str) -> str:
    """The queue as it is asked for, but for that."""
    said = {name: asked.get(name, "") for name in ASKED} | changes
    query = urlencode({name: value for name, value in said.items() if value})
    return f"{reverse('approvals:index')}{'?' if query else ''}{query}"


def back_to_queue(request: MemberRequest) -> HttpResponse:
    """To the queue as it was when the form was sent; `back` is its query string and nothing else."""
    return redirect(_address(QueryDict(request.POST.get("back", "")[:500])))


@require_POST
@page("approval.view")
def bulk(request: MemberRequest) -> HttpResponse:
    """Approve each of the posts that were ticked, at whatever clients, once the person says to have read them."""
    request.member.require("approval.decide")
    ids = [pk for text in request.POST.getlist("request") if (pk := _id(text))]
    if request.POST.get("read") != "yes":
        messages.error(request, gettext("Say that you have read them: nothing was approved."))
        return back_to_queue(request)
    rows = Request.objects.filter(pk__in=ids).order_by("due_at", "id")
    known = {
        pk: post_id
        for pk, place, post_id in rows.values_list("pk", "workspace_id", "post_id")
        if request.member.may_in(place, "approval.decide")
    }
    # In the order in which everybody holds several posts, so that no two wait for each other; told in the order shown.
    answers = {pk: _approve(request, pk) for pk in sorted(known, key=lambda pk: known[pk])}
    refused = [answers[pk] for pk in known if answers[pk]]
    if done := len(known) - len(refused):
        messages.success(
            request, ngettext("Approved %(number)s post.", "Approved %(number)s posts.", done) % {"number": done}
        )
    for words in dict.fromkeys(refused):
        messages.error(
            request, gettext("%(number)s not approved: %(why)s") % {"number": refused.count(words), "why": words}
        )
    return back_to_queue(request)


def _approve(request: MemberRequest, request_id: UUID) -> str:
    """What kept this one from being approved; "" where it was."""
    try:
        services.decide(request_id=request_id, verdict=Verdict.APPROVE, decider=Decider.of(request.member.actor))
    except ApprovalRefused as error:
        return error.words
    return ""


def _lanes(
    rows: Sequence[Request], cards: Mapping[UUID, Card], approved: Sequence[Card], able: Mapping[UUID, Bench]
) -> list[Lane]:
    """A lane for each step that something waits at, in the order of the policy, between what is with the authors and
    what was approved lately."""
    back = [cards[row.pk] for row in rows if row.state in (RequestState.CHANGES_REQUESTED, RequestState.REJECTED)]
    waiting: dict[tuple[int, str], list[Card]] = {}
    for row in rows:
        if row.state == RequestState.PENDING and (step := selectors.open_step(row)):
            waiting.setdefault((step.position, step.step.name), []).append(cards[row.pk])
    steps = [
        Lane(name, gettext("step %(number)s") % {"number": place + 1}, "review", found)
        for (place, name), found in sorted(waiting.items())
    ]
    return [
        Lane(gettext("Changes requested"), gettext("with the authors"), "draft", back),
        *steps,
        Lane(gettext("Approved"), gettext("lately"), "published", approved),
    ]


def _here(request: MemberRequest) -> Workspace:
    workspace = request.member.workspace
    assert workspace is not None, "page() lets nobody in without one"  # noqa: S101
    return workspace


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
