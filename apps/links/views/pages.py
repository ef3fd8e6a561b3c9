"""A workspace's links: what they are, how often they were followed, and what becomes of addresses in posts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.core import clock
from apps.core.calendar import cell_of
from apps.links import selectors, services
from apps.links.errors import LinkRefused
from apps.links.forms import LinkForm, LinkSettingsForm, RefusableForm
from apps.links.models import Link
from apps.platforms import registry
from apps.tenants.access import MemberRequest, page
from apps.tenants.models import Workspace

PER_PAGE: Final = 50
DAY: Final = timedelta(days=1)
USUAL_DAYS: Final = 28
MOST_DAYS: Final = 400
MOST_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class LinkRow:
    """`state` is what people may wonder about, "" for a link that is followed."""

    outgoing: str
    destination: str
    title: str
    about: str
    clicks: str
    is_short: bool
    state: str
    ends_at: datetime | None
    url: str
    pause_url: str
    is_paused: bool


@require_safe
@page("link.view")
def listed(request: MemberRequest) -> HttpResponse:
    workspace = here(request)
    may_edit = request.member.may("link.edit")
    rows = Link.objects.filter(workspace=workspace).select_related("account")
    shown = Paginator(rows.annotate(followed=Sum("days__clicks")).order_by("-pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    url = reverse("links:links")
    context = {
        "zone": workspace.timezone,
        "links": [_row(link, may_edit=may_edit) for link in shown],
        "new_url": reverse("links:new") if may_edit else "",
        "domains_url": reverse("links:domains") if request.member.may("workspace.edit") else "",
        "settings_url": reverse("links:settings") if request.member.may("workspace.edit") else "",
        "newer_url": f"{url}?page={shown.previous_page_number()}" if shown.has_previous() else "",
        "older_url": f"{url}?page={shown.next_page_number()}" if shown.has_next() else "",
        "back_url": reverse("analytics:overview"),
    }
    return render(request, "links/links.html", context)


@require_safe
@page("analytics.view")
def clicks(request: MemberRequest) -> HttpResponse:
    """Clicks on our own links in a span of days, for the page of figures; nothing where there are no such links."""
    workspace = here(request)
    first, last = _span(request, workspace)
    if not selectors.has_short_links(workspace.pk):
        return HttpResponse("")
    by_day = selectors.clicks_by_day(workspace.pk, first=first, last=last)
    top = selectors.most_followed(workspace.pk, first=first, last=last, limit=MOST_SHOWN)
    context = {
        "total": sum(by_day.values()),
        "days": [(first + DAY * step, by_day.get(first + DAY * step, 0)) for step in range((last - first) // DAY + 1)],
        "top": [(link.title or link.destination, link.outgoing, link.followed) for link in top],
        "links_url": reverse("links:links"),
    }
    return render(request, "links/_clicks.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@page("link.edit")
def make(request: MemberRequest) -> HttpResponse:
    workspace = here(request)
    choices: dict[str, Any] = {"zone": workspace.timezone, "domains": _domains(workspace)}
    form = LinkForm(request.POST or None, **choices)

    def keep(said: dict[str, Any]) -> object:
        return services.make_link(workspace=workspace, actor=request.member.actor, **said)

    done = _kept(request, form, keep, then="links:links") if request.method == "POST" else None
    return done or _form_page(request, form, heading=_("New short link"))


@require_http_methods(["GET", "HEAD", "POST"])
@page("link.edit")
def change(request: MemberRequest, short_link_id: UUID) -> HttpResponse:
    link = _mine(request, short_link_id)
    choices: dict[str, Any] = {"zone": link.workspace.timezone, "domains": ()}
    form = LinkForm(request.POST, link=link, **choices) if request.method == "POST" else LinkForm.of(link, **choices)

    def keep(said: dict[str, Any]) -> object:
        return services.change_link(link=link, actor=request.member.actor, **said)

    done = _kept(request, form, keep, then="links:links") if request.method == "POST" else None
    remove_url = reverse("links:remove", args=[link.pk]) if link.post_id is None else ""
    return done or _form_page(request, form, heading=link.title or link.outgoing, remove_url=remove_url)


@require_POST
@page("link.edit")
def pause(request: MemberRequest, short_link_id: UUID) -> HttpResponse:
    """Pause a link, or let it be followed again."""
    link = _mine(request, short_link_id)
    paused_at = None if link.paused_at else clock.now()
    try:
        services.change_link(link=link, actor=request.member.actor, paused_at=paused_at)
    except LinkRefused as refused:
        messages.error(request, refused.words)
    else:
        messages.success(request, _("Nobody is sent on by it now.") if paused_at else _("It is followed again."))
    return redirect("links:links")


@require_POST
@page("link.edit")
def remove(request: MemberRequest, short_link_id: UUID) -> HttpResponse:
    link = _mine(request, short_link_id)
    try:
        services.remove_link(link=link, actor=request.member.actor)
    except LinkRefused as refused:
        messages.error(request, refused.words)
    else:
        messages.success(request, _("The link was removed."))
    return redirect("links:links")


@require_http_methods(["GET", "HEAD", "POST"])
@page("workspace.edit")
def rules(request: MemberRequest) -> HttpResponse:
    """What becomes of addresses in posts."""
    workspace = here(request)
    domains = _domains(workspace)
    if request.method == "POST":
        form = LinkSettingsForm(request.POST, domains=domains)

        def keep(said: dict[str, Any]) -> object:
            return services.change_settings(workspace=workspace, actor=request.member.actor, **said)

        if done := _kept(request, form, keep, then="links:settings"):
            return done
    else:
        form = LinkSettingsForm.of(selectors.settings_of(workspace.pk), domains=domains)
    note = _("This holds for posts that are written from now on. A post that is planned already goes out as it was.")
    return _form_page(request, form, heading=_("Links in posts"), note=note)


def here(request: MemberRequest) -> Workspace:
    workspace: Any = request.member.workspace  # which the door has seen to
    found: Workspace = workspace
    return found


def _mine(request: MemberRequest, pk: UUID) -> Link:
    link: Link = get_object_or_404(Link.objects.select_related("workspace"), pk=pk)
    request.member.require("link.edit", link.workspace_id)
    return link


def _kept(
    request: MemberRequest, form: RefusableForm, keep: Callable[[dict[str, Any]], object], *, then: str
) -> HttpResponse | None:
    if not form.is_valid():
        return None
    try:
        keep(form.cleaned_data)
    except LinkRefused as refused:
        form.refuse(refused)
        return None
    messages.success(request, _("Saved."))
    return redirect(then)


def _form_page(
    request: MemberRequest, form: RefusableForm, *, heading: str, remove_url: str = "", note: str = ""
) -> HttpResponse:
    context = {
        "heading": heading, "form": form, "back_url": reverse("links:links"), "action_url": request.path,
        "remove_url": remove_url, "note": note,
    }  # fmt: skip
    return render(request, "links/form.html", context, status=422 if form.errors else 200)


def _domains(workspace: Workspace) -> list[tuple[str, str]]:
    own = str(_("Postroom's own"))
    return [("", own), *((host, host) for host in selectors.domains_for(workspace))]


def _span(request: MemberRequest, workspace: Workspace) -> tuple[date, date]:
    """The days that the address names, up to today; what makes no sense there is the usual span."""
    today = cell_of(clock.now(), workspace.timezone)
    try:
        first, last = (date.fromisoformat(request.GET.get(name, "")) for name in ("from", "to"))
    except ValueError:
        return today - DAY * (USUAL_DAYS - 1), today
    if not (2000 <= first.year <= last.year <= 2200 and first <= last <= first + DAY * MOST_DAYS):
        return today - DAY * (USUAL_DAYS - 1), today
    return first, last


def _row(link: Any, *, may_edit: bool) -> LinkRow:
    is_over = link.expires_at is not None and link.expires_at <= clock.now()
    account = f"{registry.label(link.account.platform)} @{link.account.handle}" if link.account else ""
    return LinkRow(
        outgoing=link.outgoing,
        destination=link.destination,
        title=link.title,
        about=account if link.post_id else str(_("by hand")),
        clicks=f"{link.followed or 0:,}" if link.code else "",
        is_short=link.code is not None,
        state=str(_("Paused")) if link.paused_at else str(_("Its time is up")) if is_over else "",
        ends_at=link.expires_at if link.expires_at and not is_over else None,
        url=reverse("links:link", args=[link.pk]) if may_edit else "",
        pause_url=reverse("links:pause", args=[link.pk]) if may_edit and link.code else "",
        is_paused=link.paused_at is not None,
    )
