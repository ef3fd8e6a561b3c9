"""Review links by a program: made for posts or for a month, told once, listed, read and closed."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from apps.approvals.models import Guest, ReviewLink
from apps.compliance import exporting
from apps.compliance.estate import Estate, columns_of
from apps.posts.models import Post
from tests.approvals.conftest import Desk
from tests.approvals.guests.conftest import Guest as Browser
from tests.support import factories
from tests.support.programs_with_keys import Program, program

pytestmark = pytest.mark.django_db
Asked = Callable[..., Post]


@pytest.fixture
def own(desk: Desk) -> Program:
    return program(desk.agency.workspace.organization, scopes=["approvals:write"])


def made(own: Program, desk: Desk, **said: Any) -> Any:
    body = {"workspace": str(desk.agency.workspace.pk), "guests": [{"name": "Ingrid", "email": "i@alder.example"}]}
    return own.send("POST", "/review-links", {**body, **said})


def test_a_program_makes_a_link_that_a_guest_opens(desk: Desk, asked: Asked, own: Program) -> None:
    post = asked()
    answer = made(own, desk, posts=[str(post.pk)], passcode="rye bread", language="sv")

    assert answer.status_code == 201, answer.content
    (link,) = answer.json()["data"]
    assert (link["state"], link["kind"], link["has_passcode"]) == ("open", "post", True)
    assert link["posts"] == [f"post_{post.pk.hex}"]
    page = Client().get(link["url"][link["url"].index("/review/") :], follow=True)
    assert page["Content-Language"] == "sv"

    read = own.send("GET", f"/review-links/{link['id']}").json()
    assert "url" not in read
    assert [one["id"] for one in own.send("GET", "/review-links").json()["data"]] == [link["id"]]
    assert own.send("POST", f"/review-links/{link['id']}/revoke").json()["state"] == "revoked"
    assert Client().get(link["url"][link["url"].index("/review/") :]).status_code == 410


@pytest.mark.parametrize(
    ("said", "pointer", "code"),
    [({}, "/posts", None), ({"month": "2026-13"}, "/month", None), ({"guests": []}, "/guests", None),
     ({"month": "2031-01"}, "/posts", "nothing_to_review")],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_place(
    desk: Desk, asked: Asked, own: Program, said: dict[str, Any], pointer: str, code: str | None
) -> None:
    asked()
    answer = made(own, desk, **said)

    assert answer.status_code == 422
    (fault, *_) = answer.json()["errors"]
    assert fault["pointer"].startswith(pointer)
    assert code in (None, fault["code"])


def test_a_short_passcode_is_refused(desk: Desk, asked: Asked, own: Program) -> None:
    answer = made(own, desk, posts=[str(asked().pk)], passcode="123")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/passcode")


def test_posts_of_another_workspace_are_not_there(desk: Desk, asked: Asked, own: Program) -> None:
    asked()
    other = factories.post(factories.workspace(desk.agency.workspace.organization))
    assert made(own, desk, posts=[str(other.pk)]).status_code == 422


def test_a_workspaces_export_has_its_guests_and_none_of_the_proofs(
    desk: Desk, asked: Asked, invite: Callable[..., Browser], tmp_path: Any
) -> None:
    invite(asked(), passcode="rye bread")
    place = desk.agency.workspace
    with (tmp_path / "out.zip").open("w+b") as file:
        exporting.write(Estate(place.organization_id, place.pk), file)
        with zipfile.ZipFile(file) as archive:
            (guest,) = map(json.loads, archive.read("tables/approvals.guest.jsonl").splitlines())
            link = archive.read("tables/approvals.reviewlink.jsonl").decode()
    assert (guest["name"], guest["email"]) == ("Ingrid Solheim", "ingrid@alder.example")
    assert "hash" not in link
    assert not {"token_hash", "passcode_hash"} & set(columns_of(ReviewLink))
    assert "email" in columns_of(Guest)


def test_a_program_lists_guests_and_forgets_one(desk: Desk, asked: Asked, own: Program) -> None:
    post = asked()
    said = [{"name": "Ingrid", "email": "i@alder.example"}, {"name": "Mina", "email": "m@alder.example"}]
    first, _ = made(own, desk, posts=[str(post.pk)], guests=said).json()["data"]
    keeper = program(desk.agency.workspace.organization, scopes=["approvals:read", "workspaces:write"])
    (found,) = keeper.get("/guests", email="I@alder.example").json()["data"]

    assert (found["id"], found["workspace"]) == (first["guest"]["id"], first["workspace"])
    told = keeper.post(f"/guests/{found['id']}/forget").json()
    assert (told["name"], told["email"], bool(told["forgotten_at"])) == ("", "", True)
    assert keeper.post(f"/guests/{found['id']}/forget").json() == told
    assert [one["name"] for one in keeper.get("/guests").json()["data"]] == ["Mina"]
    assert keeper.get(f"/guests/{found['id']}").json() == told
    assert own.get(f"/review-links/{first['id']}").json()["state"] == "revoked"
    assert own.post(f"/guests/{found['id']}/forget").status_code == 403
