"""API keys: their shape, who may make which, and when one opens the door."""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from apps.audit.models import Entry
from apps.tenants import keys, services
from apps.tenants.callers import OnlyTesting
from apps.tenants.errors import KeyProblem
from apps.tenants.keys import Mode
from apps.tenants.members import Member
from apps.tenants.models import ApiKey, Membership, Organization, Workspace
from apps.tenants.permissions import Role
from apps.tenants.scopes import SCOPES
from apps.tenants.services.api_keys import networks
from tests.support import factories
from tests.support.clock import Clock
from tests.support.programs_with_keys import program

Seat = Callable[[Membership], Member]


# --- the shape --------------------------------------------------------------------------------------------------------


@given(st.sampled_from(list(Mode)))
def test_a_key_is_read_as_it_was_made(mode):
    made = keys.new(mode)
    text = made.text.reveal()

    assert re.fullmatch(rf"pr_{mode}_[0-9A-Za-z]{{36}}", text)
    assert keys.read(text) == made


@given(st.integers(0, 35), st.sampled_from(string.ascii_letters + string.digits))
def test_a_slip_of_the_pen_is_no_key(place, letter):
    text = keys.new(Mode.LIVE).text.reveal()
    at = len("pr_live_") + place
    slipped = text[:at] + letter + text[at + 1 :]

    assert (keys.read(slipped) is None) == (slipped != text)


@given(st.text())
def test_whatever_else_is_shown_is_no_key(text):
    assert keys.read(text) is None
    assert keys.read(f"pr_live_{text}") is None


def test_a_slip_is_told_without_asking_the_database(django_assert_num_queries, db):
    with django_assert_num_queries(0):
        assert services.caller_with("pr_live_" + "a" * 36) is None


def test_a_live_key_does_not_pass_for_a_test_key():
    text = keys.new(Mode.LIVE).text.reveal()

    assert keys.read(text.replace("live", "test")) is None


# --- making -----------------------------------------------------------------------------------------------------------

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(organization: Organization, seat: Seat) -> Member:
    return seat(factories.member(organization, Role.ADMIN))


def make(by: Member, **fields):
    values = {"name": "Ours", "mode": Mode.LIVE, "scopes": ["posts:write"], **fields}
    with by.scope():
        return services.make_key(by=by, **values)


def test_a_key_is_told_once_and_kept_as_a_hash(admin):
    key, text = make(admin)

    with admin.scope():
        stored = ApiKey.objects.values().get(pk=key.pk)
    assert text.reveal() not in str(stored)
    caller = services.caller_with(text.reveal())
    assert caller is not None
    assert caller.key == key
    assert caller.organization == admin.organization


def test_making_rolling_and_revoking_are_in_the_diary_without_the_key(admin):
    key, text = make(admin)
    with admin.scope():
        services.roll_key(key=key, by=admin)
        services.revoke_key(key=key, by=admin)
        services.revoke_key(key=key, by=admin)
        entries = list(Entry.objects.filter(subject_id=key.pk).order_by("id"))

    assert [entry.verb for entry in entries] == ["api_key.made", "api_key.rolled", "api_key.revoked"]
    assert text.reveal() not in str([entry.diff for entry in entries])


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["nothing:read"]}, "scopes"),
        ({"allowed_addresses": ["nowhere"]}, "allowed_addresses"),
        ({"expires_at": None}, ""),
    ],
)
def test_what_is_no_key_is_refused_by_name(admin, clock, fields, at_fault):
    if not at_fault:
        fields, at_fault = {"expires_at": clock.now}, "expires_at"

    with pytest.raises(KeyProblem) as refused:
        make(admin, **fields)
    assert refused.value.field == at_fault


def test_there_are_so_many_keys_and_a_revoked_one_makes_room(admin, settings):
    settings.API_MAX_KEYS = 2
    first, _ = make(admin)
    make(admin)

    with pytest.raises(KeyProblem):
        make(admin)
    with admin.scope():
        services.revoke_key(key=first, by=admin)
    make(admin)


def test_an_organization_has_fifty_keys_unless_the_operator_says_otherwise(settings):
    assert settings.API_MAX_KEYS == 50


def test_a_key_that_is_over_is_not_rolled_back_to_life(admin, clock: Clock):
    key, _ = make(admin, expires_at=clock.now + timedelta(hours=1))
    revoked, _ = make(admin)
    with admin.scope():
        services.revoke_key(key=revoked, by=admin)
    clock.advance(hours=1)

    for over in (key, revoked):
        with admin.scope(), pytest.raises(KeyProblem, match="is over"):
            services.roll_key(key=over, by=admin)


def test_the_text_before_a_roll_opens_no_more_than_the_key_does(admin, clock: Clock):
    _, elsewhere = rolled = make(admin, allowed_addresses=["203.0.113.0/24"], expires_at=clock.now + timedelta(hours=1))
    with admin.scope():
        services.roll_key(key=rolled[0], by=admin, overlap=timedelta(days=7))

    assert services.caller_with(elsewhere.reveal(), address="198.51.100.7") is None
    assert services.caller_with(elsewhere.reveal(), address="203.0.113.7") is not None
    clock.advance(hours=1)  # The key's own end comes before that of the overlap.
    assert services.caller_with(elsewhere.reveal(), address="203.0.113.7") is None


def test_a_key_hands_on_no_more_than_it_holds(organization):
    narrow = services.caller_with(program(organization, scopes=["keys:write", "posts:read"]).text)
    assert narrow is not None

    with narrow.scope():
        assert services.scopes_to_give(narrow) == ["keys:read", "posts:read", "keys:write"]
        with pytest.raises(KeyProblem):
            services.make_key(by=narrow, name="More", mode=Mode.LIVE, scopes=["posts:write"])


def test_a_test_key_makes_and_rolls_no_live_one(organization, admin):
    testing = services.caller_with(program(organization, mode=Mode.TEST).text)
    live, _ = make(admin)
    assert testing is not None

    with testing.scope():
        with pytest.raises(KeyProblem):
            services.make_key(by=testing, name="Live", mode=Mode.LIVE, scopes=["posts:read"])
        with pytest.raises(KeyProblem):
            services.roll_key(key=live, by=testing)


# --- at the door ------------------------------------------------------------------------------------------------------


def test_an_old_text_works_until_the_overlap_is_over(admin, clock: Clock):
    key, old = make(admin)
    with admin.scope():
        _, new = services.roll_key(key=key, by=admin, overlap=timedelta(hours=24))

    assert services.caller_with(old.reveal()) is not None
    clock.advance(hours=23, minutes=59)
    assert services.caller_with(old.reveal()) is not None
    clock.advance(minutes=2)
    assert services.caller_with(old.reveal()) is None
    assert services.caller_with(new.reveal()) is not None


def test_rolling_without_an_overlap_ends_the_old_text_at_once(admin):
    key, old = make(admin)
    with admin.scope():
        services.roll_key(key=key, by=admin, overlap=timedelta(0))

    assert services.caller_with(old.reveal()) is None


def test_revoking_ends_both_texts_at_once(admin):
    key, old = make(admin)
    with admin.scope():
        rolled, new = services.roll_key(key=key, by=admin)
        services.revoke_key(key=rolled, by=admin)
        with pytest.raises(KeyProblem):
            services.roll_key(key=rolled, by=admin)

    assert services.caller_with(old.reveal()) is None
    assert services.caller_with(new.reveal()) is None


def test_a_key_ends_by_itself(admin, clock: Clock):
    _, text = make(admin, expires_at=clock.now + timedelta(hours=1))

    assert services.caller_with(text.reveal()) is not None
    clock.advance(hours=1)
    assert services.caller_with(text.reveal()) is None


@pytest.mark.parametrize(
    ("address", "opens"),
    [
        ("203.0.113.7", True),
        ("::ffff:203.0.113.7", True),
        ("2001:db8::1", True),
        ("203.0.114.7", False),
        ("", False),
        ("rubbish", False),
    ],
)
def test_a_key_works_from_its_addresses_alone(admin, address, opens):
    _, text = make(admin, allowed_addresses=["203.0.113.0/24", "2001:db8::/64"])

    assert (services.caller_with(text.reveal(), address=address) is not None) is opens


def test_addresses_are_kept_as_networks():
    assert networks(["203.0.113.7", " 10.1.2.3/8 ", ""]) == ["203.0.113.7/32", "10.0.0.0/8"]


def test_when_a_key_was_used_is_known_roughly(admin, clock: Clock):
    key, text = make(admin)

    def last_used():
        with admin.scope():
            return ApiKey.objects.get(pk=key.pk).last_used_at

    first = clock.now
    services.caller_with(text.reveal())
    clock.advance(minutes=1)
    services.caller_with(text.reveal())
    assert last_used() == first
    clock.advance(minutes=5)
    services.caller_with(text.reveal())
    assert last_used() == clock.now


def test_a_workspaces_key_sees_one_workspace(workspace: Workspace, other_workspace: Workspace):
    caller = services.caller_with(program(workspace).text)
    assert caller is not None

    with caller.scope():
        assert list(Workspace.objects.all()) == [workspace]
    assert not caller.may("workspace.create")
    assert caller.may("post.schedule")


def test_a_test_key_does_nothing_that_a_platform_takes_seriously(organization, workspace):
    trying = factories.workspace(organization, is_test=True)
    caller = services.caller_with(program(organization, mode=Mode.TEST).text)
    assert caller is not None

    with caller.scope():  # It publishes, where nothing leads to a platform.
        assert list(Workspace.objects.all()) == [trying]
        caller.require("post.publish", trying.pk)
    assert not caller.may("app.edit")
    with pytest.raises(OnlyTesting):
        caller.require("app.edit")


def test_a_live_key_sees_no_test_workspace(organization, workspace):
    trying = factories.workspace(organization, is_test=True)
    for key in (program(organization), program(trying)):
        caller = services.caller_with(key.text)
        assert caller is not None
        with caller.scope():
            assert trying not in Workspace.objects.all()


def test_every_permission_is_in_a_scope_or_left_out_on_purpose():
    from apps.tenants.permissions import ALL_PERMISSIONS

    left_out = {
        "organization.enter", "organization.erase", "organization.export", "owner.appoint",
        "organization.stop", "publishing.stop",
    }  # fmt: skip
    assert frozenset().union(*SCOPES.values()) == ALL_PERMISSIONS - left_out


# --- the pages --------------------------------------------------------------------------------------------------------


def test_a_member_makes_copies_rolls_and_revokes_a_key(organization, workspace):
    browser = factories.signed_in(factories.member(organization, Role.ADMIN), at=workspace)
    wanted = {
        "name": "Our product",
        "mode": "live",
        "scopes": ["posts:write", "media:write"],
        "workspace": workspace.pk,
    }

    shown = browser.post(reverse("tenants:key_make"), wanted)
    text = shown.context["text"]
    assert text in shown.content.decode()
    assert "no-cache" in shown["Cache-Control"]
    caller = services.caller_with(text)
    assert caller is not None
    assert caller.key.workspace_id == workspace.pk

    listed = browser.get(reverse("tenants:keys")).content.decode()
    assert "Our product" in listed
    assert caller.key.masked in listed
    assert text not in listed

    again = browser.post(reverse("tenants:key_roll", args=[caller.key.pk])).context["text"]
    assert services.caller_with(again) is not None
    browser.post(reverse("tenants:key_revoke", args=[caller.key.pk]))
    assert services.caller_with(again) is None
    assert "Revoked" in browser.get(reverse("tenants:keys")).content.decode()


def test_a_form_says_what_is_missing(organization, workspace):
    browser = factories.signed_in(factories.member(organization, Role.ADMIN), at=workspace)

    answer = browser.post(reverse("tenants:key_make"), {"name": "Ours", "mode": "live", "allowed_addresses": "x",
                                                        "scopes": ["posts:read"]})  # fmt: skip

    assert answer.status_code == 422
    assert "Write addresses and networks" in answer.content.decode()


def test_the_keys_of_others_are_not_found(workspace, stranger_workspace):
    own = program(stranger_workspace.organization)
    browser = factories.signed_in(factories.member(workspace.organization, Role.ADMIN), at=workspace)

    assert browser.post(reverse("tenants:key_revoke", args=[own.key.pk])).status_code == 404
    assert services.caller_with(own.text) is not None
