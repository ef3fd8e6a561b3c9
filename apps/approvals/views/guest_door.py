"""How a client's guest comes in by a link, and what stands around every page that they see."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache

from apps.approvals import reviews, services
from apps.approvals.services import Reviewer
from apps.approvals.sharing import LinkState
from apps.core import clock
from apps.core.numbers import whole
from apps.social_accounts import languages
from apps.tenants.access import address_of, public
from apps.tenants.services import branding_of

PASSCODES: Final = "review_passcodes"  # by link, so that a passcode is asked for once in a browser


View = Callable[..., HttpResponse]


def guest(view: View) -> Any:
    """Let in whoever holds the token of a link, over or not; `request.reviewer` is set."""

    @never_cache
    @public
    @wraps(view)
    def opened(request: Any, token: str, **named: Any) -> HttpResponse:
        reviewer = services.reviewer_of(token, address=address_of(request))
        if reviewer is None:
            return problem_page(request, None, "unknown", status=404)
        request.reviewer, request.token = reviewer, token
        return view(request, **named)

    opened.door = public(view).door  # type: ignore[attr-defined]
    return opened


def while_open(view: View) -> View:
    """Tell whoever comes too late that the link is over, and ask for the passcode where there is one."""

    @wraps(view)
    def opened(request: Any, **named: Any) -> HttpResponse:
        reviewer: Reviewer = request.reviewer
        if (state := reviewer.link.state(clock.now())) is not LinkState.OPEN:
            return problem_page(request, reviewer, state.value, status=410)
        if reviewer.link.passcode_hash and not is_let_in(request, reviewer):
            return redirect("review:passcode", request.token)
        return view(request, **named)

    return opened


def problem_page(request: Any, reviewer: Reviewer | None, reason: str, *, status: int) -> HttpResponse:
    return guest_page(request, reviewer, "review/problem.html", {"reason": reason}, status=status)


def guest_page(
    request: Any, reviewer: Reviewer | None, template: str, facts: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """A page in the guest's language; whatever is rendered of it is rendered here."""
    language = languages.language_of(request, reviewer.link.language if reviewer else "")
    with translation.override(language):
        spoken = {"language": language, "tag": languages.tag(language)}
        shown = {**_frame(request, reviewer), **_told(request), **facts, **spoken}
        page = render(request, template, shown, status=status)
    page["Content-Language"] = language
    page["Cache-Control"] = "no-store"
    return unlisted(page)


def unlisted(answer: HttpResponse) -> HttpResponse:
    """Nobody else hears of the address. Not "no-referrer": a form then says that it comes from nowhere, and is
    refused."""
    answer["X-Robots-Tag"] = "noindex, nofollow"
    answer["Referrer-Policy"] = "same-origin"
    return answer


def _told(request: Any) -> dict[str, Any]:
    counts = {name: number for name in ("done", "missed") if (number := whole(request.GET.get(name, ""))) is not None}
    return {"told": request.GET.get("told", ""), "told_counts": counts}


def _frame(request: Any, reviewer: Reviewer | None) -> dict[str, Any]:
    """What stands around every page; without a reviewer it is nobody's."""
    frame: dict[str, Any] = {
        "languages": languages.choices(), "home_url": "", "agency": "", "client": "", "brand": None, "guest": None,
    }  # fmt: skip
    if reviewer is None:
        return frame
    with reviewer.scope():
        brand = branding_of(reviewer.organization.pk)
    token = [request.token]
    return {
        **frame,
        "home_url": reverse("review:home", args=token),
        "brand_url": reverse("review:brand_sheet", args=token) if brand.colour else "",
        "logo_url": reverse("review:logo", args=token) if brand.logo else "",
        "brand": brand,
        "agency": reviewer.organization.name,
        "client": reviewer.workspace.name,
        "guest": reviewer.guest,
        "link": reviewer.link,
        "zone": reviewer.workspace.timezone,
        "token": request.token,
        "month": reviews.month_of(reviewer.link),
    }


def is_let_in(request: Any, reviewer: Reviewer) -> bool:
    proof: str = request.session.get(PASSCODES, {}).get(str(reviewer.link.pk), "")
    return proof == proof_of(reviewer)


def proof_of(reviewer: Reviewer) -> str:
    """That this very passcode was known; kept in the session, which says nothing of the passcode."""
    return hashlib.sha256(reviewer.link.passcode_hash.encode()).hexdigest()
