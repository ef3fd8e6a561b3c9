"""On PostgreSQL snapshots lie in a table for each month: made ahead, refusing nothing, behind the same walls."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from apps.analytics.models import AccountSnapshot, PublicationSnapshot
from apps.analytics.partitioning import drop_months, make_months
from apps.core import tenancy
from apps.publishing.states import State
from tests.house import walls
from tests.support import factories

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
DAYS, POSTS = "analytics_accountsnapshot", "analytics_publicationsnapshot"


def lie_in(model) -> list[str]:
    """The tables in which rows of this model lie."""
    with tenancy.across_tenants("a test looks"), connection.cursor() as cursor:
        cursor.execute(f"SELECT tableoid::regclass::text FROM {model._meta.db_table} ORDER BY 1")
        return [name for (name,) in cursor.fetchall()]


def parts() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", [DAYS])
        return {name for (name,) in cursor.fetchall()}


@pytest.fixture
def told(workspace):
    """A day and a rung, long after the months that are there."""
    account = factories.account(workspace)
    at = datetime(2036, 2, 29, 23, 30, tzinfo=UTC)
    publication = factories.publication(
        factories.post(workspace, "Hello", accounts=[account]), account, state=State.PUBLISHED, published_at=at
    )
    with tenancy.scope(organization_id=workspace.organization_id):
        AccountSnapshot.objects.create(workspace=workspace, account=account, day=at.date(), taken_at=at, views=1)
        PublicationSnapshot.objects.create(
            workspace=workspace, account=account, publication=publication, key="1h", taken_at=at + timedelta(hours=1)
        )
    return account, publication


def test_what_no_month_was_made_for_is_kept_aside_and_moves_to_its_month(told):
    assert (lie_in(AccountSnapshot), lie_in(PublicationSnapshot)) == ([f"{DAYS}_rest"], [f"{POSTS}_rest"])

    assert make_months(date(2036, 1, 20), date(2036, 3, 1)) == 6
    assert make_months(date(2036, 1, 1), date(2036, 3, 31)) == 0, "they are there"

    assert lie_in(AccountSnapshot) == [f"{DAYS}_2036_02"]
    assert lie_in(PublicationSnapshot) == [f"{POSTS}_2036_02"], "by when the post went out"


def test_parts_have_the_walls_of_the_whole(told, stranger_workspace):
    make_months(date(2036, 2, 1), date(2036, 2, 1))

    assert walls.tables_without_a_wall() == []
    with tenancy.scope(organization_id=stranger_workspace.organization_id), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {DAYS}_2036_02")
        assert cursor.fetchone() == (0,)
        with pytest.raises(ProgrammingError, match="policy"), transaction.atomic():
            cursor.execute(
                f"INSERT INTO {DAYS}_2036_02 (id, organization_id, workspace_id, account_id, day, revision, taken_at,"
                " missing, raw, created_at, updated_at) SELECT gen_random_uuid(), %s, %s, %s, '2036-02-02', 1, now(),"
                " '', '{}', now(), now()",
                [told[0].organization_id, told[0].workspace_id, told[0].pk],
            )


def test_a_row_is_written_once_and_never_changed(told):
    for model in (AccountSnapshot, PublicationSnapshot):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            tenancy.across_tenants("a test tries"),
        ):
            model.across_tenants.update(missing="gone")


def test_keys_hold_within_the_parts(told):
    account, publication = told
    own = {"workspace_id": account.workspace_id, "account": account, "taken_at": datetime(2036, 3, 1, tzinfo=UTC)}
    for model, columns in (
        (AccountSnapshot, {"day": date(2036, 2, 29)}),
        (PublicationSnapshot, {"publication": publication, "key": "1h"}),
    ):
        with (
            tenancy.scope(organization_id=account.organization_id),
            pytest.raises(IntegrityError),
            transaction.atomic(),
        ):
            model.objects.create(**own, **columns)


def test_months_that_are_over_are_dropped_whole(told):
    make_months(date(2036, 1, 1), date(2036, 4, 1))

    drop_months(date(2036, 3, 1))

    assert lie_in(AccountSnapshot) == lie_in(PublicationSnapshot) == []
    assert {f"{DAYS}_2036_03", f"{DAYS}_2036_04", f"{DAYS}_rest"} <= parts()
    assert f"{DAYS}_2036_02" not in parts()


def test_the_application_makes_months_without_owning_tables(told):
    with connection.cursor() as cursor, pytest.raises(ProgrammingError, match="must be owner"), transaction.atomic():
        cursor.execute(f"ALTER TABLE {DAYS} ADD COLUMN planted integer")
    assert make_months(date(2040, 1, 1), date(2040, 1, 1)) == 2
