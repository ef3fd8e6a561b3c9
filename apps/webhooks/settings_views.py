"""Webhook endpoints as members see them: make one, copy its secret once, see what it was sent, send it again."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.core import clock, tenancy
from apps.core.secrets import Secret
from apps.tenants.access import MemberRequest, page
from apps.webhooks import presenting, selectors, services
from apps.webhooks.errors import EndpointRefused
from apps.webhooks.forms import AgainForm, ChangeForm, EndpointForm
from apps.webhooks.models import Delivery, Endpoint
from apps.webhooks.services.claiming import message_id_of, told_of
from apps.webhooks.services.endpoints import OVERLAP
from apps.webhooks.states import DeliveryState, EndpointState

FILTERS: Final = (
    ("All", ""), ("Waiting", DeliveryState.WAITING.value), ("Given up", DeliveryState.FAILED.value),
    ("Taken", DeliveryState.DELIVERED.value),
)  # fmt: skip


@require_safe
@page("webhook.view")
def endpoints(request: MemberRequest) -> HttpResponse:
    """Every endpoint that the member may see, and how it is doing."""
    rows, now, may_edit = list(selectors.endpoints_of(request.member)), clock.now(), request.member.may("webhook.edit")
    counts = selectors.tallies([row.pk for row in rows], now=now)
    facts = {
        "endpoints": [presenting.endpoint_view(row, counts[row.pk], now=now, may_edit=may_edit) for row in rows],
        "most": settings.WEBHOOK_MAX_ENDPOINTS,
        "zone": _zone(request),
        "make_url": reverse("hooks:make") if may_edit else "",
        "docs_url": reverse("api:redoc"),
    }
    return TemplateResponse(request, "webhooks/endpoints.html", facts)


@require_http_methods(["GET", "HEAD", "POST"])
@page("webhook.edit")
def make(request: MemberRequest) -> HttpResponse:
    """A form for a new endpoint; what it leads to is the one page that shows its secret."""
    member = request.member
    places = [one for one in member.workspaces if member.may_in(one, "webhook.edit")]
    form = EndpointForm(request.POST or None, workspaces=places, may_be_all=bool(member.membership.role))
    if form.is_valid():
        try:
            found, secret = services.make_endpoint(by=member, **form.values())
        except EndpointRefused as refused:
            form.refuse(refused)
        else:
            return _show_once(request, found, secret, is_new=True)
    urls = {"action_url": reverse("hooks:make"), "back_url": reverse("hooks:list")}
    facts = {"form": form, "endpoint": None, **urls}
    return TemplateResponse(request, "webhooks/endpoint_form.html", facts, status=422 if form.errors else 200)


@require_safe
@page("webhook.view")
def endpoint(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """One endpoint, and what it was sent or will be."""
    found = _found(request, endpoint_id)
    return _page_of(request, found, AgainForm(zone=_zone(request)))


@require_http_methods(["GET", "HEAD", "POST"])
@page("webhook.edit")
def change(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    found = _found(request, endpoint_id, "webhook.edit")
    known = {"url": found.url, "description": found.description, "events": found.events}
    form = ChangeForm(request.POST or None, initial=known)
    back = reverse("hooks:endpoint", args=[found.pk])
    if form.is_valid():
        try:
            services.change_endpoint(endpoint=found, by=request.member, **form.values())
        except EndpointRefused as refused:
            form.refuse(refused)
        else:
            messages.success(request, "The endpoint was saved.")
            return redirect(back)
    urls = {"action_url": reverse("hooks:change", args=[found.pk]), "back_url": back}
    facts = {"form": form, "endpoint": found, **urls}
    return TemplateResponse(request, "webhooks/endpoint_form.html", facts, status=422 if form.errors else 200)


@require_POST
@page("webhook.edit")
def test(request: MemberRequest, endpoint_id: UUID) -> HttpResponseBase:
    found = _found(request, endpoint_id, "webhook.edit")
    return _done(request, found, lambda: services.send_test(endpoint=found), "A test is on its way.")


@require_POST
@page("webhook.edit")
def rotate(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    found = _found(request, endpoint_id, "webhook.edit")
    return _show_once(request, *services.rotate_secret(endpoint=found, by=request.member), is_new=False)


@require_POST
@page("webhook.edit")
def pause(request: MemberRequest, endpoint_id: UUID) -> HttpResponseBase:
    found = _found(request, endpoint_id, "webhook.edit")
    return _moved(
        request, found, EndpointState.PAUSED, "Paused. What happens meanwhile is kept and sent when you resume."
    )


@require_POST
@page("webhook.edit")
def resume(request: MemberRequest, endpoint_id: UUID) -> HttpResponseBase:
    """In use again, after it was paused or disabled."""
    found = _found(request, endpoint_id, "webhook.edit")
    words = "Resumed. What it has missed while it was disabled is sent when you ask for it below."
    words = words if found.state == EndpointState.DISABLED else "Resumed. What has waited is on its way."
    return _moved(request, found, EndpointState.ACTIVE, words)


@require_POST
@page("webhook.edit")
def remove(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    found = _found(request, endpoint_id, "webhook.edit")
    services.remove_endpoint(endpoint=found, by=request.member)
    messages.success(request, f"{found.url} is told nothing any more.")
    return redirect("hooks:list")


@require_POST
@page("webhook.edit")
def again(request: MemberRequest, endpoint_id: UUID) -> HttpResponseBase:
    """Send once more what happened in a span of time."""
    found = _found(request, endpoint_id, "webhook.edit")
    form = AgainForm(request.POST, zone=_zone(request))
    if not form.is_valid():
        return _page_of(request, found, form, status=422)

    def send() -> str:
        count = services.redeliver(endpoint=found, **form.values())
        return f"{count} deliveries are on their way." if count != 1 else "One delivery is on its way."

    return _done(request, found, send, "")


@require_safe
@page("webhook.view")
def delivery(request: MemberRequest, delivery_id: UUID) -> HttpResponse:
    """What was sent, and how each try was answered."""
    found, now = _found_delivery(request, delivery_id), clock.now()
    may_edit = _may_edit(request, found.endpoint)
    attempts = found.attempts.order_by("-number")
    facts = {
        "endpoint": found.endpoint,
        "delivery": presenting.delivery_view(found, now=now, may_edit=may_edit),
        "attempts": [{"answered": presenting.answered(one), "row": one} for one in attempts],
        "message_id": message_id_of(found),
        "body": json.dumps(told_of(found, found.endpoint), ensure_ascii=False, indent=2),
        "zone": _zone(request),
        "endpoint_url": reverse("hooks:endpoint", args=[found.endpoint_id]),
        "list_url": reverse("hooks:list"),
    }
    return TemplateResponse(request, "webhooks/delivery.html", facts)


@require_POST
@page("webhook.edit")
def again_one(request: MemberRequest, delivery_id: UUID) -> HttpResponseBase:
    found = _found_delivery(request, delivery_id, "webhook.edit")
    send = lambda: services.redeliver_one(delivery=found)  # noqa: E731
    return _done(request, found.endpoint, send, "The delivery is on its way once more.")


def _page_of(request: MemberRequest, found: Endpoint, form: AgainForm, *, status: int = 200) -> HttpResponse:
    now, may_edit = clock.now(), _may_edit(request, found)
    state = request.GET.get("state", "")
    state = state if state in DeliveryState.values else ""
    before = _id(request.GET.get("before", ""))
    rows, has_older = selectors.deliveries_page(found, state=state, before=before)
    url = reverse("hooks:endpoint", args=[found.pk])
    tally = selectors.tallies([found.pk], now=now)[found.pk]
    deeds = ("change", "rotate", "pause", "resume", "remove", "again") if may_edit else ()
    facts = {
        "endpoint": presenting.endpoint_view(found, tally, now=now, may_edit=may_edit),
        "events": found.events,
        "deliveries": [
            presenting.delivery_view(row, now=now, may_edit=may_edit and not _is_mute(found)) for row in rows
        ],
        "filters": [(label, _to(url, state=value), value == state) for label, value in FILTERS],
        "urls": {name: reverse(f"hooks:{name}", args=[found.pk]) for name in deeds},
        "form": form,
        "days": services.DELIVERIES_KEPT.days,
        "hours": int(OVERLAP.total_seconds() // 3600),
        "zone": _zone(request),
        "list_url": reverse("hooks:list"),
        "newer_url": _to(url, state=state) if before else "",
        "older_url": _to(url, state=state, before=str(rows[-1].pk)) if has_older else "",
    }
    return TemplateResponse(request, "webhooks/endpoint.html", facts, status=status)


@never_cache
def _show_once(request: MemberRequest, found: Endpoint, secret: Secret, *, is_new: bool) -> HttpResponse:
    facts = {
        "endpoint": found,
        "text": secret.reveal(),
        "is_new": is_new,
        "hours": int(OVERLAP / timedelta(hours=1)),
        "back_url": reverse("hooks:endpoint", args=[found.pk]),
    }
    return TemplateResponse(request, "webhooks/secret_shown_once.html", facts)


def _moved(request: MemberRequest, found: Endpoint, state: EndpointState, words: str) -> HttpResponseBase:
    return _done(
        request, found, lambda: services.change_endpoint(endpoint=found, by=request.member, state=state), words
    )


def _done(request: MemberRequest, found: Endpoint, verb: Callable[[], Any], words: str) -> HttpResponseBase:
    """Do it, say so (or why not), and show the endpoint."""
    try:
        said = verb()
    except EndpointRefused as refused:
        messages.error(request, refused.words)
    else:
        messages.success(request, words or said)
    return redirect("hooks:endpoint", endpoint_id=found.pk)


def _found(request: MemberRequest, endpoint_id: UUID, permission: str = "webhook.view") -> Endpoint:
    """One that the member may see, or 404; and may change, where that is asked, or 403."""
    found: Endpoint = get_object_or_404(selectors.endpoints_of(request.member), pk=endpoint_id)
    if permission == "webhook.edit" and not _may_edit(request, found):
        raise PermissionDenied(f"Your role does not include {permission}.")
    return found


def _found_delivery(request: MemberRequest, delivery_id: UUID, permission: str = "webhook.view") -> Delivery:
    rows = Delivery.objects.select_related("endpoint", "event")
    found: Delivery = get_object_or_404(rows, pk=delivery_id)
    _found(request, found.endpoint_id, permission)
    return found


def _may_edit(request: MemberRequest, found: Endpoint) -> bool:
    member = request.member
    if isinstance(member.workspace_ids, tenancy.Everywhere):
        return member.may("webhook.edit")
    return member.may_in(found.workspace_id, "webhook.edit")


def _is_mute(found: Endpoint) -> bool:
    return found.state != EndpointState.ACTIVE


def _zone(request: MemberRequest) -> str:
    return request.member.organization.timezone


def _to(url: str, **asked: str) -> str:
    kept = {name: value for name, value in asked.items() if value}
    return f"{url}?{urlencode(kept)}" if kept else url


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
