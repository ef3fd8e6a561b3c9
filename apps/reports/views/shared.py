"""A report by its link, for people without a seat: the one report, under the agency's colour, and nothing else.

All of it works without scripts, comes from our own origin, and asks nobody to remember who looked.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, Final

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from apps.core import clock
from apps.reports import selectors, services, serving
from apps.reports.models import Report
from apps.reports.services.sharing import Guest, note_use
from apps.reports.states import FileKind, ReportState
from apps.reports.views.reports import whole
from apps.social_accounts import languages
from apps.social_accounts.pacing import Pace, is_too_often
from apps.tenants.access import public

OPENED_KEY: Final = "opened_reports"
LOOK: Final = Pace("report", 120, timedelta(minutes=10))
TRY: Final = Pace("report_passcode", 10, timedelta(minutes=10))
View = Callable[..., HttpResponseBase]


def guest(view: View) -> Any:
    """Let in whoever holds the token of a link that is open; `request.guest` is set."""

    @never_cache
    @public
    @wraps(view)
    def opened(request: Any, token: str, **named: Any) -> HttpResponseBase:
        if is_too_often(request, LOOK, of="any"):
            return _private(_notice(request, "too_often", status=429))
        found = services.guest_of(token)
        if found is None or not found.link.is_open(clock.now()):
            return _private(_notice(request, "over", status=404 if found is None else 410))
        request.guest, request.token = found, token
        return _private(view(request, **named))

    opened.door = public(view).door  # type: ignore[attr-defined]
    return opened


def behind_passcode(view: View) -> View:
    """Ask for the passcode first, where the link has one."""

    @wraps(view)
    def opened(request: Any, **named: Any) -> HttpResponseBase:
        visitor: Guest = request.guest
        if visitor.needs_passcode and request.session.get(OPENED_KEY, {}).get(str(visitor.link.pk)) != visitor.stamp:
            return _ask(request, status=403)
        return view(request, **named)

    return opened


@require_safe
@guest
@behind_passcode
def report(request: Any) -> HttpResponseBase:
    """The report."""
    visitor: Guest = request.guest
    with visitor.scope():
        found = Report.objects.filter(pk=visitor.link.report_id, state=ReportState.READY).first()
        files = selectors.files_of(visitor.link.report_id)
    if found is None:
        return _notice(request, "over", status=410)
    note_use(visitor)
    addresses = {
        kind: reverse("shared_reports:file", args=[request.token, kind]) for kind in FileKind.values if kind in files
    }
    brand_url = reverse("shared_reports:brand_sheet", args=[request.token]) if found.data["colour"] else ""
    return whole(request, found.data, found.pictures, brand_url=brand_url, files=addresses)


@require_safe
@guest
@behind_passcode
def file(request: Any, file_kind: str) -> HttpResponseBase:
    visitor: Guest = request.guest
    with visitor.scope():
        found = Report.objects.select_related("workspace").get(pk=visitor.link.report_id)
        return serving.answer(found, serving.file_of(found, file_kind))


@require_POST
@guest
def passcode(request: Any) -> HttpResponse:
    visitor: Guest = request.guest
    if is_too_often(request, TRY, of=visitor.link.pk) or visitor.is_locked(clock.now()):
        return _ask(request, error="locked", status=429)
    if not services.unlock(guest=visitor, passcode=request.POST.get("passcode", "").strip()):
        return _ask(request, error="wrong", status=403)
    kept = request.session.get(OPENED_KEY, {})
    request.session[OPENED_KEY] = {**dict(list(kept.items())[-19:]), str(visitor.link.pk): visitor.stamp}
    return redirect("shared_reports:report", request.token)


@require_safe
@guest
def brand_sheet(request: Any) -> HttpResponse:
    """The agency's colour, as it was when the report was frozen."""
    visitor: Guest = request.guest
    with visitor.scope():
        found = Report.objects.filter(pk=visitor.link.report_id).values_list("data__colour", flat=True).first()
    return serving.sheet_of(str(found or ""))


def _ask(request: Any, *, error: str = "", status: int) -> HttpResponse:
    """Nothing is told before the passcode, not even whose report it is."""
    facts = {"error": error, "action_url": reverse("shared_reports:passcode", args=[request.token])}
    return _page(request, "reports/passcode.html", facts, status=status)


def _notice(request: Any, reason: str, *, status: int) -> HttpResponse:
    return _page(request, "reports/closed.html", {"reason": reason}, status=status)


def _page(request: Any, template: str, facts: dict[str, Any], *, status: int) -> HttpResponse:
    language = languages.language_of(request)
    with translation.override(language):
        shown = render(request, template, {**facts, "tag": languages.tag(language)}, status=status)
    shown["Content-Language"] = language
    return shown


def _private(response: HttpResponseBase) -> HttpResponseBase:
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Cache-Control"] = "private, no-store"
    # Nobody else hears of the address. Not "no-referrer": a form then says that it comes from nowhere, and is refused.
    response["Referrer-Policy"] = "same-origin"
    return response
