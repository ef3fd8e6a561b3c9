"""The imports of an account: what was brought in, how far one is, and beginning another. No page calls a platform."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from apps.analytics import services
from apps.analytics.errors import ImportRefused
from apps.analytics.metrics import interactions_of
from apps.analytics.models import Import, ImportedPost
from apps.analytics.wording import number
from apps.social_accounts.models import SocialAccount
from apps.social_accounts.states import PUBLISHES
from apps.tenants.access import MemberRequest, page
from apps.usage.errors import LimitReached

MOST_POSTS: Final = 50
MOST_IMPORTS: Final = 10


@dataclass(frozen=True, slots=True)
class ImportRow:
    state: str
    words: str
    tone: str
    found: int
    kept: int
    most: int
    problem: str
    next_try_at: datetime | None
    begun_at: datetime
    ended_at: datetime | None
    retry_url: str
    delete_url: str
    name: str  # on the page


@dataclass(frozen=True, slots=True)
class ImportedRow:
    page_url: str
    text: str
    url: str
    published_at: datetime | None
    views: str
    interactions: str
    missing: str


@require_safe
@page("analytics.view")
def imports(request: MemberRequest, account_id: UUID) -> HttpResponse:
    """The posts that an account had, and how far their import has come. htmx asks for the progress alone."""
    account = get_object_or_404(SocialAccount.objects.select_related("workspace"), pk=account_id)
    request.member.require("analytics.view", account.workspace_id)
    may_start = request.member.may_in(account.workspace_id, "import.start")
    rows = list(Import.objects.filter(account=account)[:MOST_IMPORTS])
    is_running = any(row.is_unfinished for row in rows)
    context = {
        "account_name": account.name or account.handle,
        "platform": account.platform,
        "zone": account.workspace.timezone,
        "accounts_url": reverse("dashboard:accounts"),
        "account_url": reverse("dashboard:account", args=[account.pk]),
        "imports": [_import_row(row, may_change=may_start) for row in rows],
        "is_running": is_running,
        "history_url": reverse("analytics:history", args=[account.pk]),
        "progress_url": reverse("analytics:imports", args=[account.pk]),
        "start_url": (
            reverse("analytics:start_import", args=[account.pk])
            if may_start and not is_running and account.state in PUBLISHES
            else ""
        ),
        "posts": [_imported(post) for post in ImportedPost.objects.filter(account=account).defer("raw")[:MOST_POSTS]],
        "most_posts": MOST_POSTS,
    }
    template = "analytics/_imports.html" if getattr(request, "htmx", None) else "analytics/imports.html"
    return render(request, template, context)


@require_POST
@page("import.start")
def start_import(request: MemberRequest, account_id: UUID) -> HttpResponse:
    account = get_object_or_404(SocialAccount, pk=account_id)
    request.member.require("import.start", account.workspace_id)
    try:
        services.start_import(account=account, actor=request.member.actor)
    except (ImportRefused, LimitReached) as error:
        messages.error(request, error.words)
    else:
        messages.success(request, "The import has begun. You may leave this page.")
    return redirect("analytics:imports", account.pk)


@require_POST
@page("import.start")
def retry_import(request: MemberRequest, import_id: UUID) -> HttpResponse:
    row = get_object_or_404(Import, pk=import_id)
    request.member.require("import.start", row.workspace_id)
    try:
        services.retry_import(import_id=row.pk, actor=request.member.actor)
    except ImportRefused as error:
        messages.error(request, error.words)
    else:
        messages.success(request, "The import goes on where it stopped.")
    return redirect("analytics:imports", row.account_id)


@require_POST
@page("import.start")
def delete_import(request: MemberRequest, import_id: UUID) -> HttpResponse:
    row = get_object_or_404(Import, pk=import_id)
    request.member.require("import.start", row.workspace_id)
    services.delete_import(import_id=row.pk, actor=request.member.actor)
    messages.success(request, "The import and its posts are deleted here. On the network nothing changed.")
    return redirect("analytics:imports", row.account_id)


TONES: Final = {"waiting": "accent", "running": "accent", "completed": "ok", "failed": "bad"}


def _import_row(row: Import, *, may_change: bool) -> ImportRow:
    return ImportRow(
        state=row.state,
        words=row.get_state_display(),
        tone=TONES[row.state],
        found=row.found,
        kept=row.kept,
        most=row.most,
        problem=row.problem_words,
        next_try_at=row.next_try_at if row.is_unfinished and row.problem else None,
        begun_at=row.created_at,
        ended_at=row.ended_at,
        retry_url=reverse("analytics:retry_import", args=[row.pk]) if may_change and row.state == "failed" else "",
        delete_url=reverse("analytics:delete_import", args=[row.pk]) if may_change else "",
        name=row.pk.hex,
    )


def _imported(post: ImportedPost) -> ImportedRow:
    return ImportedRow(
        page_url=reverse("analytics:imported_post", args=[post.pk]),
        text=post.text,
        url=post.url if post.url.startswith(("https://", "http://")) else "",
        published_at=post.published_at,
        views=number(post.views),
        interactions=number(interactions_of(post)),
        missing=post.get_missing_display() if post.missing else "",
    )
