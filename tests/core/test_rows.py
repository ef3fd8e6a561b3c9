"""Rows that are made quickly are what Django makes of the same values."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db.models.signals import post_init, pre_init

from apps.core import tenancy
from apps.core.fields import Sealed
from apps.core.models import Row
from apps.core.rows import fresh
from apps.posts.models import Part, Post, Variant
from apps.tenants.models import AnsweredRequest
from tests.support import factories

MODELS = [model for model in apps.get_models() if issubclass(model, Row)]


def values_of(row: Row, *, but: frozenset[str] = frozenset()) -> dict[str, object]:
    return {name: value for name, value in vars(row).items() if name not in {"_state", *but}}


def made_anew(model: type[Row]) -> frozenset[str]:
    """What differs between any two new rows."""
    first, second = model(), model()
    return frozenset(name for name, value in values_of(first).items() if value != vars(second)[name])


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_a_new_row_of_any_table_has_what_django_gives_it(model, clock):
    differs = made_anew(model)
    ours, djangos = fresh(model), model()

    assert values_of(ours, but=differs) == values_of(djangos, but=differs)
    assert vars(ours).keys() == vars(djangos).keys()
    assert all(type(vars(ours)[name]) is type(vars(djangos)[name]) for name in differs)
    assert ours._state.adding
    assert ours._state.db is None


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_nobody_waits_for_signals_that_are_not_sent(model):
    assert not pre_init.has_listeners(model)
    assert not post_init.has_listeners(model)


def test_two_rows_share_nothing_that_changes():
    one, other = fresh(Variant), fresh(Variant)
    one.options["format"] = "reel"

    assert other.options == {}
    assert one.pk != other.pk


def test_a_row_refers_to_another_and_has_it_at_hand():
    post = fresh(Post, title="One")
    part = fresh(Part, post=post, position=0)

    assert part.post is post
    assert part.post_id == post.pk
    assert fresh(Part, post_id=post.pk).post_id == post.pk


@pytest.mark.parametrize(
    ("model", "given", "error", "words"),
    [
        (Part, {"post": fresh(Variant)}, ValueError, "must be a"),
        (Part, {"txt": "Good morning"}, TypeError, "Part has no 'txt'"),
        (AnsweredRequest, {"body": "in the clear"}, TypeError, "takes a Secret"),
    ],
)
def test_what_the_model_refuses_is_refused(model, given, error, words):
    with pytest.raises(error, match=words):
        fresh(model, **given)


@pytest.mark.django_db
def test_a_row_is_read_as_it_was_written_and_the_rest_of_it_when_it_is_asked_for(workspace, django_assert_num_queries):
    with tenancy.scope(organization_id=workspace.organization_id):
        post = factories.post(workspace, text="Good morning")
        read = Post.objects.get(pk=post.pk)
        some = Post.objects.only("title").get(pk=post.pk)

        assert read == post
        assert (read._state.adding, read._state.db) == (False, "default")
        assert some.get_deferred_fields() == Post().get_deferred_fields() | (vars(read).keys() - vars(some).keys())
        with django_assert_num_queries(1):
            assert some.revision == read.revision


@pytest.mark.django_db
def test_a_secret_is_read_sealed_and_opened_for_who_asks(workspace):
    with tenancy.scope(organization_id=workspace.organization_id):
        made = factories.organization_app(workspace, "mastodon", secret="sesame")
        read = type(made).objects.get(pk=made.pk)
        later = type(made).objects.defer("client_secret").get(pk=made.pk)

        assert isinstance(vars(read)["client_secret"], Sealed)
        assert read.client_secret.reveal() == later.client_secret.reveal() == "sesame"
