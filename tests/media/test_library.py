"""Files in their library: filed, tagged, found, thrown away, fetched back, replaced, and offered to all clients."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.media import selectors, services
from apps.media.errors import FileRefused, FolderRefused, NoSuchFolder
from apps.media.models import Asset, Tag
from apps.media.selectors import Wanted
from apps.publishing import services as publishing
from apps.tenants.models import Membership, Workspace
from tests.support import factories
from tests.support.clock import Clock
from tests.support.publishing import Agency, run_worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(workspace: Workspace):
    with tenancy.scope(organization_id=workspace.organization_id, workspace_ids={workspace.pk}):
        yield workspace


def names(workspace: Workspace, **wanted: object) -> list[str]:
    return [asset.original_name for asset in selectors.files_of(workspace.pk, Wanted(**wanted))]


def test_a_file_is_described_only_in_what_was_said(shop: Workspace) -> None:
    asset = factories.asset(shop, original_name="loaf.png", alt="A loaf")
    tags, last_day = ("#Summer  Menu", "summer menu", ""), date(2027, 1, 1)
    said = services.Description(tags=tags, rights_until=last_day, has_rights=True)

    services.describe(asset_id=asset.pk, said=said, actor=SYSTEM)

    asset.refresh_from_db()
    assert (asset.original_name, asset.alt, asset.rights_until) == ("loaf.png", "A loaf", last_day)
    assert list(asset.tags.values_list("name", flat=True)) == ["summer menu"]


def test_a_tag_that_nobody_bears_is_forgotten(shop: Workspace) -> None:
    asset = factories.asset(shop)
    services.describe(asset_id=asset.pk, said=services.Description(tags=("summer", "menu")), actor=SYSTEM)

    services.describe(asset_id=asset.pk, said=services.Description(tags=("menu",)), actor=SYSTEM)

    assert list(Tag.objects.values_list("name", flat=True)) == ["menu"]


def test_words_find_a_file_by_name_alt_text_and_tag_in_every_folder(shop: Workspace) -> None:
    folder = services.make_folder(workspace_id=shop.pk, name="Bread", parent_id=None, actor=SYSTEM)
    rye = factories.asset(shop, original_name="rye.png", folder=folder)
    factories.asset(shop, original_name="two.png", alt="A rye loaf")
    services.describe(asset_id=rye.pk, said=services.Description(tags=("autumn",)), actor=SYSTEM)

    assert sorted(names(shop, words="rye")) == ["rye.png", "two.png"]
    assert names(shop, words="rye autumn") == ["rye.png"]
    assert names(shop, tag="autumn") == ["rye.png"]
    assert names(shop) == ["two.png"]
    assert names(shop, folder_id=folder.pk) == ["rye.png"]


def test_a_folder_is_named_once_in_its_place(shop: Workspace) -> None:
    first = services.make_folder(workspace_id=shop.pk, name="Menus", parent_id=None, actor=SYSTEM)
    services.make_folder(workspace_id=shop.pk, name="Menus", parent_id=first.pk, actor=SYSTEM)

    with pytest.raises(FolderRefused, match="already"):
        services.make_folder(workspace_id=shop.pk, name=" Menus ", parent_id=None, actor=SYSTEM)
    with pytest.raises(FolderRefused, match="name"):
        services.make_folder(workspace_id=shop.pk, name=" ", parent_id=None, actor=SYSTEM)


def test_folders_lie_only_so_deep(shop: Workspace) -> None:
    above = None
    for depth in range(5):
        above = services.make_folder(workspace_id=shop.pk, name=f"{depth}", parent_id=above, actor=SYSTEM).pk

    with pytest.raises(FolderRefused, match="deep"):
        services.make_folder(workspace_id=shop.pk, name="too deep", parent_id=above, actor=SYSTEM)


def test_a_folder_that_goes_leaves_its_files_one_up(shop: Workspace) -> None:
    top = services.make_folder(workspace_id=shop.pk, name="Menus", parent_id=None, actor=SYSTEM)
    inner = services.make_folder(workspace_id=shop.pk, name="Summer", parent_id=top.pk, actor=SYSTEM)
    deep = services.make_folder(workspace_id=shop.pk, name="June", parent_id=inner.pk, actor=SYSTEM)
    asset = factories.asset(shop, folder=deep)

    services.remove_folder(folder_id=inner.pk, actor=SYSTEM)

    asset.refresh_from_db()
    assert asset.folder_id == top.pk
    assert selectors.all_folders(shop.pk) == [(top.pk, "Menus")]


def test_nothing_is_filed_into_another_workspaces_folder(shop: Workspace) -> None:
    asset = factories.asset(shop)
    neighbour = factories.workspace(shop.organization, name="Next door")
    with tenancy.scope(organization_id=shop.organization_id):
        theirs = services.make_folder(workspace_id=neighbour.pk, name="Theirs", parent_id=None, actor=SYSTEM)

    with pytest.raises(NoSuchFolder):
        services.file_in(asset_ids=[asset.pk], folder_id=theirs.pk, workspace_id=shop.pk, actor=SYSTEM)


def test_what_is_thrown_away_can_be_fetched_back(shop: Workspace) -> None:
    asset = factories.asset(shop, original_name="loaf.png")

    services.put_in_trash(asset_ids=[asset.pk], actor=SYSTEM)
    assert names(shop) == []
    assert names(shop, in_trash=True) == ["loaf.png"]

    services.take_from_trash(asset_ids=[asset.pk], actor=SYSTEM)
    assert names(shop) == ["loaf.png"]


def test_a_post_keeps_a_file_that_was_thrown_away(agency: Agency) -> None:
    asset = factories.asset(agency.workspace)
    publication = agency.scheduled(assets=[asset])
    with agency.scope():
        services.put_in_trash(asset_ids=[asset.pk], actor=SYSTEM)

    run_worker()

    assert agency.read(publication).state == "published"
    assert len(agency.platform.posts[0].alts) == 1


def test_a_newer_version_takes_over_what_was_written_on_the_old_one(shop: Workspace) -> None:
    folder = services.make_folder(workspace_id=shop.pk, name="Menus", parent_id=None, actor=SYSTEM)
    old = factories.asset(shop, original_name="menu.png", alt="The menu", folder=folder, rights_note="ours")
    services.describe(asset_id=old.pk, said=services.Description(tags=("menu",)), actor=SYSTEM)
    new = factories.asset(shop, original_name="menu-2.png", sha256="2" * 64)

    new = services.replace_with(old_id=old.pk, new_id=new.pk, actor=SYSTEM)

    assert (new.alt, new.folder_id, new.rights_note) == ("The menu", folder.pk, "ours")
    assert list(new.tags.values_list("name", flat=True)) == ["menu"]
    assert names(shop, folder_id=folder.pk) == ["menu-2.png"]
    assert [row.pk for row in services.earlier_versions(new)] == [old.pk]


@pytest.mark.parametrize("kind", ["the same", "another kind", "an earlier one"])
def test_a_version_that_makes_no_sense_is_refused(shop: Workspace, kind: str) -> None:
    old = factories.asset(shop, sha256="1" * 64)
    other = factories.asset(shop, sha256="2" * 64, kind="video" if kind == "another kind" else "image")
    pair = (old, other)
    if kind == "the same":
        pair = (old, old)
    if kind == "an earlier one":
        services.replace_with(old_id=old.pk, new_id=other.pk, actor=SYSTEM)
        pair = (other, old)

    with pytest.raises(FileRefused):
        services.replace_with(old_id=pair[0].pk, new_id=pair[1].pk, actor=SYSTEM)


def test_posts_that_wait_show_the_newer_version_and_those_that_are_out_the_old_one(
    agency: Agency, clock: Clock
) -> None:
    old = factories.asset(agency.workspace, sha256="1" * 64, alt="before")
    account = agency.account()
    out = agency.post("Out already", on=[account], assets=[old])
    agency.schedule(out)
    run_worker()
    planned = agency.post("Still to come", on=[account], assets=[old])
    (publication,) = agency.schedule(planned, minutes=30)
    draft = agency.post("A draft", on=[account], assets=[old])
    new = factories.asset(agency.workspace, sha256="2" * 64, alt="after")

    done = agency.do(publishing.show_newer_version, old_id=old.pk, new_id=new.pk)
    clock.advance(minutes=31)
    run_worker()

    assert {post.pk for post in done.changed} == {planned.pk, draft.pk}
    assert done.kept == []
    assert agency.read(publication).state == "published"
    assert [post.alts for post in agency.platform.posts] == [("before",), ("after",)]


def test_what_is_on_the_shelf_is_taken_once_into_a_workspace(shop: Workspace) -> None:
    asset = factories.asset(shop, original_name="logo.png", alt="Our logo", sha256="1" * 64)
    neighbour = factories.workspace(shop.organization, name="Next door")

    item = services.put_on_shelf(asset_id=asset.pk, actor=SYSTEM)
    assert services.put_on_shelf(asset_id=asset.pk, actor=SYSTEM).pk == item.pk
    with tenancy.scope(organization_id=shop.organization_id, workspace_ids={neighbour.pk}):
        taken = services.take_from_shelf(item_id=item.pk, workspace_id=neighbour.pk, actor=SYSTEM)
        again = services.take_from_shelf(item_id=item.pk, workspace_id=neighbour.pk, actor=SYSTEM)
        services.remove_from_shelf(item_id=item.pk, actor=SYSTEM)
        assert Asset.objects.get().pk == taken.pk == again.pk

    assert (taken.workspace_id, taken.alt, taken.file.name) == (neighbour.pk, "Our logo", asset.file.name)


def test_the_library_asks_as_often_for_forty_files_as_for_one(owner: Membership, workspace: Workspace) -> None:
    client = factories.signed_in(owner.user)

    def queries(count: int) -> int:
        for number in range(count):
            factories.asset(workspace, original_name=f"{count}-{number}.png")
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert client.get("/media/").status_code == 200
        return len(caught)

    queries(1)
    few, many = queries(1), queries(40)
    assert many == few


def test_a_page_of_the_library_leads_to_the_older_files(owner: Membership, workspace: Workspace) -> None:
    for number in range(50):
        factories.asset(workspace, original_name=f"file-{number:02}.png")
    client = factories.signed_in(owner.user)

    first = client.get("/media/").content.decode()
    older = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    second = client.get(older).content.decode()

    assert ["file-49.png" in page for page in (first, second)] == [True, False]
    assert ["file-01.png" in page for page in (first, second)] == [False, True]
