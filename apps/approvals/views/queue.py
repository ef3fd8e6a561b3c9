"""What is under review for the client at hand: my queue, the board, and approving several posts that were read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from apps.approvals import selectors, services
from apps.approvals.deciders import Bench, Decider, writers_of_each
from apps.approvals.errors import ApprovalRefused
from apps.approvals.models import Request
from apps.approvals.presenting import Card, Lane, card
from apps.approvals.reviews import wants_guests
from apps.approvals.states import RequestState, Verdict
from apps.core import clock
from apps.tenants.access import MemberRequest, page
from apps.tenants.models import Workspace


@require_safe
@page("approval.view")
def index(request: MemberRequest) -> HttpResponse:
    """My queue by hour; `?view=board` shows everything by step."""
    workspace = _here(request)
    rows = selectors.board(workspace.pk)
    able = selectors.benches_of(rows, writers_of_each([(row.post, row.asked_by_id) for row in rows]))
    mine = {row.pk for row in selectors.waiting_for(rows, request.user.pk, able)}
    now = clock.now()
    cards = {row.pk: card(row, is_mine=row.pk in mine, now=now) for row in rows}
    is_board = request.GET.get("view") == "board"
    approved = selectors.lately_approved(workspace.pk) if is_board else []
    context = {
        "zone": workspace.timezone,
        "now": now,
        "is_board": is_board,
        "mine": [cards[row.pk] for row in rows if row.pk in mine],
        "for_client": [cards[row.pk] for row in rows if row.state == RequestState.PENDING and wants_guests(row)],
        "may_send": request.member.may("approval.request"),
        "waiting": len([row for row in rows if row.state == RequestState.PENDING]),
        "lanes": _lanes(rows, cards, [card(row, is_mine=False, now=now) for row in approved], able),
        "policy_url": reverse("approvals:policy", args=[workspace.pk]),
        "has_policy": bool((policy := selectors.policy_in_force(workspace.pk)) and policy.steps),
        "may_edit_policy": request.member.may("policy.edit"),
        "bulk_url": reverse("approvals:bulk"),
    }
    return render(request, "approvals/index.html", context)


@require_POST
@page("approval.view")
def bulk(request: MemberRequest) -> HttpResponse:
    """Approve each of the posts that were ticked, once the person says to have read them."""
    workspace = _here(request)
    request.member.require("approval.decide", workspace.pk)
    ids = [pk for text in request.POST.getlist("request") if (pk := _id(text))]
    if request.POST.get("read") != "yes":
        messages.error(request, "Say that you have read them: nothing was approved.")
        return redirect("approvals:index")
    known = Request.objects.filter(workspace=workspace, pk__in=ids).values_list("pk", flat=True)
    refused = [words for pk in known if (words := _approve(request, pk))]
    done = len(known) - len(refused)
    if done:
        messages.success(request, f"Approved {done} post{'s' if done != 1 else ''}.")
    for words in dict.fromkeys(refused):
        messages.error(request, f"{refused.count(words)} not approved: {words}")
    return redirect("approvals:index")


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
    steps = [Lane(name, f"step {place + 1}", "review", found) for (place, name), found in sorted(waiting.items())]
    return [
        Lane("Changes requested", "with the authors", "draft", back),
        *steps,
        Lane("Approved", "lately", "published", approved),
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
