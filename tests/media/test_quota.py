"""Room in a workspace: what counts, and that nobody has it twice."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from apps.core import clock as system_clock
from apps.core import tenancy
from apps.media import services
from apps.media.errors import NoRoom
from apps.media.models import CaptionTrack, Rendition, ShelfItem
from apps.media.services import Destination, quota
from apps.media.states import RenditionState
from apps.tenants.models import Organization, Workspace
from tests.media.conftest import assets
from tests.support import factories

pytestmark = pytest.mark.django_db


def used(to: Destination) -> int:
    with to.scope():
        return services.used(to.workspace_id)


def test_everything_that_is_stored_or_on_its_way_counts(to: Destination, workspace: Workspace) -> None:
    asset = factories.asset(workspace, size=100)
    own = {"organization_id": to.organization_id, "workspace_id": to.workspace_id, "asset": asset}
    with to.scope():
        made = {"recipe": {}, "needed_at": system_clock.now(), "state": RenditionState.READY}
        Rendition.objects.create(**own, **made, key="a", file="made", size=20, sha256="a")
        CaptionTrack.objects.create(**own, language="en", file="spoken", size=3, sha256="b")
    services.begin(to=to, name="film.mp4", size=4000)

    assert used(to) == 4123


def test_another_workspace_has_room_of_its_own(to: Destination, other_workspace: Workspace, settings: Settings) -> None:
    settings.MEDIA_WORKSPACE_BYTES = 1000
    factories.asset(other_workspace, size=900)

    services.begin(to=to, name="film.mp4", size=1000)


def test_what_was_given_up_frees_its_room(to: Destination, settings: Settings) -> None:
    settings.MEDIA_WORKSPACE_BYTES = 1000
    upload = services.begin(to=to, name="film.mp4", size=800)
    with pytest.raises(NoRoom):
        services.begin(to=to, name="film.mp4", size=800)

    services.abort(upload)

    services.begin(to=to, name="film.mp4", size=800)


def test_a_file_that_was_taken_in_counts_once_as_what_is_stored(to: Destination, cup: bytes) -> None:
    upload = services.begin(to=to, name="cup.jpg", size=len(cup) + 5000)
    services.receive(upload, offset=0, read=lambda size: (cup + bytes(5000))[:size], length=len(cup) + 5000)
    services.take_in_now(services.complete(upload))

    (asset,) = assets(to)
    assert used(to) == asset.size


def test_what_is_shared_with_the_shelf_counts_there_alone(to: Destination, workspace: Workspace) -> None:
    asset = factories.asset(workspace, size=100)
    with to.scope():
        ShelfItem.objects.create(
            organization_id=to.organization_id, file=asset.file.name, mime_type="image/png", size=100, sha256="c"
        )
        assert services.used(to.workspace_id) == 0
        assert services.used_by_shelf() == 100


def test_an_organization_may_have_a_limit_of_its_own(
    to: Destination, organization: Organization, settings: Settings
) -> None:
    with to.scope():
        assert quota.limit() == settings.MEDIA_WORKSPACE_BYTES == 20 * 1000**3
    with tenancy.across_tenants("a test sells more room"):
        Organization.objects.filter(pk=organization.pk).update(max_storage_bytes=5000)
    with to.scope():
        assert quota.limit() == 5000


def test_the_words_say_what_is_needed_and_what_is_left(to: Destination, settings: Settings) -> None:
    settings.MEDIA_WORKSPACE_BYTES = 20_000_000_000
    settings.MEDIA_MAX_UPLOAD_BYTES = 30_000_000_000
    services.begin(to=to, name="film.mp4", size=19_700_000_000)

    with pytest.raises(NoRoom) as refused:
        services.begin(to=to, name="film.mp4", size=1_234_000_000)

    assert refused.value.words.startswith("This needs 1.2 GB and 300 MB are left of 20 GB. Delete files, or ask ")


@pytest.mark.parametrize(("size", "words"), [(0, "0 bytes"), (999, "999 bytes"), (1500, "1.5 kB"), (2_000_000, "2 MB")])
def test_sizes_are_said_as_people_say_them(size: int, words: str) -> None:
    assert quota.in_words(size) == words


@pytest.mark.django_db(transaction=True)
def test_two_at_once_cannot_both_have_the_last_bytes(to: Destination, settings: Settings) -> None:
    settings.MEDIA_WORKSPACE_BYTES = 1000
    gate, taken, refused = threading.Barrier(4), [], []

    def run() -> None:
        try:
            gate.wait(timeout=10)
            taken.append(services.begin(to=to, name="film.mp4", size=600))
        except NoRoom as error:
            refused.append(error.words)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert (len(taken), len(refused)) == (1, 3)
    assert used(to) == 600


@pytest.mark.django_db(transaction=True)
def test_room_is_reserved_in_a_transaction_or_not_at_all(to: Destination) -> None:
    if connection.vendor == "sqlite":
        with to.scope(), pytest.raises(RuntimeError, match="transaction"):
            quota.reserve(to.workspace_id, 1)
    with to.scope(), transaction.atomic():
        quota.reserve(to.workspace_id, 1)
