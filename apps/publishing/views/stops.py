"""The emergency stop and the way back: what is stopped, stopping something, and what becomes of what was held."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import truncatechars
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.core import clock
from apps.platforms import registry
from apps.posts.models import Part
from apps.publishing import services
from apps.publishing.errors import DecisionIncomplete, PostBusy
from apps.publishing.forms import RestartForm, StopForm
from apps.publishing.models import Publication, Stop
from apps.publishing.moments import moment, when
from apps.publishing.notices import deciding, may_lift, may_stop, name_of
from apps.publishing.restraints import Scope, Target
from apps.publishing.services import Held, Mended, Restart
from apps.publishing.services.moving import days_later, is_in_time
from apps.publishing.services.restarting import moved_by, past_due_not_held
from apps.publishing.stops import Halt, halt_of, halts_of, touched
from apps.publishing.views.mending import said as said_of
from apps.publishing.windows import span_in_words
from apps.social_accounts.models import SocialAccount
from apps.social_accounts.states import PUBLISHES
from apps.tenants.access import MemberRequest, page
from apps.tenants.members import Member
from apps.tenants.models import Workspace

MOST_ROWS: Final = 100
MOST_PAST: Final = 20


@dataclass(frozen=True, slots=True)
class StopRow:
    """A stop in a list; `lifted_at` None while it holds."""

    what: str
    by: str
    reason: str
    since: datetime
    lifted_at: datetime | None
    url: str


@dataclass(frozen=True, slots=True)
class StopChoice:
    """Something that may be stopped; `posts` of the next 24 hours would be held."""

    name: str
    posts: int
    url: str
    platform: str = ""


@dataclass(frozen=True, slots=True)
class HeldRow:
    """A post that waits, and where each choice would put it."""

    id: UUID
    url: str
    title: str
    account: str
    platform: str
    client: str
    zone: str
    due_at: datetime
    is_in_time: bool
    pause_to: str
    days_to: str


@require_safe
@page("post.view")
def index(request: MemberRequest) -> HttpResponse:
    """What is stopped, what can be stopped, and what was."""
    member = request.member
    halts = halts_of(organization_ids={member.organization.pk})
    past = Stop.objects.exclude(lifted_at=None).select_related("by").order_by("-lifted_at")[:MOST_PAST]
    lifted = [halt_of(organization_id=member.organization.pk, halt_id=one.pk) for one in past]
    context = {
        "in_force": [_row(halt, member) for halt in halts],
        "past": [_row(halt, member) for halt in lifted if halt],
        "choices": _without({halt.target for halt in halts}, _places(member)),
        "networks": _without({halt.target for halt in halts}, _networks(member)),
        "zone": _zone(member),
    }
    return render(request, "publishing/stops.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@page("post.view")
def account(request: MemberRequest, account_id: UUID) -> HttpResponse:
    found = get_object_or_404(SocialAccount.objects, pk=account_id)
    own = (request.member.organization.pk, found.workspace_id, found.pk)
    back = (reverse("dashboard:account", args=[found.pk]), found.name or found.handle)
    return _stop(request, Target(Scope.ACCOUNT, *own), back)


@require_http_methods(["GET", "HEAD", "POST"])
@page("post.view")
def workspace(request: MemberRequest, workspace_id: UUID) -> HttpResponse:
    found = get_object_or_404(Workspace.objects, pk=workspace_id)
    back = (reverse("tenants:workspace_edit", args=[found.pk]), found.name)
    return _stop(request, Target(Scope.WORKSPACE, request.member.organization.pk, found.pk), back)


@require_http_methods(["GET", "HEAD", "POST"])
@page("organization.stop")
def organization(request: MemberRequest) -> HttpResponse:
    own = request.member.organization
    return _stop(request, Target(Scope.ORGANIZATION, own.pk), (reverse("stops:index"), "Emergency stop"))


@require_http_methods(["GET", "HEAD", "POST"])
@page("organization.stop")
def platform(request: MemberRequest, platform: str) -> HttpResponse:
    if platform not in registry.ADAPTERS:
        raise Http404("No such network")
    target = Target(Scope.PLATFORM, request.member.organization.pk, platform=platform)
    return _stop(request, target, (reverse("stops:index"), "Emergency stop"))


@require_http_methods(["GET", "HEAD", "POST"])
@page("post.view")
def stop(request: MemberRequest, stop_id: UUID) -> HttpResponse:
    """One stop: why it holds, what waits, and the way to start again."""
    halt = _halt(request.member, stop_id)
    if request.method != "POST":
        return _show(request, halt)
    form = RestartForm(request.POST)
    if not form.is_valid():
        return _show(request, halt, form, status=422)
    _require_decision(request.member, halt)
    choice = form.cleaned_data["choice"]
    try:
        done = services.restart(
            halt=halt, choice=choice, actor=request.member.actor, workspace_ids=deciding(request.member)
        )
    except PostBusy as error:
        messages.error(request, error.words)
    else:
        _say(request, done, started=halt.is_in_force)
    return redirect("stops:stop", halt.id)


@require_POST
@page("post.view")
def each(request: MemberRequest, stop_id: UUID) -> HttpResponse:
    """What was chosen for each of the posts that wait."""
    halt = _halt(request.member, stop_id)
    _require_decision(request.member, halt)
    try:
        done = services.decide_each(
            halt=halt,
            choices=_chosen(request),
            actor=request.member.actor,
            workspace_ids=deciding(request.member),
        )
    except PostBusy as error:
        messages.error(request, error.words)
    else:
        _say(request, done, started=False)
    return redirect("stops:stop", halt.id)


def _stop(request: MemberRequest, target: Target, back: tuple[str, str]) -> HttpResponse:
    """Ask for the reason, then stop; asked by htmx, a button with its dialog. What is stopped already leads there."""
    member = request.member
    if not may_stop(target, member):
        raise PermissionDenied("Your role does not include stopping this.")
    known = next((halt for halt in halts_of(organization_ids={member.organization.pk}) if halt.target == target), None)
    form = StopForm(request.POST if request.method == "POST" else None)
    if known is None and request.method == "POST" and form.is_valid():
        try:
            made = services.stop(target=target, reason=form.cleaned_data["reason"], actor=member.actor)
        except DecisionIncomplete as error:
            form.add_error(error.field if error.field in form.fields else None, error.words)
        else:
            messages.success(request, f"Publishing is stopped {name_of(target, member)}.")
            return redirect("stops:stop", made.pk)
    return _ask(request, target, known, form, back)


def _ask(
    request: MemberRequest, target: Target, known: Halt | None, form: StopForm, back: tuple[str, str]
) -> HttpResponse:
    known_url = reverse("stops:stop", args=[known.id]) if known else ""
    is_piece = bool(request.htmx)  # type: ignore[attr-defined]
    if known and not is_piece:
        return redirect(known_url)
    context = {
        "what": name_of(target, request.member),
        "posts": touched(target, now=clock.now()),
        "form": form,
        "action_url": request.path,
        "known_url": known_url,
        "back_url": back[0],
        "back_label": back[1],
    }
    template = "publishing/_stop.html" if is_piece else "publishing/stop.html"
    return render(request, template, context, status=422 if form.errors else 200)


def _show(request: MemberRequest, halt: Halt, form: RestartForm | None = None, *, status: int = 200) -> HttpResponse:
    member, now = request.member, clock.now()
    places = deciding(member)
    held = services.held_by(halt, now=now, workspace_ids=places)
    decides = may_lift(halt, member) if halt.is_in_force else bool(places)
    context = {
        "what": name_of(halt.target, member),
        "halt": halt,
        "zone": _zone_of(halt, member),
        "held": held,
        "not_held": past_due_not_held(halt, now=now) if halt.is_in_force else 0,
        "pause": span_in_words(held.pause),
        "decides": decides,
        "rows": _rows(held),
        "more": max(len(held.posts) - MOST_ROWS, 0),
        "problem": form.first_error if form else "",
        "stops_url": reverse("stops:index"),
        "action_url": reverse("stops:stop", args=[halt.id]),
        "each_url": reverse("stops:each", args=[halt.id]),
    }
    return render(request, "publishing/restart.html", context, status=status)


def _rows(held: Held) -> list[HeldRow]:
    shown = held.posts[:MOST_ROWS]
    texts = dict(
        Part.objects.filter(post__in=[row.post_id for row in shown], position=0).values_list("post_id", "text")
    )
    return [_held_row(row, held, texts.get(row.post_id, "")) for row in shown]


def _held_row(row: Publication, held: Held, text: str) -> HeldRow:
    zone = ZoneInfo(row.workspace.timezone)
    return HeldRow(
        id=row.pk,
        url=reverse("publishing:post", args=[row.post_id]),
        title=row.post.title or truncatechars(" ".join(text.split()), 80) or "Untitled post",
        account=f"@{row.account.handle}",
        platform=row.account.platform,
        client=row.workspace.name,
        zone=row.workspace.timezone,
        due_at=row.due_at,
        is_in_time=is_in_time(row, held.now),
        pause_to=moment(moved_by(row, held.pause, held.now), zone),
        days_to=moment(days_later(row, held.days), zone),
    )


def _places(member: Member) -> Iterable[tuple[Target, str, str]]:
    """What this member may stop, from the widest to the narrowest: target, name, address."""
    own = member.organization.pk
    if member.may("organization.stop"):
        name = f"All of {member.organization.name}"
        yield Target(Scope.ORGANIZATION, own), name, reverse("stops:organization")
    for place in member.workspaces:
        if member.may_in(place, "publishing.stop"):
            yield Target(Scope.WORKSPACE, own, place.pk), place.name, reverse("stops:workspace", args=[place.pk])


def _networks(member: Member) -> Iterable[tuple[Target, str, str]]:
    """The networks with accounts, those with the most of them first."""
    if not member.may("organization.stop"):
        return
    rows = SocialAccount.objects.filter(state__in=PUBLISHES).values("platform").annotate(accounts=Count("pk"))
    for name in rows.order_by("-accounts", "platform").values_list("platform", flat=True):
        target = Target(Scope.PLATFORM, member.organization.pk, platform=name)
        yield target, registry.label(name), reverse("stops:platform", args=[name])


def _without(stopped: Collection[Target], found: Iterable[tuple[Target, str, str]]) -> list[StopChoice]:
    """What is stopped already is not offered."""
    now = clock.now()
    return [
        StopChoice(name, touched(target, now=now), url, target.platform)
        for target, name, url in found
        if target not in stopped
    ]


def _row(halt: Halt, member: Member) -> StopRow:
    return StopRow(
        what=name_of(halt.target, member),
        by=halt.by,
        reason=halt.reason,
        since=halt.since,
        lifted_at=halt.lifted_at,
        url=reverse("stops:stop", args=[halt.id]),
    )


def _halt(member: Member, stop_id: UUID) -> Halt:
    halt = halt_of(organization_id=member.organization.pk, halt_id=stop_id)
    if halt is None:
        raise Http404("No such stop")
    return halt


def _require_decision(member: Member, halt: Halt) -> None:
    """To lift a stop takes what it took to set it; what was held is decided by whoever may in that workspace."""
    # Whoever meets one of the operator's is told in words that the operator has to lift it.
    lifts = halt.is_operators or may_lift(halt, member)
    if not (lifts if halt.is_in_force else deciding(member)):
        raise PermissionDenied("Your role does not include starting this again.")


def _chosen(request: MemberRequest) -> dict[UUID, Restart]:
    found: dict[UUID, Restart] = {}
    for name, value in request.POST.items():
        if name.startswith("post-") and value in set(Restart):
            try:
                found[UUID(name.removeprefix("post-"))] = Restart(str(value))
            except ValueError:
                continue
    return found


def _say(request: MemberRequest, done: Mended, *, started: bool) -> None:
    parts = ["Publishing goes on."] if started else []
    if any((done.resumed, done.shifted, done.skipped)):
        parts.append(said_of(done))
    elif done.left:
        parts.append(f"{done.left} post{'s' * (done.left != 1)} still wait for your choice.")
    if done.first_at:
        parts.append(f"The first goes out {when(done.first_at, ZoneInfo(_zone(request.member)))}.")
    if parts:
        messages.success(request, " ".join(parts))


def _zone_of(halt: Halt, member: Member) -> str:
    """That of the client whom the stop is about; else that of the page's workspace."""
    places = (*member.workspaces, *member.archived)
    own = next((place.timezone for place in places if place.pk == halt.target.workspace_id), "")
    return own or _zone(member)


def _zone(member: Member) -> str:
    return member.workspace.timezone if member.workspace else member.organization.timezone
