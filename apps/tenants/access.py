"""The door of every page: who is asking, in which organization and workspace, and whether they may.

    @page("post.edit")
    def compose(request): ...          # request.member is set, and rows of its tenant may be read and written

Who has no account signs in first; who has no organization creates one; whose role does not include the permission gets
page 403. An id of another tenant is simply not found by the scoped managers: 404. Each view of a URL is declared by
`page`, `signed_in` or `public`, and a test of the house finds the one that is not.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final

from allauth.account.adapter import get_adapter
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from apps.core.actors import Actor
from apps.tenants.members import Member, member_of
from apps.tenants.models import User
from apps.tenants.permissions import ALL_PERMISSIONS, ORGANIZATION_WIDE

View = Callable[..., HttpResponseBase]
ORGANIZATION_KEY: Final = "organization_id"
WORKSPACE_KEY: Final = "workspace_id"


class MemberRequest(HttpRequest):
    """A request behind `page`."""

    user: User
    member: Member
    request_id: str


@dataclass(frozen=True, slots=True)
class Door:
    """How a view is guarded: `kind` is page, signed_in or public."""

    kind: str
    permission: str = ""


def page(permission: str, *, transaction: bool = True) -> Callable[[View], View]:
    """Let in members who hold `permission` in the current workspace, and open their tenant around the view.

    The response is rendered inside of it too. With `transaction=False` the view opens `with request.member.scope():`
    itself, leaving its calls to platforms outside, and renders inside one of those.
    """
    if permission not in ALL_PERMISSIONS:
        raise ValueError(f"No role holds {permission!r}")

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _sign_in_first(request)
            request.member = _resolve(request)
            if request.member is None:
                return redirect("tenants:organization_create")
            if turned_away := _turn_away(request.member, permission):
                return turned_away
            if not transaction:
                return view(request, *args, **kwargs)
            with request.member.scope():
                return _rendered(view(request, *args, **kwargs))

        return _declare(guarded, Door("page", permission))

    return decorate


def signed_in(view: View) -> View:
    """Let in everybody with an account, member or not; no tenant is in context."""

    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _sign_in_first(request)
        return view(request, *args, **kwargs)

    return _declare(guarded, Door("signed_in"))


def public(view: View) -> View:
    """Let in everybody, on purpose."""
    return _declare(view, Door("public"))


def actor_of(request: Any) -> Actor:
    """The signed-in person as diaries name them, with the request's id and its truncated address."""
    return Actor.user(request.user.pk, request_id=getattr(request, "request_id", ""), address=address_of(request))


def address_of(request: HttpRequest) -> str:
    """Where a request came from, truncated."""
    try:
        return truncated(str(get_adapter().get_client_ip(request)))
    except PermissionDenied:  # The server in front of us told none.
        return ""


def truncated(address: str) -> str:
    """A network address without the part that names a person: /24 or /48."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network((found, 24 if found.version == 4 else 48), strict=False))


def _sign_in_first(request: Any) -> HttpResponseBase:
    """To the sign-in page and back. A piece of a page that was asked for by htmx takes the whole page there."""
    htmx = getattr(request, "htmx", None)
    if not htmx:
        return redirect_to_login(request.get_full_path())
    return HttpResponseClientRedirect(redirect_to_login(htmx.current_url_abs_path or "/").url)


def _resolve(request: Any) -> Member | None:
    """The member by what the session says; a membership that has ended falls back to the person's first."""
    session = request.session
    wanted = {"workspace_id": session.get(WORKSPACE_KEY), "actor": actor_of(request)}
    return member_of(request.user, session.get(ORGANIZATION_KEY), **wanted) or member_of(request.user, None, **wanted)


def _turn_away(member: Member, permission: str) -> HttpResponseBase | None:
    if member.may(permission):
        needs_workspace = permission not in ORGANIZATION_WIDE
        return redirect(reverse("tenants:workspace_create")) if needs_workspace and member.workspace is None else None
    if member.workspace is None and permission not in ORGANIZATION_WIDE:
        raise PermissionDenied("No workspace of this organization is open to you at the moment.")
    raise PermissionDenied(f"Your role does not include {permission}.")


def _rendered(response: Any) -> HttpResponseBase:
    if hasattr(response, "render") and not response.is_rendered:
        response = response.render()
    answer: HttpResponseBase = response
    return answer


def _declare(view: View, door: Door) -> View:
    view.door = door  # type: ignore[attr-defined]
    return view
