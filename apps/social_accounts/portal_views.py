"""The portal: pages for people without a seat, who connect their own accounts by a link that an agency sent them.

They see the agency's branding, the name of their workspace and what came by their own link; nothing else of the
workspace or of the organization is on any of these pages. All of them work without scripts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.core import clock
from apps.core.secrets import Secret
from apps.platforms import registry
from apps.social_accounts import languages, pacing, selectors, services
from apps.social_accounts.adapters import sandbox_of
from apps.social_accounts.errors import ConnectionRefused, Reason
from apps.social_accounts.forms import ConnectForm
from apps.social_accounts.leaving import BROWSER_KEY, onward
from apps.social_accounts.models import ConnectSession, SocialAccount
from apps.social_accounts.services import portal
from apps.social_accounts.services.returning import way_back
from apps.social_accounts.services.travellers import Visitor
from apps.social_accounts.states import AccountState, JourneyState
from apps.tenants.access import address_of, public
from apps.tenants.services import branding_of

TOKENS_KEY = "portal_tokens"  # by link, so that whoever comes back from a platform finds their page again
TOO_OFTEN = "too_often"


@dataclass(frozen=True, slots=True)
class Offer:
    """A network on the portal's first page; `error` is a Reason."""

    platform: str
    asks_for: str
    is_ready: bool
    accounts: tuple[str, ...]
    error: str = ""
    value: str = ""
    method: str = "oauth"


@dataclass(frozen=True, slots=True)
class Choice:
    """A channel that the consent gave."""

    remote_id: str
    name: str
    handle: str
    is_chosen: bool


View = Callable[..., HttpResponse]


def guest(view: View) -> Any:
    """Let in whoever holds the token of a link, over or not; `request.visitor` is set."""

    @never_cache
    @public
    @wraps(view)
    def opened(request: Any, token: str, **named: Any) -> HttpResponse:
        visitor = portal.visitor_of(token, address=address_of(request))
        if visitor is None:
            return _problem(request, None, "unknown", status=404)
        request.visitor, request.token = visitor, token
        return view(request, **named)

    opened.door = public(view).door  # type: ignore[attr-defined]
    return opened


def while_open(view: View) -> View:
    """Tell whoever comes too late that the link is over."""

    @wraps(view)
    def opened(request: Any, **named: Any) -> HttpResponse:
        if not request.visitor.link.is_open(clock.now()):
            return _problem(request, request.visitor, Reason.CLOSED, status=410)
        return view(request, **named)

    return opened


@require_safe
@guest
@while_open
def home(request: Any) -> HttpResponse:
    """What may be connected by this link, and what has been."""
    return _home(request, request.visitor)


@require_POST
@guest
@while_open
def start(request: Any) -> HttpResponse:
    """On to the consent page of a network, or connected at once by an app password."""
    visitor: Visitor = request.visitor
    form = ConnectForm(request.POST)
    if not form.is_valid():
        return _home(request, visitor, error=Reason.NOT_OFFERED, status=422)
    pace = pacing.PASSWORD if form.by_password else pacing.BEGIN
    if pacing.is_too_often(request, pace, of=visitor.link.pk):
        return _problem(request, visitor, TOO_OFTEN, status=429)
    data = form.cleaned_data
    try:
        if form.by_password:
            password = Secret(data["app_password"])
            session, accounts = portal.connect_by_password(
                visitor=visitor, platform=data["platform"], identifier=data["address"], password=password
            )
            return _arrived(request, visitor, session, accounts)
        browser_token = request.session.get(BROWSER_KEY, "")
        journey = portal.begin(
            visitor=visitor, platform=data["platform"], address=data["address"], browser_token=browser_token
        )
    except ConnectionRefused as refused:
        return _home(request, visitor, error=refused.reason, status=422)
    request.session[BROWSER_KEY] = journey.browser_token
    request.session[TOKENS_KEY] = {**request.session.get(TOKENS_KEY, {}), str(visitor.link.pk): request.token}
    return _leave(request, visitor, journey.authorize_url, data["platform"])


@require_http_methods(["GET", "HEAD", "POST"])
@guest
@while_open
def channels(request: Any, session_id: UUID) -> HttpResponse:
    """Pick from the accounts that a consent gave, in the browser that asked for it."""
    visitor: Visitor = request.visitor
    session = _journey(visitor, session_id, JourneyState.PENDING)
    if session is None or not portal.belongs_to(session, request.session.get(BROWSER_KEY, "")):
        return _problem(request, visitor, Reason.EXPIRED, status=404)
    error, chosen = "", request.POST.getlist("channels")
    if request.method == "POST":
        if pacing.is_too_often(request, pacing.CHOOSE, of=visitor.link.pk):
            return _problem(request, visitor, TOO_OFTEN, status=429)
        if request.POST.get("choice") == "nothing":
            return _nothing(request, visitor, session)
        try:
            with visitor.scope():
                accounts = services.take_channels(session=session, remote_ids=chosen, actor=visitor.actor)
        except ConnectionRefused as refused:
            error = refused.reason
        else:
            return _arrived(request, visitor, session, accounts)
    offered = [_choice(channel, chosen) for channel in session.channels]
    facts = {"platform": session.platform, "channels": offered, "error": error, "action_url": request.path}
    return _page(request, visitor, "portal/channels.html", facts, status=422 if error else 200)


@require_safe
@guest
def done(request: Any, session_id: UUID) -> HttpResponse:
    """What a journey has connected; a link to reconnect is over by then."""
    visitor: Visitor = request.visitor
    session = _journey(visitor, session_id, JourneyState.CONNECTED)
    if session is None:
        return _problem(request, visitor, Reason.EXPIRED, status=404)
    with visitor.scope():
        accounts = list(SocialAccount.objects.filter(pk__in=session.account_ids).order_by("handle"))
    is_open = visitor.link.is_open(clock.now()) and visitor.link.left != 0
    facts = {
        "accounts": accounts,
        "is_lacking": any(account.state == AccountState.MISSING_PERMISSION for account in accounts),
        "platform": session.platform,
        "more_url": _home_url(request) if is_open else "",
    }
    return _page(request, visitor, "portal/done.html", facts)


@require_safe
@guest
def brand_sheet(request: Any) -> HttpResponse:
    """The organization's colour, as a style sheet of our own origin."""
    with request.visitor.scope():
        colour = portal.brand_of(request.visitor.link).colour
    sheet = f"@layer brand {{ :root {{ --brand: {colour}; }} }}\n" if colour else ""
    return HttpResponse(sheet, content_type="text/css; charset=utf-8")


@require_safe
@guest
def logo(request: Any) -> HttpResponse:
    with request.visitor.scope():
        picture = bytes(branding_of(request.visitor.organization.pk).logo)
    if not picture:
        raise Http404("The organization has no logo")
    return HttpResponse(picture, content_type="image/png")


# --- the way back -----------------------------------------------------------------------------------------------------


def come_back(request: HttpRequest, visitor: Visitor, platform: str) -> HttpResponse:
    """The answer of a platform to somebody who came by a link."""
    browser_token = request.session.get(BROWSER_KEY, "")
    try:
        session, accounts = services.finish_consent(
            member=visitor, platform=platform, answer=request.GET.dict(), browser_token=browser_token
        )
    except ConnectionRefused as refused:
        if refused.session_id and (address := _way_back(visitor, refused.session_id)):
            return _leave(request, visitor, address)
        status = 410 if refused.reason is Reason.CLOSED else 400
        known = platform if platform in registry.names() else ""
        return _problem(request, visitor, refused.reason, platform=known, status=status)
    return _arrived(request, visitor, session, accounts)


def lost(request: HttpRequest) -> HttpResponse:
    """For whoever comes back from a platform and belongs to no journey that is known."""
    return _problem(request, None, Reason.EXPIRED, status=400)


def _arrived(
    request: HttpRequest, visitor: Visitor, session: ConnectSession, accounts: list[SocialAccount]
) -> HttpResponse:
    if (accounts or session.is_chosen_elsewhere) and (address := _way_back(visitor, session.pk)):
        return _leave(request, visitor, address)
    token = _token(request, visitor)
    return redirect("portal:done" if accounts else "portal:channels", token, session.pk)


def _nothing(request: HttpRequest, visitor: Visitor, session: ConnectSession) -> HttpResponse:
    with visitor.scope():
        services.leave_channels(session=session)
    if address := _way_back(visitor, session.pk):
        return _leave(request, visitor, address)
    return redirect("portal:home", _token(request, visitor))


def _way_back(visitor: Visitor, session_id: UUID) -> str:
    with visitor.scope():
        return way_back(ConnectSession.objects.get(pk=session_id))


def _journey(visitor: Visitor, session_id: UUID, state: JourneyState) -> ConnectSession | None:
    with visitor.scope():
        mine = ConnectSession.objects.filter(pk=session_id, link_id=visitor.link.pk, state=state)
        found: ConnectSession | None = mine.select_related("grant").first()
    return found


# --- pages ------------------------------------------------------------------------------------------------------------


def _home(request: Any, visitor: Visitor, *, error: str = "", status: int = 200) -> HttpResponse:
    with visitor.scope():
        accounts = portal.connected_by(visitor.link)
        is_test = visitor.link.workspace.is_test
        ready = selectors.ready_platforms(is_test=is_test)
        visitor.link.refresh_from_db(fields=["connected"])
        known_by = portal.known_by(visitor.link)
    offers = [_offer(platform, accounts, ready, known_by, is_test=is_test) for platform in visitor.link.platforms]
    if error:
        offers = [_with_error(offer, request, error) for offer in offers]
    facts = {
        "offers": offers,
        "is_open": visitor.link.left != 0,
        "left": visitor.link.left,
        "start_url": reverse("portal:start", args=[request.token]),
        "expires_at": visitor.link.expires_at,
        "reconnects": visitor.link.reconnects,
        "error": error if not any(offer.error for offer in offers) else "",
    }
    return _page(request, visitor, "portal/home.html", facts, status=status)


def _offer(
    platform: str, accounts: list[SocialAccount], ready: frozenset[str], known_by: str, *, is_test: bool
) -> Offer:
    asks_for = portal.asks_for(platform)
    handles = tuple(account.handle for account in accounts if account.platform == platform)
    simulated = sandbox_of(platform) if is_test and asks_for == "instance" else ""
    return Offer(platform, asks_for, platform in ready, handles, value=known_by or simulated)


def _with_error(offer: Offer, request: HttpRequest, error: str) -> Offer:
    if offer.platform != request.POST.get("platform"):
        return offer
    method, value = request.POST.get("method", "oauth"), request.POST.get("address", "")
    return Offer(offer.platform, offer.asks_for, offer.is_ready, offer.accounts, error, value, method)


def _choice(channel: dict[str, str], chosen: list[str]) -> Choice:
    name = channel["name"] or channel["handle"]
    return Choice(channel["remote_id"], name, channel["handle"], channel["remote_id"] in chosen)


def _leave(request: HttpRequest, visitor: Visitor, url: str, platform: str = "") -> HttpResponse:
    return onward(_page(request, visitor, "portal/leaving.html", {"platform": platform, "next_url": url}), url)


def _problem(
    request: HttpRequest, visitor: Visitor | None, reason: str, *, platform: str = "", status: int
) -> HttpResponse:
    is_open = visitor is not None and visitor.link.is_open(clock.now())
    again_url = _home_url(request, visitor) if visitor and is_open else ""
    account = visitor.link.reconnects if visitor else None
    facts = {"reason": str(reason), "platform": platform, "again_url": again_url, "reconnects": account}
    return _page(request, visitor, "portal/problem.html", facts, status=status)


def _page(
    request: HttpRequest, visitor: Visitor | None, template: str, facts: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """A page in the visitor's language; whatever is rendered of it is rendered here."""
    language = languages.language_of(request, visitor.link.language if visitor else "")
    with translation.override(language):
        shown = {**_frame(request, visitor), **facts, "language": language, "tag": languages.tag(language)}
        page = render(request, template, shown, status=status)
    page["Content-Language"] = language
    page["Cache-Control"] = "no-store"
    # Nobody else hears of the address. Not "no-referrer": a form then says that it comes from nowhere, and is refused.
    page["Referrer-Policy"] = "same-origin"
    return page


def _frame(request: HttpRequest, visitor: Visitor | None) -> dict[str, Any]:
    """What stands around every page; without a visitor it is nobody's."""
    named = {"languages": languages.choices(), "home_url": "", "agency": "", "client": "", "brand": None}
    if visitor is None:
        return named
    token = _token(request, visitor)
    with visitor.scope():
        brand = portal.brand_of(visitor.link)
    urls = {"home_url": reverse("portal:home", args=[token])} if token else {}
    if token:
        urls["brand_url"] = reverse("portal:brand_sheet", args=[token]) if brand.colour else ""
        urls["logo_url"] = reverse("portal:logo", args=[token]) if brand.logo else ""
    return {**named, **urls, "agency": visitor.organization.name, "client": visitor.link.workspace.name, "brand": brand}


def _token(request: HttpRequest, visitor: Visitor) -> str:
    """The token of the address, or the one that this browser used before it went to the platform."""
    own = getattr(request, "token", "")
    token: str = own or request.session.get(TOKENS_KEY, {}).get(str(visitor.link.pk), "")
    return token


def _home_url(request: HttpRequest, visitor: Visitor | None = None) -> str:
    token = _token(request, visitor or request.visitor)  # type: ignore[attr-defined]
    return reverse("portal:home", args=[token]) if token else ""
