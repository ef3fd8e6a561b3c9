"""The schema is what the answers are: it is committed, and whatever schemathesis sends is answered as it says."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, settings
from jsonschema import Draft202012Validator
from pytest_django import DjangoDbBlocker
from schemathesis.checks import CHECKS

from apps.api.views import schema_text
from apps.core import tenancy
from apps.events import services as events
from apps.events.catalogue import CATALOGUE
from apps.webhooks import telling
from apps.webhooks.models import Endpoint
from tests.api.walk import arguments
from tests.house import rules
from tests.house import world as worlds
from tests.support.programs_with_keys import Program, program

COMMITTED = rules.ROOT / "docs/api/openapi.json"
SCHEMA = schemathesis.openapi.from_dict(json.loads(COMMITTED.read_bytes()))
# Few in the everyday run, for there are many operations; POSTROOM_API_EXAMPLES=200 looks harder.
EXAMPLES = int(os.environ.get("POSTROOM_API_EXAMPLES", "4"))
SCHEMA.config.phases.coverage.enabled = EXAMPLES > 4  # every edge of every field
APP = WSGIHandler()
KEPT = [
    CHECKS.get_one(name)
    for name in (
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
    )
]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[worlds.World, list[Program]]]:
    """A full organization, and keys of all of it and of one workspace."""
    signals = (request_started, request_finished)
    for signal in signals:  # They would close the connection that the test's transaction is on.
        signal.disconnect(close_old_connections)
    with django_db_blocker.unblock(), transaction.atomic():
        built = worlds.build()
        yield built, [program(built.workspace.organization), program(built.workspace)]
        transaction.set_rollback(True)
    for signal in signals:
        signal.connect(close_old_connections)


def test_the_committed_schema_is_what_the_code_says():
    assert COMMITTED.read_bytes() == schema_text(), (
        "docs/api/openapi.json is stale: manage.py spectacular --format openapi-json --file docs/api/openapi.json"
    )


def test_what_endpoints_are_told_is_in_the_schema():
    schema = json.loads(schema_text())
    told = {
        name: one["post"]["requestBody"]["content"]["application/json"]["schema"]
        for name, one in schema["webhooks"].items()
    }

    assert set(told) == {*CATALOGUE, "webhook.test"}
    shapes = schema["components"]["schemas"]
    assert told["post.published"] == {"$ref": "#/components/schemas/EventPostPublished"}
    shared, own = shapes["EventPostPublished"]["allOf"]
    assert shared["$ref"].endswith("/EventShape")
    assert own["properties"]["type"] == {"const": "post.published"}
    assert set(own["properties"]["data"]["properties"]) == {"publications"}
    assert shapes["EventShape"]["properties"]["version"]


def test_the_feed_tells_events_apart_by_their_type():
    shapes = json.loads(schema_text())["components"]["schemas"]

    assert shapes["Feed"]["properties"]["data"]["items"] == {"$ref": "#/components/schemas/AnyEvent"}
    by_type = shapes["AnyEvent"]["discriminator"]
    assert by_type["propertyName"] == "type"
    assert set(by_type["mapping"]) == set(CATALOGUE)
    for name, place in by_type["mapping"].items():
        _, own = shapes[place.rpartition("/")[2]]["allOf"]
        assert own["properties"]["type"] == {"const": name}


@pytest.mark.django_db
def test_what_is_told_is_what_the_schema_says(workspace):
    schema = json.loads(schema_text())
    with tenancy.scope(organization_id=workspace.organization_id), transaction.atomic():
        event = events.emit("workspace.updated", subject=workspace, data={"changed": ["name"]})
        told = {
            "workspace.updated": telling.as_data(event),
            "webhook.test": telling.a_test("dlv_1", event.created_at, Endpoint()),
        }

    for name, body in told.items():
        wanted = schema["webhooks"][name]["post"]["requestBody"]["content"]["application/json"]["schema"]
        checker = Draft202012Validator({**wanted, "components": schema["components"]})
        assert not [error.message for error in checker.iter_errors(body)]
        assert [*checker.iter_errors({**body, "type": "post.vanished"})]


def test_a_difference_is_noticed(monkeypatch):
    from apps.api import schema

    monkeypatch.setitem(schema.OF_ALL, "418", "Planted.")

    assert schema_text.__wrapped__() != COMMITTED.read_bytes()


@pytest.mark.django_db
@SCHEMA.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_one_that_the_schema_knows(case: Any, world: Any) -> None:
    built, programs = world
    chance = zlib.crc32(repr((case.path_parameters, case.query, case.body)).encode())
    if chance % 4:
        _with_real_ids(case, built)
    for name in [name for name in case.headers if name.lower() in ("authorization", "x-api-key")]:
        del case.headers[name]
    case.headers["Authorization"] = f"Bearer {programs[chance % len(programs)].text}"
    with transaction.atomic():
        case.call_and_validate(app=APP, checks=KEPT)
        transaction.set_rollback(True)


def _with_real_ids(case: Any, built: worlds.World) -> None:
    """Most examples ask about something that is there."""
    for name in case.path_parameters or {}:
        case.path_parameters[name] = str(arguments(built)[name])


def test_no_shape_contains_itself():
    """Readers unfold what a shape refers to, one that is in a circle without end."""
    shapes = json.loads(schema_text())["components"]["schemas"]
    below = {name: {ref for ref in _referred_to(shape) if ref in shapes} for name, shape in shapes.items()}
    while innermost := {name for name, refs in below.items() if not refs}:
        below = {name: refs - innermost for name, refs in below.items() if name not in innermost}

    assert sorted(below) == []


def _referred_to(part):
    if isinstance(part, dict):
        if isinstance(ref := part.get("$ref"), str):
            yield ref.rpartition("/")[2]
        part = list(part.values())
    if isinstance(part, list):
        for one in part:
            yield from _referred_to(one)
