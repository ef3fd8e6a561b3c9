"""Figures of an account that somebody brings along as a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.analytics import services
from apps.analytics.errors import HistoryRefused
from apps.analytics.history.reading import KEYS, Mistake
from apps.analytics.history.reading import template as empty_file
from apps.analytics.metrics import interactions_of
from apps.analytics.models import HistoryUpload, UploadedPost
from apps.analytics.states import ImportState
from apps.analytics.views import brought
from apps.analytics.wording import number
from apps.social_accounts.models import SocialAccount
from apps.tenants.access import MemberRequest, page

MOST_UPLOADS: Final = 20
MOST_POSTS: Final = 50
MOST_MISTAKES: Final = 500
TONES: Final = {
    ImportState.WAITING: "info", ImportState.RUNNING: "accent", ImportState.COMPLETED: "ok", ImportState.FAILED: "bad",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class UploadRow:
    name: str
    kind: str
    words: str
    tone: str
    is_running: bool
    total: int
    done: int
    kept: int
    told: int
    begun_at: datetime
    retry_url: str
    delete_url: str
    id: str  # on the page


@dataclass(frozen=True, slots=True)
class UploadedRow:
    """A post that files have brought, as its newest row has it."""

    page_url: str
    text: str
    published_on: date | None
    day: date
    views: str
    interactions: str


@require_safe
@page("analytics.view")
def of_account(request: MemberRequest, account_id: UUID) -> HttpResponse:
    """What was uploaded, how far it is, and a form for more; htmx asks for the progress alone."""
    account = _account(request, account_id, "analytics.view")
    return _shown(request, account)


@require_safe
@page("analytics.view")
def template(request: MemberRequest, kind: str) -> HttpResponse:
    """A file to fill in."""
    if kind not in KEYS:
        raise Http404
    headers = {"Content-Disposition": f'attachment; filename="{kind}.csv"'}
    return HttpResponse(empty_file(kind), content_type="text/csv; charset=utf-8", headers=headers)


@require_POST
@page("import.start")
def upload(request: MemberRequest, account_id: UUID) -> HttpResponse:
    """Take the file in, or show every mistake in it."""
    account = _account(request, account_id, "import.start")
    file, kind = request.FILES.get("file"), request.POST.get("kind", "")
    if file is None or kind not in KEYS:
        messages.error(request, _("Choose a CSV file."))
        return redirect("analytics:history", account.pk)
    if (file.size or 0) > settings.ANALYTICS_HISTORY_BYTES:
        messages.error(request, _("The file is too large. Part it in two."))
        return redirect("analytics:history", account.pk)
    own: dict[str, Any] = {"account": account, "kind": kind, "name": file.name or "", "actor": request.member.actor}
    try:
        services.upload_history(content=file.read(), **own)
    except HistoryRefused as refused:
        return _shown(request, account, refused=refused)
    messages.success(request, _("The file is right, and is being taken in. You may leave this page."))
    return redirect("analytics:history", account.pk)


@require_POST
@page("import.start")
def retry(request: MemberRequest, history_id: UUID) -> HttpResponse:
    row = _mine(request, history_id)
    try:
        services.retry_history(upload_id=row.pk, actor=request.member.actor)
    except HistoryRefused as refused:
        messages.error(request, refused.words)
    return redirect("analytics:history", row.account_id)


@require_POST
@page("import.start")
def delete(request: MemberRequest, history_id: UUID) -> HttpResponse:
    row = _mine(request, history_id)
    services.delete_history(upload_id=row.pk, actor=request.member.actor)
    messages.success(request, _("The upload was deleted, with the figures that it brought."))
    return redirect("analytics:history", row.account_id)


def _account(request: MemberRequest, account_id: UUID, permission: str) -> SocialAccount:
    found: SocialAccount = get_object_or_404(SocialAccount.objects.select_related("workspace"), pk=account_id)
    request.member.require(permission, found.workspace_id)
    return found


def _mine(request: MemberRequest, history_id: UUID) -> HistoryUpload:
    row: HistoryUpload = get_object_or_404(HistoryUpload.objects.defer("rows"), pk=history_id)
    request.member.require("import.start", row.workspace_id)
    return row


def _shown(request: MemberRequest, account: SocialAccount, *, refused: HistoryRefused | None = None) -> HttpResponse:
    may_start = request.member.may_in(account.workspace_id, "import.start")
    rows = list(HistoryUpload.objects.filter(account=account).defer("rows")[:MOST_UPLOADS])
    mistakes: tuple[Mistake, ...] = refused.mistakes if refused else ()
    context: dict[str, Any] = {
        "account_name": account.name or account.handle,
        "zone": account.workspace.timezone,
        "back_url": reverse("analytics:imports", args=[account.pk]),
        "uploads": [_row(row, may_change=may_start) for row in rows],
        "is_running": any(row.is_unfinished for row in rows),
        "progress_url": reverse("analytics:history", args=[account.pk]),
        "upload_url": reverse("analytics:upload_history", args=[account.pk]) if may_start else "",
        "kinds": [
            (kind.value, kind.label, reverse("analytics:history_template", args=[kind.value]))
            for kind in HistoryUpload.Kind
        ],
        "most_rows": settings.ANALYTICS_HISTORY_ROWS,
        "refused": refused.words if refused else "",
        "mistakes": mistakes[:MOST_MISTAKES],
        "posts": [_post(post) for post in brought.of_account(account, MOST_POSTS)],
        "most_posts": MOST_POSTS,
        "more_mistakes": max(len(mistakes) - MOST_MISTAKES, 0),
    }
    name = "analytics/_history.html" if getattr(request, "htmx", None) else "analytics/history.html"
    return render(request, name, context, status=422 if refused else 200)


def _post(row: UploadedPost) -> UploadedRow:
    address = reverse("analytics:uploaded_post", args=[row.pk])
    views, interactions = number(row.views), number(interactions_of(row))
    return UploadedRow(address, row.text or row.remote_id, row.published_on, row.day, views, interactions)


def _row(row: HistoryUpload, *, may_change: bool) -> UploadRow:
    return UploadRow(
        name=row.name,
        kind=row.get_kind_display(),
        words=row.get_state_display(),
        tone=TONES[ImportState(row.state)],
        is_running=row.is_unfinished,
        total=row.total,
        done=row.done,
        kept=row.kept,
        told=row.told,
        begun_at=row.created_at,
        retry_url=(
            reverse("analytics:retry_history", args=[row.pk]) if may_change and row.state == ImportState.FAILED else ""
        ),
        delete_url=reverse("analytics:delete_history", args=[row.pk]) if may_change else "",
        id=row.pk.hex,
    )
