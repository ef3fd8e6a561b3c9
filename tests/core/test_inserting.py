"""Rows of several tables in one statement: what is read back is what was given, whatever kind of value it is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils.translation import gettext_lazy

from apps.core import tenancy
from apps.core.inserting import Merge, insert
from apps.posts.models import Post, Variant
from apps.tenants.models import Workspace
from tests.support import factories

pytestmark = pytest.mark.django_db
AT = datetime(2026, 2, 28, 23, 59, 59, 999_999, tzinfo=UTC)
ODD = "\u0001 \"quoted\", 'so', \\n %s {} \u2028 \U0001f469\u200d\U0001f680 naïve"


@pytest.fixture(autouse=True)
def _at_home(workspace: Workspace):
    with tenancy.scope(organization_id=workspace.organization_id), transaction.atomic():
        yield


def a_post(workspace: Workspace, **fields) -> Post:
    return Post(organization_id=workspace.organization_id, workspace_id=workspace.pk, **fields)


def a_variant(post: Post, **fields) -> Variant:
    account = factories.account(Workspace.objects.get(pk=post.workspace_id))
    own = {"organization_id": post.organization_id, "workspace_id": post.workspace_id}
    return Variant(post=post, account=account, **own, **fields)


def test_every_kind_of_value_comes_back_as_it_was(workspace):
    options = {"words": ODD, "numbers": [0, -1, 1.5, 2**53], "nothing": None, "yes": True, "deep": {"list": [[]]}}
    post = a_post(workspace, title=ODD[:80], due_at=AT, local_due_at=AT, timezone="UTC", revision=2**31 - 1)
    variant = a_variant(post, text=ODD, options=options)
    with CaptureQueriesContext(connection) as asked:
        insert({(Post, None): [post], (Variant, None): [variant]})

    assert len(asked) == (1 if connection.vendor == "postgresql" else 2)
    told, one = Post.objects.get(), Variant.objects.get()
    assert (told.title, told.due_at, told.revision, told.author_id) == (ODD[:80], AT, 2**31 - 1, None)
    assert (one.text, one.options, one.post_id) == (ODD, options, post.pk)
    assert told.created_at.tzinfo == UTC
    assert (post._state.adding, variant._state.db) == (False, "default")


def test_a_row_that_is_there_already_is_merged(workspace):
    post = a_post(workspace, title="One")
    insert({(Post, None): [post]})
    post.title, post.language = "Two", "de"
    once = Merge(unique=("id",), changed=("title",))
    insert({(Post, once): [post], (Variant, None): [a_variant(post)]})

    told = Post.objects.get()
    assert (told.title, told.language) == ("Two", "")


def test_words_that_are_chosen_late_are_written_as_they_are_said(workspace):
    post = a_post(workspace, title=gettext_lazy("Approved"))
    insert({(Post, None): [post], (Variant, None): [a_variant(post)]})

    assert Post.objects.get().title == "Approved"


def test_what_a_constraint_forbids_is_refused(workspace):
    post = a_post(workspace)
    with pytest.raises(IntegrityError), transaction.atomic():
        insert({(Post, None): [post, post], (Variant, None): [a_variant(post)]})

    assert not Post.objects.exists()


@pytest.mark.postgres
def test_what_the_database_is_to_work_out_is_refused_with_words(workspace):
    post = a_post(workspace, title=F("language"))
    with pytest.raises(TypeError, match="give the value itself"):
        insert({(Post, None): [post], (Variant, None): [a_variant(post)]})


@pytest.mark.postgres
def test_a_row_of_another_tenant_is_refused_by_the_database(workspace, stranger_workspace):
    from django.db import ProgrammingError

    ours, theirs = a_post(workspace), a_post(stranger_workspace)
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        insert({(Post, None): [ours, theirs], (Variant, None): [a_variant(ours)]})
