"""After an account works again: what becomes of the posts that waited for it, in one step."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from apps.publishing import services
from apps.publishing.errors import DecisionIncomplete, PostBusy
from apps.publishing.forms import MendForm
from apps.publishing.services import Choice, Mended
from apps.social_accounts.models import SocialAccount
from apps.tenants.access import MemberRequest, page

NEEDS: Final = {Choice.RESUME: "publication.retry", Choice.SHIFT: "post.schedule", Choice.SKIP: "post.cancel"}


@require_POST
@page("post.view")
def mend(request: MemberRequest, account_id: UUID) -> HttpResponse:
    """Send, move or leave out all that waited; a plain form that leads back to the account."""
    account = get_object_or_404(SocialAccount, pk=account_id)
    form = MendForm(request.POST)
    if not form.is_valid():
        messages.error(request, form.first_error)
        return redirect("dashboard:account", account.pk)
    choice, first_day = Choice(form.cleaned_data["choice"]), form.cleaned_data["first_day"]
    request.member.require(NEEDS[choice], account.workspace_id)
    try:
        actor = request.member.actor
        done = services.mend(account_id=account.pk, choice=choice, first_day=first_day, actor=actor)
    except (PostBusy, DecisionIncomplete) as error:
        messages.error(request, error.words)
    else:
        messages.success(request, said(done))
    return redirect("dashboard:account", account.pk)


def said(done: Mended) -> str:
    """What became of them, in the words of the buttons."""
    if done.skipped:
        return f"Left out {_posts(done.skipped)}."
    if done.shifted:
        return f"Moved {_posts(done.shifted)}."
    late = f" {_posts(done.left)} too late for that and still waiting." if done.left else ""
    return f"Sent {_posts(done.resumed)} on the way.{late}"


def _posts(number: int) -> str:
    return "1 post" if number == 1 else f"{number} posts"
