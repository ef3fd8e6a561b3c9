"""Everything of a tenant in one file: all of it, nothing of anybody else's, and no secret."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from apps.compliance import estate, exporting, services
from apps.compliance.estate import Estate
from apps.compliance.models import Export
from apps.compliance.states import ExportState
from apps.core import tenancy
from apps.events.models import Event
from apps.tenants.permissions import Role
from tests.house import world as worlds
from tests.support import factories
from tests.webhooks.conftest import read

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
    assert counts["posts.Post"] == 8
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
    (picture,) = [name for name in archive.namelist() if name.startswith("media/media.asset/")]
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


def test_files_in_a_bucket_are_read_in_pieces(world, bucket, monkeypatch):
    """A film must not be fetched as a whole into memory."""
    with tenancy.across_tenants("a test looks"):
        asset = apps.get_model("media.Asset").across_tenants.get()
    film = bytes(range(256)) * 4096
    default_storage.save(asset.file.name, ContentFile(film))
    monkeypatch.setattr(type(default_storage._wrapped), "open", None)

    manifest, archive = export(Estate(world.workspace.organization_id, world.workspace.pk))

    (entry,) = [one for one in manifest["files"] if one["path"].startswith("media/")]
    assert archive.read(entry["path"]) == film
    assert entry["sha256"] == hashlib.sha256(film).hexdigest()


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


# --- the page


@pytest.fixture
def owner_client(world):
    return factories.signed_in(world.members[Role.OWNER], at=world.workspace)


def test_an_owner_asks_for_a_file_fetches_it_and_it_ends(world, owner_client, clock, settings):
    with tenancy.across_tenants("the world has one of its own"):
        Export.across_tenants.all().delete()
    owner_client.post("/compliance/exports/", {"workspace": str(world.workspace.pk)})
    owner_client.post("/compliance/exports/", {"workspace": str(world.workspace.pk)})
    with tenancy.across_tenants("a test looks"):
        (export,) = Export.across_tenants.all()
    assert owner_client.get(f"/compliance/exports/{export.pk}/file/").status_code == 404, "it is not made yet"

    assert services.prepare_exports(now=clock.now) == 1
    page = owner_client.get("/compliance/exports/").content.decode()
    answer = owner_client.get(f"/compliance/exports/{export.pk}/file/")
    content = b"".join(answer.streaming_content)

    assert f"/compliance/exports/{export.pk}/file/" in page
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
    assert hashlib.sha256(content).hexdigest() == read(export).sha256
    stored = read(export).stored_name
    services.end_exports(now=clock.now + settings.EXPORT_KEPT + timedelta(seconds=1))
    assert owner_client.get(f"/compliance/exports/{export.pk}/file/").status_code == 404
    assert not default_storage.exists(stored)


def test_a_file_of_a_strangers_workspace_cannot_be_asked_for(world, owner_client):
    owner_client.post("/compliance/exports/", {"workspace": str(world.foreign.pk)})

    with tenancy.across_tenants("a test looks"):
        assert not Export.across_tenants.filter(workspace=world.foreign).exists()


def test_a_file_that_cannot_be_made_is_given_up_and_told(world, clock, monkeypatch, caplog):
    def broken(*_):
        raise OSError("no space left")

    monkeypatch.setattr(exporting, "write", broken)
    for _ in range(4):
        services.prepare_exports(now=clock.now)
        clock.advance(hours=3)

    with tenancy.across_tenants("a test looks"):
        (export,) = Export.across_tenants.all()
        assert (export.state, export.tries, export.problem) == (ExportState.FAILED, 3, "OSError")
        assert Event.across_tenants.filter(name="export.failed", subject_id=export.pk).count() == 1
