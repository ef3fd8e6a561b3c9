"""The house keeps its own rules, and each rule is tried against a house that does not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.db import models
from django.test.utils import isolate_apps

from apps.events.catalogue import CATALOGUE
from config import env
from tests.house import rules

OPERATIONS = (rules.ROOT / "docs/operations.md").read_text()
EVENTS = (rules.ROOT / "docs/events.md").read_text()


def section(page: str, heading: str) -> str:
    """The part of a page below a heading, up to the next one of that rank."""
    found = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    assert found, f"docs/operations.md has no section {heading!r}"
    return found.group(1)


def test_every_environment_variable_is_documented():
    # Read outside of settings too: by the supervisor, in the development settings, in commands.
    source = "\n".join(path.read_text() for path in sorted((rules.ROOT / "config").rglob("*.py")))
    read = env.READ | set(re.findall(r"env\.(?:text|integer|flag|words|database)\(\s*\"([A-Z_]+)\"", source))

    assert rules.undocumented(read, section(OPERATIONS, "Environment variables")) == []


def test_every_event_is_documented_with_its_sentence_and_no_other():
    assert rules.undocumented(CATALOGUE, EVENTS) == []
    assert rules.documented_in_vain(CATALOGUE, EVENTS) == []
    assert rules.wrong_sentences(CATALOGUE, EVENTS) == []


def test_no_code_names_an_event_outside_the_catalogue():
    named = {
        name
        for path in sorted((rules.ROOT / "apps").rglob("*.py"))
        for name in rules.events_named_in(path.read_text())
        if "*" not in name
    }
    assert named - set(CATALOGUE) == set()


def test_gaps_in_the_documents_are_noticed():
    page = "| name | what |\n|---|---|\n| `KNOWN` | A sentence. |\n| `GONE` | Another. |\n"

    assert rules.undocumented(["KNOWN", "FORGOTTEN"], page) == ["FORGOTTEN"]
    assert rules.documented_in_vain(["KNOWN"], page) == ["GONE"]
    assert rules.wrong_sentences({"KNOWN": "A new sentence."}, page) == ["KNOWN"]
    assert rules.events_named_in('events.emit("post.vanished", subject=post)') == {"post.vanished"}


@pytest.mark.django_db
def test_no_migration_is_missing():
    assert rules.missing_migrations() == ""


@pytest.mark.django_db
@isolate_apps("apps.events", attr_name="apps")
def test_a_missing_migration_is_noticed(monkeypatch):
    from apps.events.models import Event

    field = models.CharField(max_length=7, default="")
    field.contribute_to_class(Event, "planted")
    try:
        assert "planted" in rules.missing_migrations()
    finally:
        Event._meta.local_fields.remove(field)
        Event._meta._expire_cache()
        del Event.planted


def test_imports_point_down():
    assert rules.broken_contracts() == ""


@pytest.mark.parametrize(
    ("room", "line"),
    [
        ("core", "from apps.tenants import permissions"),
        ("platforms", "import django"),
        ("posts", "from apps.publishing import states"),
        ("sandbox", "from apps.platforms import errors"),
        ("media/decoding", "import django"),
    ],
)
def test_an_import_that_points_up_is_noticed(tmp_path: Path, room, line):
    """Skeletons of the rooms, and one line in the wrong place, under the contracts of this house."""
    names = ("analytics", "api", "approvals", "audit", "compliance", "core", "dashboard", "events", "governor", "links",
             "media", "platforms", "posts", "publishing", "reports", "sandbox", "social_accounts", "tenants", "usage",
             "watch", "webhooks")  # fmt: skip
    inner = ("platforms/adapters", "platforms/adapters/one", "media/decoding", "media/probing", "media/room")
    for name in (*names, *inner):
        folder = tmp_path / "apps" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "__init__.py").touch()
    (tmp_path / "apps/__init__.py").touch()
    for module in ("core/clock", "core/tenancy", "tenants/permissions", "publishing/states", "platforms/errors"):
        (tmp_path / f"apps/{module}.py").touch()
    contracts = (rules.ROOT / "pyproject.toml").read_text().partition("[tool.importlinter]")[2]
    config = tmp_path / "pyproject.toml"
    config.write_text("[tool.importlinter]" + contracts)
    assert rules.broken_contracts(config=config, at=tmp_path) == ""

    (tmp_path / "apps" / room / "mistake.py").write_text(line + "\n")

    assert "BROKEN" in rules.broken_contracts(config=config, at=tmp_path)
