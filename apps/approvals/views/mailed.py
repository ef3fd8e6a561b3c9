"""The page that a mail's link opens: the post, what an answer does, and three buttons. Opening it changes nothing."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from apps.approvals.deciders import names_of
from apps.approvals.errors import ApprovalRefused, ReasonMissing
from apps.approvals.forms import DecisionForm
from apps.approvals.models import Decision, MailLink, Request
from apps.approvals.selectors import snapshot_text
from apps.approvals.services.links import LinkRefused, LinkUnknown, Opened, find, look, use
from apps.approvals.states import LinkState, StepStatus, Verdict
from apps.approvals.steps import Quorum
from apps.core import tenancy
from apps.core.actors import ActorKind
from apps.media.models import Asset
from apps.media.services.addresses import THUMBNAIL, signed_path
from apps.posts.errors import PostNotReady
from apps.publishing.errors import PostBusy
from apps.tenants.access import address_of, public

PICTURES_FOR: Final = timedelta(hours=1)
STATUS: Final = {LinkState.SOMEBODY_ELSE: 403, LinkState.REMOVED: 403, LinkState.USED: 410, LinkState.EXPIRED: 410}
TONES: Final = {LinkState.USED: "ok", LinkState.CLOSED: "ok"}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@public
def mailed(request: HttpRequest, token: str) -> HttpResponse:
    """Who comes by a link decides as the person whom it names, or is told why not."""
    try:
        link = find(token)
    except LinkUnknown:
        words = _("It is not complete, or too old. Open it from the mail again, or sign in.")
        return _answer(request, _ended(None, _("This link leads nowhere"), words, tone="warn"), status=404)
    with tenancy.scope(organization_id=link.organization_id, workspace_ids={link.workspace_id}):
        return _decide(request, link) if request.method == "POST" else _show(request, link)


def _show(request: HttpRequest, link: MailLink, form: DecisionForm | None = None) -> HttpResponse:
    opened = look(link, signed_in=_signed_in(request))
    if not opened.is_good:
        return _refused(request, opened)
    return _answer(request, _asking(opened, form or DecisionForm()), status=422 if form else 200)


def _decide(request: HttpRequest, link: MailLink) -> HttpResponse:
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _show(request, link, form)
    verdict = Verdict(form.cleaned_data["verdict"])
    try:
        made = use(
            link, verdict=verdict, note=form.cleaned_data["note"], signed_in=_signed_in(request),
            address=address_of(request), request_id=getattr(request, "request_id", ""),
        )  # fmt: skip
    except LinkRefused as refused:
        return _refused(request, refused.opened)
    except ReasonMissing as error:
        form.add_error("note", error.words)
        return _show(request, link, form)
    except (ApprovalRefused, PostBusy, PostNotReady) as error:
        form.add_error(None, getattr(error, "words", "") or str(error))
        return _show(request, link, form)
    title = _("Thank you: %(said)s") % {"said": str(verdict.label).lower()}
    return _answer(request, _ended(link, title, f"{_after(made)} {_in_place_of(link)}".strip(), tone="ok"))


def _refused(request: HttpRequest, opened: Opened) -> HttpResponse:
    title, tone = str(opened.state.label), TONES.get(opened.state, "warn")
    if opened.state is LinkState.SOMEBODY_ELSE:
        title = _("This link is for %(name)s") % {"name": opened.link.user}
    return _answer(request, _ended(opened.link, title, opened.words, tone=tone), status=STATUS.get(opened.state, 409))


def _asking(opened: Opened, form: forms.Form) -> dict[str, Any]:
    link = opened.link
    asked = link.request
    post = asked.post
    text = snapshot_text(asked.snapshot)
    return {
        "is_open": True,
        "title": post.title or " ".join(text.split())[:60] or _("Untitled post"),
        "client": post.workspace.name,
        "name": str(link.user),
        "step": link.step.step.name,
        "zone": post.workspace.timezone,
        "due_at": asked.due_at,
        "deadline_at": link.step.deadline_at,
        "note": asked.note,
        "parts": list(asked.snapshot["parts"]),
        "pictures": _pictures(asked),
        "platforms": sorted({one["platform"] for one in asked.snapshot["accounts"]}),
        "own_words": [one for one in asked.snapshot["accounts"] if one["text"]],
        "effect": _effect(opened),
        "stands_in_for": _names(opened.stands_in_for),
        "form": form,
        "expires_at": link.expires_at,
    }


def _in_place_of(link: MailLink) -> str:
    """For whom the decision that was just made stands beside its maker, as the log has it."""
    said = Decision.objects.filter(step=link.step_id, decider_kind=ActorKind.USER, decider_id=link.user_id).first()
    whom = _names([UUID(pk) for pk in (said.on_behalf_of if said else None) or ()])
    return _("You decided in place of %(whom)s.") % {"whom": whom} if whom else ""


def _names(whom: Collection[UUID]) -> str:
    return ", ".join(sorted(names_of(whom).values())) if whom else ""


def _effect(opened: Opened) -> str:
    """What an approval does, in words."""
    link = opened.link
    needs = link.step.step.needs
    if needs is Quorum.ALL or (isinstance(needs, int) and needs > 1):
        return _("Your approval counts; others are asked in this step too.")
    later = link.request.steps.filter(position__gt=link.step.position, status=StepStatus.WAITING).order_by("position")
    if following := later.first():
        return _("If you approve, it goes on to: %(step)s.") % {"step": following.step.name}
    if link.request.due_at is None:
        return _("If you approve, it may be planned as it is.")
    return _("If you approve, it goes out at its hour, exactly as you see it here.")


def _after(made: Request) -> str:
    if open_ := made.steps.filter(status=StepStatus.OPEN).first():
        return _("It waits now for: %(step)s.") % {"step": open_.step.name}
    return f"{made.get_state_display()}."


def _ended(link: MailLink | None, title: str, words: str, *, tone: str) -> dict[str, Any]:
    queue = reverse("approvals:index")
    return {"is_open": False, "title": title, "words": words, "tone": tone, "queue_url": queue, "name": ""}


def _pictures(asked: Request) -> list[dict[str, str]]:
    """The files of this version, by addresses that end soon: whoever has come by a link has no session."""
    shown = [one for part in asked.snapshot["parts"] for one in part["media"]]
    known = {str(row.pk): row for row in Asset.objects.filter(pk__in=[one["asset"] for one in shown])}
    return [
        {"url": signed_path(THUMBNAIL, known[one["asset"]], lifetime=PICTURES_FOR), "alt": one["alt"]}
        for one in shown
        if one["asset"] in known and known[one["asset"]].thumbnail
    ]


def _signed_in(request: HttpRequest) -> UUID | None:
    return request.user.pk if request.user.is_authenticated else None


def _answer(request: HttpRequest, facts: dict[str, Any], *, status: int = 200) -> HttpResponse:
    page = render(request, "approvals/mailed.html", facts, status=status)
    # Nobody else hears of the address. Not "no-referrer": a form then says that it comes from nowhere, and is refused.
    page["Referrer-Policy"] = "same-origin"
    page["X-Robots-Tag"] = "noindex"
    return page
