"""Who may do what, as a table; each role tries each deed on the page, through the services, and with a key.

The table is written out here and not read from `apps.tenants.permissions`, so that a slip there is noticed.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.urls import reverse

from apps.approvals import services
from apps.approvals.deciders import Decider
from apps.approvals.errors import NotADecider
from apps.approvals.models import Guest, Request, ReviewedPost, ReviewLink
from apps.approvals.states import Verdict
from apps.core import clock, tenancy
from apps.core.actors import SYSTEM, Actor, ActorKind
from apps.tenants import callers
from apps.tenants.models import Workspace, WorkspaceAccess
from apps.tenants.permissions import PERMISSIONS, Role
from tests.approvals.conftest import Desk, actor
from tests.support import factories
from tests.support.programs_with_keys import program

pytestmark = pytest.mark.django_db

EVERYBODY: Final = frozenset(Role)
MAY: Final[dict[str, frozenset[Role]]] = {
    "approval.view": EVERYBODY,
    "policy.view": EVERYBODY,
    "approval.request": EVERYBODY - {Role.VIEWER, Role.APPROVER},
    "approval.comment": EVERYBODY - {Role.VIEWER},
    "approval.decide": EVERYBODY - {Role.VIEWER, Role.CREATOR},
    "policy.edit": frozenset({Role.OWNER, Role.ADMIN}),
    "audit.view": frozenset({Role.OWNER, Role.ADMIN}),
}
# What guests' links and proposals need of other rooms' permissions.
ELSEWHERE: Final = dict.fromkeys(("workspace.edit", "post.schedule"), frozenset({Role.OWNER, Role.ADMIN, Role.MANAGER}))
# Of the guest's link in `shared`, as the page has it that shows links which were just made.
TOKEN: Final = "a-token-that-was-just-made"
ANYBODY_DECIDES: Final = {
    "key": "one", "name": "One", "roles": ["owner", "admin", "manager", "approver"], "programs": True,
}  # fmt: skip
DEEDS: Final[list[tuple[str, str, str, dict[str, str]]]] = [
    ("GET", "index", "approval.view", {}),
    ("GET", "review", "approval.view", {}),
    ("GET", "policy", "policy.view", {}),
    ("POST", "policy", "policy.edit", {"action": "options"}),
    ("GET", "people", "policy.view", {}),
    ("POST", "people", "policy.edit", {"action": "save:", "name": "Legal"}),
    ("POST", "decide", "approval.decide", {"verdict": "approve"}),
    ("POST", "decide_with_edits", "approval.decide", {"text": "Better"}),
    ("POST", "bulk", "approval.decide", {"read": "yes"}),
    ("POST", "comment", "approval.comment", {"text": "A word"}),
    ("POST", "resolve", "approval.comment", {}),
    ("POST", "withdraw", "approval.request", {}),
    ("POST", "submit", "approval.request", {}),
    ("GET", "record", "approval.view", {}),
    ("GET", "record_of_month", "approval.view", {}),
    ("GET", "figures", "approval.view", {}),
    ("GET", "log", "audit.view", {}),
    ("GET", "log_file", "audit.view", {}),
    ("GET", "links", "approval.view", {}),
    ("GET", "link_new", "approval.request", {}),
    ("POST", "link_new", "approval.request", {}),
    ("POST", "links_hand_over", "approval.request", {"send": "all", "token": TOKEN}),
    ("POST", "link_mail", "approval.request", {}),
    ("POST", "link_revoke", "approval.request", {}),
    ("POST", "guest_forget", "workspace.edit", {}),
    ("POST", "take_time", "post.schedule", {}),
]
# The pages' deeds that are about one post, link or guest, whichever client the person is at.
OF_ONE: Final = frozenset({
    "review", "decide", "decide_with_edits", "comment", "resolve", "withdraw", "submit", "record", "links_hand_over",
    "link_mail", "link_revoke", "guest_forget", "take_time",
})  # fmt: skip
CALLS: Final[list[tuple[str, str, str, Any]]] = [
    ("GET", "/approvals/{request}", "approval.view", None),
    ("POST", "/approvals/{request}/decide", "approval.decide", {"verdict": "approve"}),
    ("POST", "/approvals/{request}/withdraw", "approval.request", None),
    ("GET", "/posts/{post}/threads", "approval.view", None),
    ("POST", "/posts/{post}/threads", "approval.comment", {"text": "A word"}),
    ("POST", "/threads/{thread}/take-time", "post.schedule", None),
    ("POST", "/threads/{thread}/comments", "approval.comment", {"text": "Another"}),
    ("PATCH", "/threads/{thread}", "approval.comment", {"resolved": True}),
    ("GET", "/workspaces/{workspace}/approval-policy", "policy.view", None),
    ("PUT", "/workspaces/{workspace}/approval-policy", "policy.edit", {"steps": []}),
    ("GET", "/approvals/{request}/record", "approval.view", None),
    ("GET", "/approval-figures", "approval.view", None),
    ("GET", "/approval-log", "audit.view", None),
    ("GET", "/approval-log.csv", "audit.view", None),
    ("GET", "/approval-log.jsonl", "audit.view", None),
    ("GET", "/review-links", "approval.view", None),
    ("POST", "/review-links", "approval.request", {"month": "2026-11", "guests": [{"name": "Ingrid"}]}),
    ("GET", "/review-links/{link}", "approval.view", None),
    ("POST", "/review-links/{link}/mail", "approval.request", None),
    ("POST", "/review-links/{link}/revoke", "approval.request", None),
    ("GET", "/guests", "approval.view", None),
    ("GET", "/guests/{guest}", "approval.view", None),
    ("POST", "/guests/{guest}/forget", "workspace.edit", None),
    ("GET", "/reviewer-groups", "policy.view", None),
    ("POST", "/reviewer-groups", "policy.edit", {"name": "Legal", "members": []}),
    ("PUT", "/reviewer-groups/{group}", "policy.edit", {"name": "Law", "members": []}),
    ("DELETE", "/reviewer-groups/{group}", "policy.edit", None),
    ("GET", "/workspaces/{workspace}/working-hours", "policy.view", None),
    ("PUT", "/workspaces/{workspace}/working-hours", "policy.edit", {}),
    ("GET", "/organization/working-hours", "organization.view", None),
    ("PUT", "/organization/working-hours", "organization.edit", {}),
    ("GET", "/members/{member}/working-hours", "member.view", None),
    ("PUT", "/members/{member}/working-hours", "member.edit", {}),
    ("GET", "/members/{member}/absences", "member.view", None),
    ("POST", "/members/{member}/absences", "member.edit", {"starts_on": "2036-12-24", "ends_on": "2036-12-31"}),
    ("DELETE", "/absences/{absence}", "member.edit", None),
]
# The same action by both doors: the name of the page's deed, and the API's call.
ALIKE: Final[dict[str, tuple[str, tuple[str, str]]]] = {
    "look at a request": ("GET review", ("GET", "/approvals/{request}")),
    "decide": ("POST decide", ("POST", "/approvals/{request}/decide")),
    "decide with edits": ("POST decide_with_edits", ("POST", "/approvals/{request}/decide")),
    "withdraw": ("POST withdraw", ("POST", "/approvals/{request}/withdraw")),
    "submit": ("POST submit", ("POST", "/approvals")),
    "comment": ("POST comment", ("POST", "/posts/{post}/threads")),
    "take a proposed time": ("POST take_time", ("POST", "/threads/{thread}/take-time")),
    "resolve": ("POST resolve", ("PATCH", "/threads/{thread}")),
    "read the policy": ("GET policy", ("GET", "/workspaces/{workspace}/approval-policy")),
    "change the policy": ("POST policy", ("PUT", "/workspaces/{workspace}/approval-policy")),
    "keep the record": ("GET record", ("GET", "/approvals/{request}/record")),
    "read the figures": ("GET figures", ("GET", "/approval-figures")),
    "read the log": ("GET log", ("GET", "/approval-log")),
    "mail a link": ("POST link_mail", ("POST", "/review-links/{link}/mail")),
    "withdraw a link": ("POST link_revoke", ("POST", "/review-links/{link}/revoke")),
    "export the log": ("GET log_file", ("GET", "/approval-log.csv")),
    "see the client's links": ("GET links", ("GET", "/review-links")),
    "see the client's guests": ("GET links", ("GET", "/guests")),
    "forget a guest": ("POST guest_forget", ("POST", "/guests/{guest}/forget")),
    "invite the client": ("POST link_new", ("POST", "/review-links")),
    "see the groups": ("GET people", ("GET", "/reviewer-groups")),
    "make a group": ("POST people", ("POST", "/reviewer-groups")),
}
SCOPES: Final = {
    "approvals:read": {"approval.view"},
    "approvals:write": {"approval.view", "approval.request", "approval.comment", "approval.decide"},
    "policies:read": {"policy.view"},
    "policies:write": {"policy.view", "policy.edit"},
    "audit:read": {"audit.view"},
    "workspaces:read": {"workspace.view"},
    "workspaces:write": {"workspace.view", "workspace.edit"},
    "members:read": {"member.view"},
    "members:write": {"member.view", "member.edit"},
    "organization:read": {"organization.view"},
    "organization:write": {"organization.view", "organization.edit"},
}


@pytest.fixture
def asked(desk: Desk) -> Request:
    desk.policy(ANYBODY_DECIDES)
    return desk.submit(desk.post())


@pytest.mark.parametrize("role", Role)
def test_roles_hold_what_the_table_says(role: Role) -> None:
    assert {name for name, roles in MAY.items() if role in roles} == {
        name for name in PERMISSIONS[role] if name.startswith(("approval.", "policy.", "audit."))
    }


@pytest.mark.parametrize("role", Role)
def test_on_pages(desk: Desk, asked: Request, role: Role) -> None:
    client = factories.signed_in(desk.person(role), at=desk.agency.workspace)
    shares, may = shared(desk, asked), MAY | ELSEWHERE
    refused = [
        (method, name)
        for method, name, _, data in DEEDS
        if _on_page(client, method, name, data, desk, asked, shares) == 403
    ]

    assert refused == [(method, name) for method, name, permission, _ in DEEDS if role not in may[permission]]


@pytest.mark.parametrize("role", Role)
def test_in_services_a_role_that_does_not_decide_is_no_decider(desk: Desk, asked: Request, role: Role) -> None:
    who = Decider.of(actor(desk.person(role)))

    def decide() -> Request:
        with desk.agency.scope():
            return services.decide(request_id=asked.pk, verdict=Verdict.APPROVE, decider=who)

    if role in MAY["approval.decide"]:
        assert decide().state == "approved"
    else:
        with pytest.raises(NotADecider):
            decide()


@pytest.mark.parametrize("scope", SCOPES)
def test_with_keys(desk: Desk, asked: Request, scope: str) -> None:
    own = program(desk.agency.workspace.organization, scopes=[scope])
    named = names(desk, asked, shared(desk, asked)) | people(desk)
    refused = [
        path for method, path, _, body in CALLS if own.send(method, path.format(**named), body).status_code == 403
    ]

    assert refused == [path for _, path, permission, _ in CALLS if permission not in SCOPES[scope]]


@pytest.mark.parametrize("role", Role)
def test_both_doors_open_to_the_same_roles(
    desk: Desk, asked: Request, role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that holds what a role holds is let in where the role is, action by action."""
    monkeypatch.setattr(callers, "permissions_of", lambda scopes, *, whole_organization: PERMISSIONS[role])
    own = program(desk.agency.workspace.organization)
    client = factories.signed_in(desk.person(role), at=desk.agency.workspace)
    data = {f"{method} {name}": (method, name, said) for method, name, _, said in DEEDS}
    bodies = {(method, path): body for method, path, _, body in CALLS}
    shares: tuple[ReviewLink, UUID] = shared(desk, asked)
    told = {}
    named = names(desk, asked, shares)
    for action, (deed, (method, path)) in ALIKE.items():
        body = {"post": f"post_{asked.post_id}"} if path == "/approvals" else bodies[method, path]
        page_said = _on_page(client, *data[deed], desk, asked, shares)
        told[action] = (page_said != 403, own.send(method, path.format(**named), body).status_code != 403)

    needed = {f"{method} {name}": permission for method, name, permission, _ in DEEDS}
    may = MAY | ELSEWHERE
    assert told == {action: (role in may[needed[deed]],) * 2 for action, (deed, _) in ALIKE.items()}


@pytest.mark.parametrize("deed", [one for one in DEEDS if one[1] in OF_ONE], ids=lambda one: str(one[1]))
def test_a_role_at_one_client_is_none_at_another(
    desk: Desk, asked: Request, other_workspace: Workspace, deed: tuple[str, str, str, dict[str, str]]
) -> None:
    """They manage one client and look on at another: about whose posts they do nothing, wherever they came from."""
    method, name, permission, data = deed
    who = factories.member(desk.agency.workspace.organization, Role.MANAGER, workspaces=[other_workspace])
    with tenancy.across_tenants("a test lets them look on"):
        own = {"organization_id": asked.organization_id, "workspace_id": asked.workspace_id, "membership": who}
        WorkspaceAccess.plain.create(**own, role=Role.VIEWER)
    client = factories.signed_in(who, at=other_workspace)

    answer = _on_page(client, method, name, data, desk, asked, shared(desk, asked))

    assert (answer == 403) is (Role.VIEWER not in (MAY | ELSEWHERE)[permission])


def names(desk: Desk, asked: Request, shares: tuple[ReviewLink, UUID]) -> dict[str, object]:
    link, thread = shares
    here = desk.agency.workspace.pk
    named = {"request": asked.pk, "post": asked.post_id, "workspace": here, "link": link.pk, "thread": thread}
    return {**named, "guest": link.guest_id}


def people(desk: Desk) -> dict[str, object]:
    """A member who is in a group and away."""
    who, today = desk.person(Role.APPROVER), clock.now().date()
    with desk.agency.scope():
        legal = services.make_group(
            name="Lawyers", people=[who.user_id], workspace_id=desk.agency.workspace.pk, actor=SYSTEM
        )
        absence = services.note_absence(
            user_id=who.user_id, starts_on=today, ends_on=today, zone="UTC", delegate_id=None, actor=SYSTEM
        )
    return {"member": who.pk, "group": legal.pk, "absence": absence.pk}


def _on_page(
    client: Any,
    method: str,
    name: str,
    data: dict[str, str],
    desk: Desk,
    asked: Request,
    shares: tuple[ReviewLink, UUID],
) -> int:
    place, (link, thread) = [desk.agency.workspace.pk], shares
    ids = {
        "policy": place, "people": place, "submit": [asked.post_id], "index": [], "bulk": [], "figures": [],
        "log": [], "log_file": ["csv"], "record_of_month": ["2026-11"], "links": [], "link_new": [],
        "links_hand_over": [], "link_mail": [link.pk],
        "link_revoke": [link.pk], "guest_forget": [link.guest_id], "take_time": [thread], "resolve": [thread],
    }  # fmt: skip
    address = reverse(f"approvals:{name}", args=ids.get(name, [asked.pk]))
    answer = client.generic(method, address, _form(data), content_type="application/x-www-form-urlencoded")
    return int(answer.status_code)


def shared(desk: Desk, asked: Request) -> tuple[ReviewLink, UUID]:
    """A guest's link, and a thread in which they propose another time."""
    own = {"organization_id": asked.organization_id, "workspace_id": asked.workspace_id}
    hour = {"kind": "time", "local": "2031-01-04T10:00", "zone": "UTC"}
    with desk.agency.scope():
        guest = Guest.objects.create(**own, name="Ingrid", email="ingrid@alder.example")
        expires_at = clock.now() + timedelta(days=1)
        token_hash = hashlib.sha256(TOKEN.encode()).hexdigest()
        link = ReviewLink.objects.create(**own, guest=guest, kind="post", token_hash=token_hash, expires_at=expires_at)
        ReviewedPost.objects.create(**own, link=link, post_id=asked.post_id)
        by = Decider(Actor(ActorKind.GUEST, guest.pk))
        said = services.comment(post=asked.post, text="Later?", by=by, anchor=hour)
        return link, said.thread_id


def _form(data: dict[str, str]) -> bytes:
    return urlencode(data).encode()
