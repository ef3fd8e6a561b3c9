"""Everybody walks to every door with real ids in hand, and each door answers as the permission table says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path, reverse
from pytest_django import DjangoDbBlocker

from apps.tenants.access import page, public
from apps.tenants.models import Membership, Workspace
from apps.tenants.permissions import PERMISSIONS, Role
from tests.house import world as worlds
from tests.house.addresses import Address, addresses, undeclared
from tests.house.permission_table import (
    DEEDS,
    FOREIGN_PUBLIC,
    FOREIGN_SIGNED_IN,
    OPERATOR,
    PUBLIC,
    SIGNED_IN,
    Deed,
)
from tests.support import factories

pytestmark = pytest.mark.django_db
FOUND = {address.name: address for address in addresses()}
DOORS_OF_OURS = (PUBLIC, SIGNED_IN)
GUARDED = [deed for deed in DEEDS if deed.permission not in DOORS_OF_OURS]
SIGN_IN = "/accounts/login/"


@pytest.fixture(scope="module")
def built(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[worlds.World, Path]]:
    """One world for all visits, because each of them is undone."""
    folder = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=folder), transaction.atomic():
        yield worlds.build(), folder
        transaction.set_rollback(True)


@pytest.fixture
def world(built, settings) -> worlds.World:
    world, settings.MEDIA_ROOT = built
    return world


def knock(client: Client, deed: Deed, arguments: dict, others: dict) -> HttpResponse:
    """Do the deed and undo it, so that the next visitor finds the same world."""
    named = {name: others.get(deed.of.get(name, ""), arguments[name]) for name in FOUND[deed.name].arguments}
    with transaction.atomic():
        send = client.get if deed.method == "GET" else client.post
        answer = send(reverse(deed.name, kwargs=named), dict(deed.data))
        # A file that is read to its end is closed, and is looked through as any page.
        sent = b"".join(answer.streaming_content) if answer.streaming else None
        transaction.set_rollback(True)
    return answer if sent is None else HttpResponse(sent, status=answer.status_code, headers=answer.headers)


def was_let_in(deed: Deed, answer: HttpResponse) -> bool:
    if answer.status_code in deed.also:
        return True
    to_sign_in = answer.status_code == 302 and answer.url.startswith(SIGN_IN)
    return (answer.status_code < 400 and not to_sign_in) or answer.status_code in (409, 422)


def holds(role: Role, permission: str) -> bool:
    return permission in PERMISSIONS[role] or permission == "organization.enter"


def names_a_row(deed: Deed) -> bool:
    return any(name.endswith("_id") for name in FOUND[deed.name].arguments)


def test_every_address_declares_its_door_and_has_a_row_in_the_table():
    known = FOREIGN_PUBLIC | FOREIGN_SIGNED_IN

    assert undeclared(list(FOUND.values()), known=known, trusted=OPERATOR) == []
    # Programs have keys and no seats: tests/api walks with them.
    ours = {name for name, address in FOUND.items() if address.door is not None and address.door.kind != "key"}
    assert ours - {deed.name for deed in DEEDS} == set(), "an address without a row in the permission table"
    assert {deed.name for deed in DEEDS} - ours == set(), "a row of the permission table without an address"


def test_the_doors_say_what_the_table_says():
    for deed in DEEDS:
        door = FOUND[deed.name].door
        assert door is not None
        kind = {PUBLIC: "public", SIGNED_IN: "signed_in"}.get(deed.permission, "page")
        assert door.kind == kind, deed.name


def test_a_page_without_a_declared_door_is_noticed():
    def forgotten(request):
        return HttpResponse()

    @public
    def declared(request):
        return HttpResponse()

    found = [Address("rooms:forgotten", "", forgotten, ()), Address("rooms:declared", "", declared, ())]
    assert undeclared(found, known=frozenset()) == ["rooms:forgotten"]


@pytest.mark.parametrize("deed", DEEDS, ids=str)
def test_who_is_not_signed_in_is_asked_to(deed, world):
    answer = knock(Client(), deed, world.arguments, world.others)

    if deed.permission == PUBLIC:
        assert was_let_in(deed, answer), answer.status_code
    else:
        assert answer.status_code == 302
        assert answer.url.startswith(SIGN_IN)


@pytest.mark.parametrize("deed", GUARDED, ids=str)
def test_each_role_gets_in_exactly_where_it_holds_the_permission(deed, world):
    for role, member in world.members.items():
        answer = knock(factories.signed_in(member, at=world.workspace), deed, world.arguments, world.others)

        if holds(role, deed.permission):
            assert was_let_in(deed, answer), f"{role} got {answer.status_code}"
        else:
            assert answer.status_code == 403, f"{role} got {answer.status_code}"


@pytest.mark.parametrize("deed", GUARDED, ids=str)
def test_an_owner_of_another_organization_finds_nothing(deed, world):
    learns_nothing(deed, world, world.stranger, world.foreign, marks=(worlds.MARK, "Quillon"))


@pytest.mark.parametrize("deed", GUARDED, ids=str)
def test_a_manager_of_another_workspace_finds_nothing(deed, world):
    if deed.is_shared:
        client = factories.signed_in(world.neighbour, at=world.elsewhere)
        assert was_let_in(deed, knock(client, deed, world.arguments, world.others))
        return
    learns_nothing(deed, world, world.neighbour, world.elsewhere, marks=(worlds.MARK,))


def learns_nothing(deed: Deed, world: worlds.World, visitor: Membership, at: Workspace, *, marks) -> None:
    """Real ids of a foreign place look like ids that nobody has; pages without ids show the visitor's own place."""
    client = factories.signed_in(visitor, at=at)
    role = Role(visitor.role or Role.MANAGER)
    door = FOUND[deed.name].door
    answer = knock(client, deed, world.arguments, world.others)

    for mark in marks:
        assert mark not in answer.content.decode(), f"{deed} shows {mark} to a stranger"
    if not holds(role, door.permission):
        assert answer.status_code == 403
    elif names_a_row(deed):
        assert answer.status_code == 404, answer.status_code
        invented = knock(client, deed, worlds.unknown(world), {})
        assert invented.status_code == 404
        assert _stable(answer) == _stable(invented), "the answer tells a foreign id from an invented one"
    elif holds(role, deed.permission):
        assert was_let_in(deed, answer), answer.status_code


def _stable(answer: HttpResponse) -> str:
    text = re.sub(r'value="[A-Za-z0-9]{64}"|X-CSRFToken": "[^"]+"|"[A-Za-z0-9]{64}"', "", answer.content.decode())
    return re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "", text)


@pytest.mark.parametrize("name", sorted(FOREIGN_SIGNED_IN))
def test_the_pages_of_ones_own_sign_in_ask_for_it_first(name, client):
    arguments = dict.fromkeys(FOUND[name].arguments, 1)

    answer = client.get(reverse(name, kwargs=arguments))

    assert answer.status_code == 302
    assert SIGN_IN in answer.url


@pytest.mark.parametrize("name", sorted(name for name in FOUND if name.startswith("admin:")))
def test_the_operators_rooms_are_closed_to_members_and_guests(name, world, client):
    values = {"object_id": str(world.workspace.pk), "app_label": "tenants", "content_type_id": 1, "url": "x"}
    arguments = {argument: values.get(argument, world.workspace.pk) for argument in FOUND[name].arguments}
    address = reverse(name, kwargs=arguments)

    for visitor in (client, factories.signed_in(world.members[Role.OWNER])):
        answer = visitor.get(address)
        assert answer.status_code in (302, 403, 404), answer.status_code
        if answer.status_code == 302:
            assert answer.url.partition("?")[0] in ("/operator/", "/operator/login/", SIGN_IN)


def test_a_door_that_opens_too_far_is_noticed(world, settings):
    """The walk itself is tried against a page that forgot its permission."""

    @page("post.view")
    def careless(request, workspace_id):
        return HttpResponse(str(Workspace.plain.filter(pk=workspace_id).values_list("name", flat=True)))

    deed = Deed("careless", "GET", "workspace.edit")
    FOUND["careless"] = Address("careless", "careless/<uuid:workspace_id>/", careless, ("workspace_id",))
    settings.ROOT_URLCONF = type(
        "urls", (), {"urlpatterns": [path("careless/<uuid:workspace_id>/", careless, name="careless")]}
    )
    try:
        with pytest.raises(AssertionError):
            test_each_role_gets_in_exactly_where_it_holds_the_permission(deed, world)
        with pytest.raises(AssertionError):
            test_a_manager_of_another_workspace_finds_nothing(deed, world)
    finally:
        del FOUND["careless"]
