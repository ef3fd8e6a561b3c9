"""Queries that are written once and asked often: they say what the plain query says, for whoever is in context."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core import clock, tenancy
from apps.core.prepared import MOST, CannotPrepare, Many, Prepared, among
from apps.posts.models import Post
from apps.tenants.models import Workspace

pytestmark = pytest.mark.django_db

titled = Prepared(lambda title: Post.objects.filter(title=title).select_related("workspace").order_by("pk"))
a_few = Prepared(lambda pks: Post.objects.filter(pk__in=pks).order_by("pk"))


@pytest.fixture
def posts(workspace: Workspace, stranger_workspace: Workspace) -> dict[str, Post]:
    """One of each of two workspaces, with the same title."""
    made = {}
    for name, place in (("ours", workspace), ("theirs", stranger_workspace)):
        with tenancy.scope(organization_id=place.organization_id):
            made[name] = Post.objects.create(
                organization_id=place.organization_id, workspace_id=place.pk, title="Good morning"
            )
    return made


def seen(place: Workspace, **how):
    with tenancy.scope(organization_id=place.organization_id, **how):
        return [(row.pk, row.workspace.name, row._state.adding) for row in titled(title="Good morning")]


def test_each_tenant_is_told_its_own(posts, workspace, stranger_workspace):
    for _ in range(7):  # the database plans it anew the first five times
        assert seen(workspace) == [(posts["ours"].pk, workspace.name, False)]
        assert seen(stranger_workspace) == [(posts["theirs"].pk, stranger_workspace.name, False)]


def test_workspaces_in_context_are_part_of_the_question(posts, workspace):
    assert seen(workspace, workspace_ids=[workspace.pk]) != []
    assert seen(workspace, workspace_ids=[uuid4()]) == []
    assert seen(workspace, workspace_ids=[uuid4(), workspace.pk]) != []
    assert seen(workspace, workspace_ids=[]) == []
    assert seen(workspace, apart_from=[workspace.pk]) == []
    assert seen(workspace, apart_from=[uuid4()]) != []


def test_without_a_tenant_nothing_is_asked(posts):
    with pytest.raises(tenancy.NoTenant):
        titled(title="Good morning")


def test_each_number_of_values_is_a_question_of_its_own(posts, workspace):
    ours = posts["ours"].pk
    with tenancy.scope(organization_id=workspace.organization_id):
        for others in (0, 1, 3, 0, MOST + 5):
            assert [row.pk for row in a_few(pks=[*(uuid4() for _ in range(others)), ours])] == [ours]
        assert a_few(pks=[]) == []
        assert a_few(pks=[uuid4()]) == []


def test_any_number_of_many_is_the_same_question(posts, workspace):
    many = Prepared(lambda pks: Post.objects.filter(among("pk", pks)).order_by("pk"))
    ours = posts["ours"].pk
    with tenancy.scope(organization_id=workspace.organization_id):
        for others in (0, 1, 150):
            assert [row.pk for row in many(pks=Many([*(uuid4() for _ in range(others)), ours]))] == [ours]
        assert many(pks=Many()) == []

    assert len(many._known) <= 1


def test_many_ids_are_told_as_one_text_and_other_values_as_they_are():
    ids = [uuid4(), uuid4()]

    assert Many(ids).as_text() == "{" + f"{ids[0].hex},{ids[1].hex}" + "}"
    assert Many(["a", "b"]).as_text() == ["a", "b"]
    assert Many().as_text() == []


def test_values_are_never_part_of_the_words(posts, workspace):
    with tenancy.scope(organization_id=workspace.organization_id):
        assert titled(title="'; DELETE FROM posts_post; --") == []
        assert titled.first(title="Good morning") is not None


def test_annotations_and_plain_values_are_given_as_ever(posts, workspace):
    named = Prepared(lambda title: Post.objects.filter(title=title).values_list("pk", "title"))

    with tenancy.scope(organization_id=workspace.organization_id):
        assert named(title="Good morning") == [(posts["ours"].pk, "Good morning")]


@pytest.mark.postgres
def test_it_is_seen_by_whoever_counts_queries(posts, workspace):
    with tenancy.scope(organization_id=workspace.organization_id), CaptureQueriesContext(connection) as asked:
        titled(title="Good morning")

    assert ["posts_post" in query["sql"] for query in asked] == [True]


@pytest.mark.postgres
def test_the_database_keeps_the_plan(posts, workspace):
    third = Prepared(lambda title: Post.objects.filter(title=title, revision=3))
    with tenancy.scope(organization_id=workspace.organization_id), connection.cursor() as cursor:
        for title in ("One", "Two", "Three"):
            third(title=title)
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        assert [kept for (kept,) in cursor.fetchall() if '"posts_post"."revision" = $' in kept] != []


@pytest.mark.postgres
def test_poolers_that_keep_nothing_are_left_in_peace(posts, workspace, monkeypatch):
    monkeypatch.setattr(connection.connection, "prepare_threshold", None)  # DATABASE_PREPARED_STATEMENTS=no
    asked = Prepared(lambda title: Post.objects.filter(title=title, language="de"))
    with tenancy.scope(organization_id=workspace.organization_id), connection.cursor() as cursor:
        assert asked(title="Good morning") == []
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        assert [kept for (kept,) in cursor.fetchall() if '"posts_post"."language" = $' in kept] == []


@pytest.mark.postgres
def test_what_changes_is_given_or_refused(workspace):
    stale = Prepared(lambda: Post.objects.filter(created_at__lt=clock.now() - timedelta(days=1)))
    derived = Prepared(lambda title: Post.objects.filter(title=title.upper()[:3]))

    with tenancy.scope(organization_id=workspace.organization_id):
        with pytest.raises(CannotPrepare, match="changes"):
            stale()
        with pytest.raises(CannotPrepare, match="title does not stand"):
            derived(title="good")
