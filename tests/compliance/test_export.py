"""Everything of a tenant in one file: all of it, nothing of anybody else's, and no secret."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection

from apps.compliance import estate, exporting
from apps.compliance.estate import Estate
from apps.core import tenancy
from tests.house import world as worlds
from tests.support import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return worlds.build()


def export(of: Estate) -> tuple[dict, zipfile.ZipFile]:
    file = io.BytesIO()
    exporting.write(of, file)
    archive = zipfile.ZipFile(file)
    return json.loads(archive.read("manifest.json")), archive


def rows(archive: zipfile.ZipFile, table: str) -> list[dict]:
    return [json.loads(line) for line in archive.read(f"tables/{table}.jsonl").splitlines()]


def tenant_tables() -> set[str]:
    """As the database sees it: tables with a column for the organization, and that of the organizations."""
    with connection.cursor() as cursor:
        found = {"tenants_organization"}
        for table in connection.introspection.table_names(cursor):
            columns = {column.name for column in connection.introspection.get_table_description(cursor, table)}
            found |= {table} if "organization_id" in columns else set()
    return found


def test_every_table_of_a_tenant_is_in_it(world):
    manifest, archive = export(Estate(world.workspace.organization_id))
    by_label = {model._meta.label: model._meta.db_table for model in apps.get_models()}

    assert {by_label[entry["table"]] for entry in manifest["files"] if "table" in entry} == tenant_tables()
    counts = {entry["table"]: entry["rows"] for entry in manifest["files"] if "table" in entry}
    assert counts["posts.Post"] == 6
    assert counts["tenants.Workspace"] == 2
    assert archive.testzip() is None


def test_a_room_that_is_forgotten_would_be_noticed(world, monkeypatch):
    everything = estate.tables()
    monkeypatch.setattr(estate, "tables", lambda: everything[:-1])

    manifest, _ = export(Estate(world.workspace.organization_id))

    assert len([entry for entry in manifest["files"] if "table" in entry]) == len(tenant_tables()) - 1


def test_the_manifest_tells_the_truth_about_each_file(world):
    manifest, archive = export(Estate(world.workspace.organization_id, world.workspace.pk))

    for entry in manifest["files"]:
        content = archive.read(entry["path"])
        assert (len(content), hashlib.sha256(content).hexdigest()) == (entry["bytes"], entry["sha256"])
        if "rows" in entry:
            assert content.count(b"\n") == entry["rows"]
    assert set(archive.namelist()) == {entry["path"] for entry in manifest["files"]} | {"manifest.json"}


def test_a_workspaces_file_has_its_rows_and_pictures_and_nobody_elses(world):
    factories.post(world.elsewhere, "Said elsewhere")
    factories.post(world.foreign, "Said by strangers")

    _, archive = export(Estate(world.workspace.organization_id, world.workspace.pk))
    everything = b"".join(archive.read(name) for name in archive.namelist()).decode("utf-8", "replace")

    assert f"{worlds.MARK} draft" in everything
    assert "Said elsewhere" not in everything
    assert "Said by strangers" not in everything
    assert str(world.elsewhere.pk) not in everything
    (asset,) = rows(archive, "media.asset")
    (picture,) = [name for name in archive.namelist() if name.startswith("media/")]
    assert hashlib.sha256(archive.read(picture)).hexdigest() == asset["sha256"]


def test_an_organizations_file_has_nothing_of_strangers(world):
    factories.post(world.foreign, "Said by strangers")

    _, archive = export(Estate(world.workspace.organization_id))
    everything = b"".join(archive.read(name) for name in archive.namelist()).decode("utf-8", "replace")

    assert "Said by strangers" not in everything
    assert str(world.foreign.organization_id) not in everything
    assert f"{worlds.MARK.lower()}@example.org" in everything, "invitations and members are the organization's"


def test_no_secret_leaves_with_it(world):
    manifest, archive = export(Estate(world.workspace.organization_id))
    everything = b"".join(archive.read(name) for name in archive.namelist()).decode("utf-8", "replace")

    assert "access_token" in manifest["withheld"]["social_accounts.Grant"]
    assert "token_hash" in manifest["withheld"]["tenants.Invitation"]
    for row in rows(archive, "social_accounts.grant"):
        assert not {"access_token", "refresh_token", "extra"} & set(row)
    assert "v1." not in "".join(json.dumps(row) for row in rows(archive, "social_accounts.grant")), "no ciphertext"
    assert "0" * 64 not in everything


def test_more_rows_than_a_page_are_all_there_once(workspace, monkeypatch):
    monkeypatch.setattr(estate, "PAGE", 7)
    for _ in range(23):
        factories.post(workspace)

    _, archive = export(Estate(workspace.organization_id, workspace.pk))

    assert len({row["id"] for row in rows(archive, "posts.post")}) == 23
    assert len(rows(archive, "posts.post")) == 23


def test_a_lost_file_is_told_and_stops_nothing(world, settings):
    with tenancy.across_tenants("the disk lost it"):
        asset = apps.get_model("media.Asset").across_tenants.get()
    asset.file.storage.delete(asset.file.name)

    manifest, _ = export(Estate(world.workspace.organization_id, world.workspace.pk))

    assert len(manifest["missing_files"]) == 1


def test_the_command_writes_a_file_for_its_owner_alone(world, tmp_path, capsys):
    to = tmp_path / "all.zip"

    call_command("export", workspace=world.workspace.pk, to=to)

    assert to.stat().st_mode & 0o777 == 0o600
    assert "rows" in capsys.readouterr().out
    assert not to.with_name("all.zip.part").exists()
    with pytest.raises(CommandError, match="exists already"):
        call_command("export", workspace=world.workspace.pk, to=to)
    with pytest.raises(CommandError, match="no such"):
        call_command("export", organization=world.workspace.pk, to=tmp_path / "none.zip")
