"""The signed record that a guest takes along by a link: of what it says, and of whom it lets in."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.approvals import services
from apps.approvals.records import signing
from apps.posts.models import Post
from apps.tenants.models import Membership
from tests.approvals.conftest import MANAGER, Desk, actor
from tests.approvals.guests.conftest import CLIENT, JONAS, Guest
from tests.approvals.test_records import lose_the_key, record, words

pytestmark = pytest.mark.django_db
Invite = Callable[..., Guest]
Asked = Callable[..., Post]


def taken(guest: Guest) -> bytes:
    answer = guest.client.get(f"{guest.home}record.pdf")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in answer["Cache-Control"]
    return bytes(answer.content)


def test_it_has_what_is_approved_of_the_link(desk: Desk, asked: Asked, invite: Invite) -> None:
    mine, waiting, others = asked("Mine, approved"), asked("Mine, waiting"), asked("Of another link")
    guest, other = invite(mine, waiting), invite(others, who=JONAS)
    guest.says(desk.request(mine), "approve")
    other.says(desk.request(others), "approve")

    pdf = taken(guest)

    said = words(pdf)
    for expected in ("Mine, approved", "Ingrid Solheim", "and handed over", "127.0.0.0/24"):
        assert expected in said, expected
    assert "Mine, waiting" not in said
    assert "Of another link" not in said


def test_taking_it_changes_nothing(desk: Desk, asked: Asked, invite: Invite) -> None:
    """Once the installation has its key, which the first record of all brings about."""
    guest = invite(post := asked())
    guest.says(desk.request(post), "approve")
    signing.key_in_force()

    with CaptureQueriesContext(connection) as asked_for:
        taken(guest)

    assert [one["sql"] for one in asked_for if re.match(r"(INSERT|UPDATE|DELETE)", one["sql"])] == []


def test_nothing_of_the_inside_is_in_it(desk: Desk, invite: Invite, manager: Membership) -> None:
    desk.policy(MANAGER, {**CLIENT, "needs": 2})
    post = desk.post("Ready for the client")
    desk.submit(post)
    desk.decide(desk.request(post), manager, note="Do not tell them")
    guest, other = invite(post), invite(post, who=JONAS)
    other.client.defaults["REMOTE_ADDR"] = "198.51.100.7"
    for one in (other, guest):
        one.says(desk.request(post), "approve")

    said, whole = words(taken(guest)), words(record(desk, post))

    for inside in ("Do not tell them", "203.0.113.0/24", "198.51.100.0/24"):
        assert inside in whole, inside
        assert inside not in said, inside
    assert "Jonas Lie" in said
    assert "on the side of the client" in said
    assert "on the side of the client" not in whole


def test_it_is_offered_once_there_is_one(desk: Desk, asked: Asked, invite: Invite) -> None:
    guest = invite(post := asked())
    assert guest.client.get(f"{guest.home}record.pdf").status_code == 404

    guest.says(desk.request(post), "reject", "Not this")
    assert "record.pdf" not in guest.page()

    desk.edit(post, "Something else")
    desk.submit(post)
    guest.says(desk.request(post), "approve")
    assert f'href="{guest.home}record.pdf"' in guest.page()


def test_of_several_posts_the_page_of_all_offers_it_too(desk: Desk, asked: Asked, invite: Invite) -> None:
    posts = [asked("One"), asked("Another")]
    guest = invite(*posts)
    for post in posts:
        guest.says(desk.request(post), "approve")

    assert f'href="{guest.home}record.pdf"' in guest.page()


def test_it_takes_the_passcode(desk: Desk, asked: Asked, invite: Invite) -> None:
    open_one, guarded = invite(post := asked()), invite(post, passcode="rye bread")
    open_one.says(desk.request(post), "approve")

    assert guarded.client.get(f"{guarded.home}record.pdf")["Location"] == f"{guarded.home}passcode/"
    guarded.pressed("passcode/", passcode="rye bread")
    assert taken(guarded)


def test_a_link_that_is_none_or_over_has_none(desk: Desk, asked: Asked, invite: Invite, manager: Membership) -> None:
    guest = invite(post := asked())
    guest.says(desk.request(post), "approve")
    unknown = guest.client.get("/review/nobody/record.pdf")
    assert (unknown.status_code, "Perhaps a part of the address is missing" in unknown.content.decode()) == (404, True)

    with desk.agency.scope():
        services.revoke_link(link_id=guest.link.pk, actor=actor(manager))
    over = guest.client.get(f"{guest.home}record.pdf")
    assert (over.status_code, "It was withdrawn" in over.content.decode()) == (410, True)


def test_who_was_forgotten_is_no_name_in_any_record(
    desk: Desk, asked: Asked, invite: Invite, manager: Membership
) -> None:
    guest = invite(post := asked())
    guest.says(desk.request(post), "approve")
    assert "Ingrid Solheim" in words(record(desk, post))
    with desk.agency.scope():
        services.forget_guest(guest_id=guest.link.guest_id, actor=actor(manager))

    said = words(record(desk, post))

    assert "Ingrid" not in said
    assert "a guest who was forgotten" in " ".join(said.split())


def test_where_it_cannot_be_made_the_page_says_so_in_the_guests_language(
    desk: Desk, asked: Asked, invite: Invite
) -> None:
    guest = invite(post := asked())
    guest.says(desk.request(post), "approve")
    taken(guest)
    lose_the_key()

    said = guest.client.get(f"{guest.home}record.pdf")
    german = guest.client.get(f"{guest.home}record.pdf", {"lang": "de"})

    assert said.status_code == german.status_code == 503
    for expected in ("What you approved stays approved.", "manage.py signing_key show", guest.home):
        assert expected in said.content.decode(), expected
    assert "bleibt freigegeben" in german.content.decode()
