"""Erasing a tenant: not by mistake, not before its time, and then to the last row, of nobody else's."""

from __future__ import annotations

import io

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.test import Client

from apps.audit import services as audit
from apps.audit.models import Entry
from apps.compliance import demolition, services
from apps.compliance.models import Erasure
from apps.compliance.states import ErasureState
from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.media import storage
from apps.media.models import Asset, CaptionTrack, Folder, ShelfItem
from apps.media.services import pieces, take_from_shelf, uploads
from apps.media.services.destinations import Destination
from apps.publishing.models import Publication
from apps.publishing.states import State
from apps.social_accounts.models import Grant
from apps.tenants.models import Organization, Workspace
from apps.tenants.permissions import Role
from tests.compliance.test_export import tenant_tables
from tests.house import world as worlds
from tests.support import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(settings, tmp_path, clock):
    settings.MEDIA_ROOT = tmp_path / "media"
    made = worlds.build()
    Erasure.objects.all().delete()
    for place in (made.workspace, made.elsewhere, made.foreign):
        with tenancy.scope(organization_id=place.organization_id):
            audit.record("workspace.created", subject=place, actor=SYSTEM, diff={"name": place.name})
    factories.publication(*draft_for(made.elsewhere))
    return made


def draft_for(place):
    account = factories.account(place)
    return factories.post(place, accounts=[account]), account


@pytest.fixture
def owner(world):
    return factories.signed_in(world.members[Role.OWNER], at=world.workspace)


def ask(owner, typed: str, workspace=None):
    owner.post("/compliance/erasures/", {"typed": typed, "workspace": str(workspace.pk) if workspace else ""})
    return Erasure.objects.first()


def rows_left(organization_id, workspace_id=None) -> dict[str, int]:
    """Rows by table, asked of the database itself."""
    found = {}
    with tenancy.across_tenants("a test counts"), connection.cursor() as cursor:
        for table in tenant_tables():
            column = "id" if table == "tenants_organization" else "organization_id"
            own = organization_id
            if workspace_id:
                names = {one.name for one in connection.introspection.get_table_description(cursor, table)}
                column = "id" if table == "tenants_workspace" else "workspace_id"
                if column not in names or table == "tenants_organization":
                    continue
                own = workspace_id
            value = own.hex if connection.vendor == "sqlite" else str(own)
            cursor.execute(f"SELECT count(*) FROM {table} WHERE {column} = %s", [value])
            (count,) = cursor.fetchone()
            found |= {table: count} if count else {}
    return found


def test_an_organization_is_erased_to_the_last_row_and_certified(world, owner, clock, settings):
    home, foreign = world.workspace.organization_id, world.foreign.organization_id
    with tenancy.across_tenants("a test looks"):
        stored = Asset.across_tenants.get(workspace=world.workspace).file.name
    before, theirs = rows_left(home), rows_left(foreign)
    assert len(before) > 15

    erasure = ask(owner, "Quillon Agency")
    services.carry_out_erasures(now=clock.advance(days=15))

    assert rows_left(home) == {}
    assert rows_left(foreign) == theirs
    assert not default_storage.exists(stored)
    certificate = Client().get(f"/compliance/erasure/{erasure.code}/").content.decode()
    assert "Erased" in certificate
    assert "posts.Post" in certificate
    erasure.refresh_from_db()
    assert erasure.removed["tenants.Organization"] == 1
    assert erasure.removed["audit.Entry"] >= 3
    for mark in (worlds.MARK, "Quillon"):
        assert mark not in certificate


def test_a_workspace_is_erased_and_the_others_go_on(world, owner, clock):
    place, elsewhere = world.workspace, world.elsewhere
    others, unused = rows_left(place.organization_id, elsewhere.pk), grants()

    ask(owner, place.name, place)
    services.carry_out_erasures(now=clock.advance(days=15))

    assert rows_left(place.organization_id, place.pk) == {}
    assert rows_left(place.organization_id, elsewhere.pk) == others
    assert grants() == unused - 1, "its permission went with its account"
    with tenancy.across_tenants("a test looks"):
        assert Organization.objects.filter(pk=place.organization_id).exists()


def test_a_file_that_others_have_too_stays_theirs(world, owner, clock):
    with tenancy.scope(organization_id=world.workspace.organization_id):
        (item,) = ShelfItem.objects.all()
        taken = take_from_shelf(item_id=item.pk, workspace_id=world.elsewhere.pk, actor=SYSTEM)
        assert taken.file.name == Asset.objects.get(workspace=world.workspace).file.name

    ask(owner, world.workspace.name, world.workspace)
    services.carry_out_erasures(now=clock.advance(days=15))
    assert default_storage.exists(taken.file.name)

    ask(owner, "Quillon Agency")
    services.carry_out_erasures(now=clock.advance(days=15))
    assert not default_storage.exists(taken.file.name)


@pytest.fixture(params=["disk", "bucket"])
def stored(request, world):
    """What lies in the folders of the workspace: its file and captions, bytes that arrive, and a stray one."""
    place = world.workspace
    if request.param == "bucket":
        request.getfixturevalue("bucket")
        with tenancy.scope(organization_id=place.organization_id):
            default_storage.save(Asset.objects.get(workspace=place).file.name, ContentFile(b"picture"))
            default_storage.save(CaptionTrack.objects.get(workspace=place).file.name, ContentFile(b"WEBVTT"))
    upload = uploads.begin(to=Destination(place.organization_id, place.pk, actor=SYSTEM), name="a.mp4", size=8)
    pieces_of(upload)
    default_storage.save(f"assets/{place.organization_id}/{place.pk}/lost.png", ContentFile(b"lost"))
    return lambda: [
        name
        for folder in ("assets", "incoming")
        for name, _ in storage.listing(f"{folder}/{place.organization_id}/{place.pk}")
    ]


def pieces_of(upload) -> None:
    """Half of what was announced arrives."""
    if storage.bucket():
        default_storage.save(upload.storage_name, ContentFile(b"half"))
    else:
        pieces.receive(upload, offset=0, read=io.BytesIO(b"half").read, length=4)


@pytest.mark.parametrize("is_interrupted", [False, True])
def test_of_its_files_none_is_left_wherever_they_lie(world, owner, clock, stored, monkeypatch, is_interrupted):
    with tenancy.scope(organization_id=world.workspace.organization_id):
        ShelfItem.objects.all().delete()
    assert len(stored()) == 4
    if is_interrupted:
        monkeypatch.setattr(demolition.releasing, "release", lambda name: False)

    erasure = ask(owner, world.workspace.name, world.workspace)
    services.carry_out_erasures(now=clock.advance(days=15))

    erasure.refresh_from_db()
    assert (erasure.state, stored()) == (ErasureState.DONE, [])


@pytest.mark.django_db(transaction=True)  # the database looks at references when a page is committed
def test_what_refers_to_its_own_kind_goes_a_page_at_a_time_too(world, owner, clock, monkeypatch):
    monkeypatch.setattr(demolition, "PAGE", 1)
    with tenancy.scope(organization_id=world.workspace.organization_id):
        own = {"organization_id": world.workspace.organization_id, "workspace": world.workspace}
        inner, outer = [Folder.objects.create(**own, name=name) for name in ("inner", "outer")]
        inner.parent, innermost = outer, Folder.objects.create(**own, name="innermost", parent=inner)
        inner.save()
    assert innermost.pk > inner.pk

    ask(owner, world.workspace.name, world.workspace)
    services.carry_out_erasures(now=clock.advance(days=15))

    assert rows_left(world.workspace.organization_id, world.workspace.pk) == {}


def grants() -> int:
    with tenancy.across_tenants("a test counts"):
        return Grant.across_tenants.count()


@pytest.mark.parametrize("typed", ["", "quillon agency", "Zanzibar Café", "Quillon"])
def test_without_its_name_nothing_is_asked_for(world, owner, typed):
    assert ask(owner, typed) is None


def test_in_its_time_it_can_be_taken_back_and_nothing_has_changed(world, owner, clock):
    before = rows_left(world.workspace.organization_id, world.workspace.pk)
    erasure = ask(owner, world.workspace.name, world.workspace)
    assert services.carry_out_erasures(now=clock.advance(days=13)) == 0

    owner.post(f"/compliance/erasures/{erasure.pk}/undo/")

    assert services.carry_out_erasures(now=clock.advance(days=5)) == 0
    after = rows_left(world.workspace.organization_id, world.workspace.pk)
    assert {name: count for name, count in after.items() if name not in ("audit_entry", "events_event")} == {
        name: count for name, count in before.items() if name not in ("audit_entry", "events_event")
    }
    erasure.refresh_from_db()
    assert erasure.state == ErasureState.UNDONE
    assert "nothing was erased" in Client().get(f"/compliance/erasure/{erasure.code}/").content.decode()


def test_once_it_has_begun_it_is_too_late(world, owner, clock):
    erasure = ask(owner, world.workspace.name, world.workspace)
    services.carry_out_erasures(now=clock.advance(days=15))

    owner.post(f"/compliance/erasures/{erasure.pk}/undo/")

    erasure.refresh_from_db()
    assert erasure.state == ErasureState.DONE


def test_asked_twice_it_is_one_request_and_a_strangers_cannot_be_taken_back(world, owner):
    erasure = ask(owner, world.workspace.name, world.workspace)
    ask(owner, world.workspace.name, world.workspace)
    assert Erasure.objects.count() == 1

    stranger = factories.signed_in(world.stranger, at=world.foreign)
    assert stranger.post(f"/compliance/erasures/{erasure.pk}/undo/").status_code == 404


def test_what_is_being_sent_is_waited_for(world, owner, clock):
    with tenancy.across_tenants("a worker has it in hand"):
        sending = Publication.across_tenants.filter(workspace=world.workspace, state=State.SCHEDULED)
        sending.update(state=State.PUBLISHING, lease_until=clock.now)
    erasure = ask(owner, world.workspace.name, world.workspace)

    services.carry_out_erasures(now=clock.advance(days=15))
    erasure.refresh_from_db()
    assert (erasure.state, erasure.problem) == (ErasureState.WORKING, "StillBusy")
    with tenancy.across_tenants("a test looks"):
        assert Workspace.across_tenants.get(pk=world.workspace.pk).archived_at, "nothing new is begun"
        Publication.across_tenants.filter(state=State.PUBLISHING).update(state=State.FAILED)

    services.carry_out_erasures(now=clock.advance(minutes=11))
    assert rows_left(world.workspace.organization_id, world.workspace.pk) == {}


def test_one_that_breaks_off_goes_on_and_counts_each_row_once(world, owner, clock, monkeypatch, caplog):
    erasure, delete = ask(owner, world.workspace.name, world.workspace), demolition._delete
    posts = rows_left(world.workspace.organization_id, world.workspace.pk)["posts_post"]

    def killed(model, *arguments):
        if model._meta.label == "social_accounts.SocialAccount":
            raise RuntimeError("killed")
        delete(model, *arguments)

    monkeypatch.setattr(demolition, "_delete", killed)
    services.carry_out_erasures(now=clock.advance(days=15))
    monkeypatch.setattr(demolition, "_delete", delete)
    services.carry_out_erasures(now=clock.advance(minutes=11))

    erasure.refresh_from_db()
    assert (erasure.state, erasure.removed["posts.Post"]) == (ErasureState.DONE, posts)


def test_every_table_is_emptied_before_those_it_refers_to():
    place = {model: number for number, model in enumerate(demolition.order())}

    for model in place:
        for field in model._meta.local_fields:
            if field.is_relation and field.related_model in place and field.related_model is not model:
                assert place[model] < place[field.related_model], f"{model} before {field.related_model}"


@pytest.mark.postgres
def test_the_diary_opens_for_an_erasure_that_is_carried_out_and_for_nobody_else(world):
    place = world.workspace
    with tenancy.scope(organization_id=place.organization_id):
        entries = [str(pk) for pk in Entry.objects.values_list("pk", flat=True)]
        for _ in ("nobody asked", "it can be taken back"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT compliance_erase_entries(%s, %s::uuid[])", [str(place.organization_id), entries])
            Erasure.objects.get_or_create(
                of_organization=place.organization_id, asked_by=place.pk, code="B" * 16,
                due_at=place.created_at, next_try_at=place.created_at,
            )  # fmt: skip
        assert Entry.objects.count() == len(entries)
