"""Programs with every kind of key call every operation with real ids, and learn what is theirs and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import override_settings
from pytest_django import DjangoDbBlocker
from rest_framework.response import Response

from apps.core.ids import new_id
from apps.social_accounts.api.accounts import AccountOperations
from apps.social_accounts.models import SocialAccount
from apps.tenants.permissions import EVERY_MEMBER, ORGANIZATION_WIDE
from apps.tenants.rest.views import Operations
from apps.tenants.scopes import SCOPES
from tests.api.walk import CALLS, FOUND, OPEN, Call, arguments, no_ids, operations
from tests.house import world as worlds
from tests.support import factories
from tests.support.programs_with_keys import Program, program

pytestmark = pytest.mark.django_db
NOTHING = 404
WIDE = [call for call in CALLS if call.permission in ORGANIZATION_WIDE - EVERY_MEMBER]


@pytest.fixture(scope="module")
def built(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[worlds.World]:
    """One world for all calls, because each of them is undone."""
    folder = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=folder), transaction.atomic():
        yield worlds.build()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def programs(built: worlds.World, django_db_blocker: DjangoDbBlocker) -> dict[str, Program]:
    with django_db_blocker.unblock():
        return {
            "own": program(built.workspace.organization),
            "workspace": program(built.workspace),
            "neighbour": program(built.elsewhere),
            "stranger": program(built.foreign.organization),
        }


@pytest.fixture(scope="module")
def foreign_account(built: worlds.World, django_db_blocker: DjangoDbBlocker) -> SocialAccount:
    with django_db_blocker.unblock():
        return factories.account(built.foreign)


def ask(call: Call, own: Program, named: dict):
    with transaction.atomic():
        answer = call.send(own, named)
        sent = b"".join(answer.streaming_content) if answer.streaming else None
        transaction.set_rollback(True)
    return answer if sent is None else HttpResponse(sent, status=answer.status_code, headers=answer.headers)


def was_carried_out(call: Call, answer) -> bool:
    return answer.status_code < 400 or answer.status_code in call.also


def stable(answer) -> str:
    """The body without what differs from request to request."""
    return re.sub(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}", "", answer.content.decode())


def test_every_operation_is_called_here():
    assert operations() - {(call.name, call.method) for call in CALLS} == set(), "an operation without a row in CALLS"
    assert {(call.name, call.method) for call in CALLS} - operations() == set(), "a row without an operation"
    assert {name for name in OPEN if name not in FOUND} == set()


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_the_operation_can_be_carried_out(call, built, programs):
    answer = ask(call, programs["own"], arguments(built))

    assert was_carried_out(call, answer), answer.content.decode()


def test_what_is_held_against_a_tag_is_held_before(built, programs, monkeypatch):
    """Else somebody may change it between the look at the tag and the change."""
    held, require, told, loose = Operations.held, Operations.require_match, [], set()
    monkeypatch.setattr(Operations, "held", lambda *said, **how: (told.append("held"), held(*said, **how))[1])
    monkeypatch.setattr(Operations, "require_match", lambda *said: (told.append("tag"), require(*said))[1])
    # An app that is entered for the first time is nothing to hold yet: of two, the constraint lets one.
    for call in [call for call in CALLS if call.method in ("PATCH", "PUT", "DELETE") and call.name != "api:oauth_app"]:
        told.clear()
        ask(call, programs["own"], arguments(built))
        if "tag" in told and told[0] != "held":
            loose.add(f"{call.method} {call.name}")

    assert loose == set()


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_without_a_key_nothing_is_told(call, built, programs):
    for text in ("", "pr_live_" + "0" * 36, "pr_live_"):
        answer = ask(call, replace(programs["own"], text=text), arguments(built))

        assert answer.status_code == 401
        assert worlds.MARK not in answer.content.decode()


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_the_scopes_decide(call, built, programs):
    if call.permission in EVERY_MEMBER:
        return
    without = [scope for scope, held in SCOPES.items() if call.permission not in held]
    answer = ask(call, program(built.workspace.organization, scopes=without), arguments(built))

    assert answer.status_code == 403, answer.content.decode()
    assert answer.json()["code"] == "forbidden"


@pytest.mark.parametrize("call", CALLS, ids=str)
@pytest.mark.parametrize("who", ["stranger", "neighbour"])
def test_a_foreign_id_is_one_that_nobody_has(who, call, built, programs):
    own, real = programs[who], arguments(built)
    invented = {**dict.fromkeys(real, new_id()), **worlds.unknown(built), **no_ids(real)}

    answer, other = ask(call, own, real), ask(call, own, invented)

    assert worlds.MARK not in answer.content.decode()
    if who == "neighbour" and call.permission in ORGANIZATION_WIDE - EVERY_MEMBER:
        assert answer.status_code == 403
    elif call.is_listing:
        assert was_carried_out(call, answer)
    elif FOUND[call.name].arguments:
        assert answer.status_code == NOTHING, answer.content.decode()
    else:
        assert answer.status_code == 422, answer.content.decode()
        assert {fault["code"] for fault in answer.json()["errors"]} == {"not_found"}
    assert answer.status_code == other.status_code
    if not call.is_listing:
        assert stable(answer) == stable(other), "the answer tells a foreign id from an invented one"


@pytest.mark.parametrize("call", [call for call in CALLS if call.names], ids=str)
def test_a_foreign_id_inside_a_body_is_one_that_nobody_has(call, built, programs, foreign_account):
    """The path is the caller's own; only the body points elsewhere."""
    mine = arguments(built)
    foreign_ids = {"folder_id": new_id(), "workspace_id": built.foreign.pk, "account_id": foreign_account.pk}
    for place in call.names.values():
        foreign = {**mine, place: foreign_ids.get(place, new_id())}
        invented = {**mine, place: new_id()}
        answer, other = ask(call, programs["own"], foreign), ask(call, programs["own"], invented)

        assert answer.status_code == other.status_code == 422
        assert stable(answer) == stable(other)


@pytest.mark.parametrize("query", ["workspace={}", "workspace=ws_{}"])
@pytest.mark.parametrize("path", ["/social-accounts", "/connect-sessions"])
def test_a_filter_names_no_other_workspace(path, query, built, programs):
    asked = query.format(built.workspace.pk.hex)
    for who, shown in {"own": True, "workspace": True, "neighbour": False, "stranger": False}.items():
        answer = programs[who].client.get(
            f"/api/v1{path}?{asked}", headers={"Authorization": f"Bearer {programs[who].text}"}
        )
        assert answer.status_code == 200
        assert bool(answer.json()["data"]) is shown, who


@pytest.mark.parametrize("call", WIDE, ids=str)
def test_a_workspaces_key_has_no_say_in_the_organization(call, built, programs):
    answer = ask(call, programs["workspace"], arguments(built))

    assert answer.status_code == 403


@pytest.mark.parametrize("call", [call for call in CALLS if call.permission not in ORGANIZATION_WIDE], ids=str)
def test_a_workspaces_key_works_in_its_own(call, built, programs):
    assert was_carried_out(call, ask(call, programs["workspace"], arguments(built)))


def test_a_walk_that_sees_too_much_is_noticed(built, programs, monkeypatch):
    """The walk itself is tried against an operation that tells whatever it is asked."""
    monkeypatch.setattr(AccountOperations, "get", lambda self, request, account_id: Response({"id": str(account_id)}))
    call = next(call for call in CALLS if str(call) == "GET api:account")

    with pytest.raises(AssertionError):
        test_a_foreign_id_is_one_that_nobody_has("stranger", call, built, programs)
