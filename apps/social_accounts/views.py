"""Connecting, reconnecting, checking and disconnecting. The pages that show accounts belong to the dashboard."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.core import clock
from apps.core.secrets import Secret
from apps.platforms import registry
from apps.platforms.capabilities import ConnectBy
from apps.social_accounts import portal_views, selectors, services
from apps.social_accounts.errors import ConnectionRefused
from apps.social_accounts.forms import ConnectForm
from apps.social_accounts.leaving import BROWSER_KEY, leave
from apps.social_accounts.models import ConnectSession, SocialAccount
from apps.social_accounts.services import portal
from apps.social_accounts.services.returning import way_back
from apps.social_accounts.states import AccountState
from apps.tenants.access import MemberRequest, address_of, page, public
from apps.tenants.models import Workspace


@dataclass(frozen=True, slots=True)
class ChannelChoice:
    remote_id: str
    name: str
    handle: str
    kind: str
    is_chosen: bool
    note: str


@require_http_methods(["GET", "POST"])
@page("account.connect", transaction=False)
def connect(request: MemberRequest) -> HttpResponse:
    """Choose a platform; POST leads to its consent page, or connects at once with an app password."""
    if request.method == "GET":
        return _choose(request)
    form = ConnectForm(request.POST)
    if not form.is_valid():
        return _choose(request, form=form, error=form.first_error, status=422)
    return _start(request, form, reconnects=None)


@require_POST
@page("account.view", transaction=False)
def reconnect(request: MemberRequest, account_id: UUID) -> HttpResponse:
    """Ask for consent again for an account that keeps its id."""
    account = _account(request, account_id, "account.connect")
    ways = registry.capabilities(account.platform).connect_by
    # Who may sign in with an app password is found by name; for the others the server is what matters.
    known_by = account.handle if ConnectBy.APP_PASSWORD in ways else account.grant_server or account.handle
    form = ConnectForm({"address": known_by, **request.POST.dict(), "platform": account.platform})
    if not form.is_valid():
        return _choose(request, form=form, error=form.first_error, status=422)
    return _start(request, form, reconnects=account)


@require_GET
@public
def callback(request: HttpRequest, platform: str) -> HttpResponseBase:
    """The way back from a platform's consent page, for members and for whoever came by a portal link."""
    state = request.GET.get("state", "")
    if visitor := portal.visitor_of_journey(state, address=address_of(request)):
        return portal_views.come_back(request, visitor, platform)
    if request.user.is_authenticated or portal.is_known(state):
        return _members_callback(request, platform)
    return portal_views.lost(request)


@page("account.connect", transaction=False)
def _members_callback(request: MemberRequest, platform: str) -> HttpResponse:
    answer = request.GET.dict()
    try:
        session, accounts = services.finish_consent(
            member=request.member,
            platform=platform,
            answer=answer,
            browser_token=request.session.get(BROWSER_KEY, ""),
        )
    except (ConnectionRefused, registry.UnknownPlatform) as error:
        return _refused(request, platform, error)
    return _arrived(request, session, accounts)


@require_http_methods(["GET", "POST"])
@page("account.connect")
def channels(request: MemberRequest, session_id: UUID) -> HttpResponse:
    """Pick from the channels that a consent gave."""
    session = get_object_or_404(
        ConnectSession.objects.select_related("grant"),
        pk=session_id,
        user=request.user,
        finished_at=None,
        grant__isnull=False,
    )
    request.member.require("account.connect", session.workspace_id)
    error, chosen = "", request.POST.getlist("channels")
    if request.method == "POST":
        try:
            accounts = services.take_channels(session=session, remote_ids=chosen, actor=request.member.actor)
        except ConnectionRefused as refusal:
            error = refusal.words
        else:
            return _arrived(request, session, accounts)
    context = {
        "platform": session.platform,
        "channels": _channel_choices(session, chosen),
        "missing": [],
        "error": error,
        "action_url": request.path,
        "back_url": reverse("dashboard:accounts"),
    }
    return render(request, "social_accounts/channels.html", context, status=422 if error else 200)


@require_POST
@page("account.view", transaction=False)
def check(request: MemberRequest, account_id: UUID) -> HttpResponse:
    account = _account(request, account_id, "account.connect")
    services.check_account(organization_id=account.organization_id, account_id=account.pk)
    with request.member.scope():
        account.refresh_from_db()
    if account.state != AccountState.ACTIVE:
        messages.warning(request, account.reason or f"@{account.handle} is not connected.")
    elif account.checked_at and (clock.now() - account.checked_at).total_seconds() < 60:
        messages.success(request, f"{account.name or account.handle} is connected and well.")
    else:
        messages.warning(
            request, f"{registry.label(account.platform)} could not be asked just now. Try again in a few minutes."
        )
    return redirect("dashboard:account", account.pk)


@require_POST
@page("account.view", transaction=False)
def disconnect(request: MemberRequest, account_id: UUID) -> HttpResponse:
    account = _account(request, account_id, "account.disconnect")
    services.disconnect(member=request.member, account_id=account.pk)
    messages.success(request, f"Disconnected @{account.handle}. Its planned posts wait until it is connected again.")
    return redirect("dashboard:accounts")


def _workspace(request: MemberRequest) -> Workspace:
    if request.member.workspace is None:
        raise PermissionDenied("No workspace of this organization is open to you at the moment.")
    return request.member.workspace


def _account(request: MemberRequest, account_id: UUID, permission: str) -> Any:
    with request.member.scope():
        account = get_object_or_404(SocialAccount.objects.select_related("grant"), pk=account_id)
        account.grant_server = account.grant.server if account.grant else ""
    request.member.require(permission, account.workspace_id)
    return account


def _start(request: MemberRequest, form: ConnectForm, *, reconnects: SocialAccount | None) -> HttpResponse:
    data = form.cleaned_data
    target: dict[str, Any] = {
        "member": request.member,
        "workspace_id": reconnects.workspace_id if reconnects else _workspace(request).pk,
        "platform": data["platform"],
        "reconnects": reconnects.pk if reconnects else None,
    }
    try:
        if form.by_password:
            session, accounts = services.sign_in(
                **target, address="", identifier=data["address"], password=Secret(data["app_password"])
            )
            return _arrived(request, session, accounts)
        journey = services.begin_consent(
            **target, address=data["address"], browser_token=request.session.get(BROWSER_KEY, "")
        )
    except ConnectionRefused as error:
        return _choose(request, form=form, error=error.words, status=422)
    request.session[BROWSER_KEY] = journey.browser_token
    return leave(request, journey.authorize_url, platform=data["platform"])


def _way_back(request: MemberRequest, session: ConnectSession) -> str:
    with request.member.scope():
        return way_back(session)


def _choose(
    request: MemberRequest, *, form: ConnectForm | None = None, error: str = "", status: int = 200
) -> HttpResponse:
    with request.member.scope():
        choices = selectors.platform_choices(_workspace(request).pk)
        if form is not None:
            choices = [_with_input(choice, form, error) for choice in choices]
        context = {
            "platforms": choices,
            "start_url": reverse("social_accounts:connect"),
            "links_url": reverse("social_accounts:portal_links"),
            "sandbox_url": settings.SANDBOX_URL,
            "back_url": reverse("dashboard:accounts"),
        }
        return render(request, "social_accounts/connect.html", context, status=status)


def _with_input(choice: selectors.PlatformChoice, form: ConnectForm, error: str) -> selectors.PlatformChoice:
    if choice.platform != form.data.get("platform"):
        return choice
    return replace(
        choice,
        is_open=True,
        value=str(form.data.get("address", "")),
        error=error,
        method=str(form.data.get("method") or "oauth"),
    )


def _refused(request: MemberRequest, platform: str, error: Exception) -> HttpResponse:
    if address := _way_back_after(request, error):
        return leave(request, address)
    known = platform in registry.names()
    context = {
        "platform": platform if known else "",
        "words": error.words
        if isinstance(error, ConnectionRefused)
        else "This address belongs to no network that Postroom knows.",
        "again_url": reverse("social_accounts:connect"),
        "back_url": reverse("dashboard:accounts"),
    }
    return render(request, "social_accounts/consent_failed.html", context, status=400)


def _way_back_after(request: MemberRequest, error: Exception) -> str:
    if not isinstance(error, ConnectionRefused) or error.session_id is None:
        return ""
    with request.member.scope():
        return way_back(ConnectSession.objects.get(pk=error.session_id))


def _arrived(request: MemberRequest, session: ConnectSession, accounts: list[SocialAccount]) -> HttpResponse:
    if (accounts or session.is_chosen_elsewhere) and (address := _way_back(request, session)):
        return leave(request, address)
    if not accounts:
        return redirect("social_accounts:channels", session.pk)
    for account in accounts:
        messages.success(request, f"Connected {registry.label(account.platform)} @{account.handle}.")
        with request.member.scope():
            also = selectors.also_to_say(account)
        for words in also:
            messages.warning(request, words)
    if session.reconnects_id:
        # What waited for it meanwhile is decided there.
        return redirect("dashboard:account", accounts[0].pk)
    return redirect("dashboard:accounts")


def _channel_choices(session: ConnectSession, chosen: Collection[str]) -> list[ChannelChoice]:
    known = set(
        SocialAccount.objects.filter(workspace_id=session.workspace_id, platform=session.platform).values_list(
            "remote_id", flat=True
        )
    )
    return [
        ChannelChoice(
            remote_id=channel["remote_id"],
            name=channel["name"] or channel["handle"],
            handle=channel["handle"],
            kind=channel["kind"],
            # Nobody means to connect fifty pages of fifty clients: each is chosen by hand.
            is_chosen=channel["remote_id"] in chosen,
            note="connected already" if channel["remote_id"] in known else "",
        )
        for channel in session.channels
    ]
