"""A person's own page: when they work, when they are away and who stands in, and how they hear of what waits."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.approvals import services
from apps.approvals.errors import PeopleRefused
from apps.approvals.models import Absence
from apps.approvals.people import selectors
from apps.approvals.people.calendars import Calendars, as_hours
from apps.approvals.people.forms import AbsenceForm, HoursForm, MailingForm
from apps.approvals.states import MailChoice
from apps.core import clock
from apps.tenants.access import MemberRequest, page
from apps.tenants.selectors import people_who_may


@require_http_methods(["GET", "HEAD", "POST"])
@page("organization.enter")
def me(request: MemberRequest) -> HttpResponse:
    """Plain forms; `action` says which was sent."""
    if request.method != "POST":
        return _show(request)
    verb, _colon, about = request.POST.get("action", "").partition(":")
    if verb == "end":
        return _end(request, about)
    form: Any = {
        "hours": lambda: HoursForm(request.POST, auto_id="id_hours_%s"),
        "mail": lambda: MailingForm(request.POST),
        "absence": lambda: AbsenceForm(request.POST, people=_others(request)),
    }.get(verb, lambda: None)()
    if form is None or not form.is_valid():
        return _show(request, **({verb: form} if form else {}), status=422)
    try:
        _carry_out(request, verb, form)
    except PeopleRefused as error:
        form.refuse(error)
        return _show(request, **{verb: form}, status=422)
    messages.success(request, _("Saved."))
    return redirect("approvals:me")


def _carry_out(request: MemberRequest, verb: str, form: Any) -> None:
    own, actor = request.user.pk, request.member.actor
    if verb == "hours":
        services.set_hours(hours=form.hours(), user_id=own, actor=actor)
    elif verb == "mail":
        services.choose_mail(user_id=own, choice=MailChoice(form.cleaned_data["choice"]))
    else:
        zone = _calendars(request).person(own).zone
        services.note_absence(user_id=own, zone=zone, actor=actor, **form.absence())


def _end(request: MemberRequest, about: str) -> HttpResponse:
    try:
        pk = UUID(about)
    except ValueError:
        return redirect("approvals:me")
    absence = get_object_or_404(Absence.objects, pk=pk, user=request.user)
    services.end_absence(absence=absence, actor=request.member.actor)
    messages.success(request, _("Taken back."))
    return redirect("approvals:me")


def _show(
    request: MemberRequest,
    *,
    hours: HoursForm | None = None,
    mail: MailingForm | None = None,
    absence: AbsenceForm | None = None,
    status: int = 200,
) -> HttpResponse:
    now, own = clock.now(), request.user.pk
    row = selectors.own_hours(own)
    usual = _calendars(request).person(own)
    rows = selectors.absences_of(own, since=now)
    context = {
        "action_url": reverse("approvals:me"),
        "is_own": row is not None,
        "hours_form": hours or HoursForm.of(as_hours(row) if row else usual),
        "mail_form": mail or MailingForm(initial={"choice": selectors.choice_of(own).value}),
        "absence_form": absence or AbsenceForm(people=_others(request)),
        "absences": [
            {"id": one.pk, "starts_on": one.starts_on, "ends_on": one.ends_on, "delegate": str(one.delegate or ""),
             "is_now": one.covers(now)}
            for one in rows
        ],
    }  # fmt: skip
    return render(request, "approvals/me.html", context, status=status)


def _calendars(request: MemberRequest) -> Calendars:
    return Calendars.of(request.member.organization.pk, {request.user.pk}, since=clock.now())


def _others(request: MemberRequest) -> dict[UUID, str]:
    """Who decides for one of this member's own clients. Who knows of no other clients knows nobody there either."""
    able = people_who_may("approval.decide", [place.pk for place in request.member.workspaces])
    names = {pk: str(user) for pk, user in able.items() if pk != request.user.pk}
    return dict(sorted(names.items(), key=lambda pair: pair[1].casefold()))
