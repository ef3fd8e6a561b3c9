"""The guides for integrators: every example is run, against a server on a port, with the sandbox as the networks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from apps.api import guides
from apps.core import tenancy
from apps.events import services as events
from apps.social_accounts.models import ReturnOrigin
from apps.tenants.models import Organization
from tests.house import rules
from tests.support import factories
from tests.support.guides import Shell, blocks, needs_tools
from tests.support.integrators import Customer, Integrator
from tests.support.programs_with_keys import program
from tests.support.publishing import run_worker
from tests.support.sandbox import Sandbox

DOCS = rules.ROOT / "docs"
QUICK_START = DOCS / "guides/quick-start.md"
WITH_SHELL = sorted(name for name, guide in guides.GUIDES.items() if blocks(guide.path, "sh"))
# Run below, but for the receivers of webhooks: those are in tests/webhooks/test_guide.py.
WITH_PYTHON = {"quick-start", "idempotency", "webhooks"}
BAKERY = {"name": "Harbour Bakery", "external_ref": "client-7", "timezone": "Europe/Lisbon"}
# These make workspaces themselves.
FROM_NOTHING = {"quick-start", "workspaces"}
HANDLES = {"mastodon": "harbourcoffee", "linkedin": "lumenyoga"}
AWAY = "https://app.example.com"


@pytest.fixture
def agency(transactional_db: None, settings: Settings, tmp_path: Path) -> Organization:
    settings.MEDIA_ROOT = tmp_path / "media"
    made: Organization = factories.organization(name="Northlight Agency")
    factories.workspace(made, name="Delta Outdoor")
    with tenancy.scope(organization_id=made.pk):
        ReturnOrigin.objects.create(origin=AWAY)
    return made


@pytest.fixture
def api(live_server: LiveServer, agency: Organization) -> Iterator[Integrator]:
    with Integrator(live_server.url, program(agency).text) as made:
        yield made


@pytest.fixture
def customer(live_server: LiveServer, platforms: Sandbox) -> Customer:
    return Customer(live_server.url, platforms)


@pytest.fixture
def given(api: Integrator, customer: Customer) -> dict[str, str]:
    """What a reader has who has done the quick start, and a file."""
    workspace = api.post("/workspaces", BAKERY)["id"]
    session = api.post("/connect-sessions", {"workspace": workspace, "platforms": ["mastodon"]})
    customer.connects(session["url"], "mastodon", HANDLES["mastodon"])
    (account,) = api.get("/social-accounts", workspace=workspace)["data"]
    picture = {"file": ("dot.png", factories.picture(), "image/png")}
    media = api.post("/media", data={"workspace": workspace}, files=picture)
    return {"WORKSPACE": workspace, "ACCOUNT": account["id"], "MEDIA": media["id"]}


@needs_tools
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", WITH_SHELL)
def test_every_line_of_the_guide_works(
    name: str, api: Integrator, customer: Customer, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    given = {} if name in FROM_NOTHING else request.getfixturevalue("given")
    shell = Shell(tmp_path, HOST=api.url, KEY=api.key, **given)

    for block in blocks(guides.GUIDES[name].path, "sh"):
        shell.run(block)
        if "SESSION_URL=" in block:
            platform = "linkedin" if "linkedin" in block else "mastodon"
            arrived = customer.connects(shell.value("SESSION_URL"), platform, HANDLES[platform])
            assert arrived.startswith(f"{AWAY}/connected?status=pending") or platform == "mastodon"
        run_worker()
        events.relay()

    if name == "quick-start":
        read = api.get(f"/posts/{shell.value('POST_ID')}")
        assert (read["status"], bool(read["publications"][0]["url"])) == ("published", True)


@pytest.mark.django_db(transaction=True)
def test_the_quick_start_in_python_works(
    api: Integrator, customer: Customer, platforms: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setenv("HOST", api.url)
    monkeypatch.setenv("KEY", api.key)
    names: dict[str, Any] = {}
    first, second, third = blocks(QUICK_START, "python")

    exec(first, names)
    customer.connects(names["session"]["url"], "mastodon", HANDLES["mastodon"])
    exec(second, names)
    run_worker()
    exec(third, names)

    names["api"].close()
    assert names["post"]["status"] == "published"
    assert "published http" in capsys.readouterr().out
    assert platforms.texts("mastodon", HANDLES["mastodon"]) == ["The espresso machine is warm."]


class Lossy(httpx.HTTPTransport):
    """A line on which the first answer is lost on its way back."""

    def __init__(self) -> None:
        super().__init__(verify=False)
        self.sent = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = super().handle_request(request)
        self.sent += 1
        if self.sent == 1:
            answer.read()
            raise httpx.ReadError("The line is dead")
        return answer


@pytest.mark.django_db(transaction=True)
def test_what_the_guide_sends_again_is_there_once(api: Integrator, given: dict[str, str]) -> None:
    names: dict[str, Any] = {}
    exec(*blocks(guides.GUIDES["idempotency"].path, "python"), names)
    names["PAUSES"] = (0, 0)
    headers = {"Authorization": f"Bearer {api.key}"}
    body = {"workspace": given["WORKSPACE"], "text": "Rolls"}

    with httpx.Client(base_url=f"{api.url}/api/v1", headers=headers, transport=(line := Lossy())) as client:
        answer = names["write"](client, "/posts", body, key="rolls")

    assert (line.sent, answer.status_code, answer.headers["Idempotent-Replayed"]) == (2, 201, "true")
    assert [one["id"] for one in api.get("/posts")["data"]] == [answer.json()["id"]]


@pytest.mark.parametrize("name", sorted(guides.GUIDES))
def test_no_python_is_shown_that_no_test_runs(name: str) -> None:
    assert not blocks(guides.GUIDES[name].path, "python") or name in WITH_PYTHON


@needs_tools
def test_a_line_that_does_not_work_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        Shell(tmp_path).run('echo "{}" | jq -e .missing')


def test_the_table_of_the_guides_names_each() -> None:
    named = set(re.findall(r"\]\(([\w./-]+\.md)\)", (DOCS / "guides/api.md").read_text()))

    assert {(DOCS / "guides" / name).resolve() for name in named} == {one.path for one in guides.GUIDES.values()}
