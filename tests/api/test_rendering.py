"""What is rendered quickly is what the serializer would have said."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from rest_framework import serializers

from apps.publishing.models import Publication
from apps.publishing.serializers import PublicationShape
from apps.tenants.models import Workspace
from apps.tenants.rest.rendering import rendered, rendered_all
from apps.tenants.serializers import WorkspaceShape
from tests.support import factories

pytestmark = pytest.mark.django_db


class Inner(serializers.Serializer):
    name = serializers.CharField()
    at = serializers.DateTimeField(allow_null=True)


class Outer(serializers.Serializer):
    inner = Inner()
    nothing = Inner(allow_null=True)
    many = Inner(many=True)
    numbers = serializers.ListField(child=serializers.IntegerField())
    deep = serializers.CharField(source="inner.name")
    left_out = serializers.CharField(required=False)
    usual = serializers.CharField(default="usual")
    secret = serializers.CharField(write_only=True)
    method = serializers.SerializerMethodField()
    options = serializers.DictField(child=serializers.CharField())

    def get_method(self, row: object) -> str:
        return "method"


def test_every_kind_of_field_is_shown_as_the_serializer_shows_it(clock):
    one = SimpleNamespace(name="One", at=clock.now)
    row = SimpleNamespace(
        inner=one, nothing=None, many=[one, SimpleNamespace(name="", at=None)], numbers=["1", 2], options={1: "a"}
    )

    assert rendered(Outer, row) == Outer(row).data
    assert rendered_all(Outer, [row, row]) == Outer([row, row], many=True).data


def test_rows_are_shown_as_their_serializers_show_them(workspace, account):
    post = factories.post(workspace, accounts=[account])
    row: Publication = factories.publication(post, account)

    assert rendered(PublicationShape, row) == PublicationShape(row).data
    assert rendered(WorkspaceShape, workspace) == WorkspaceShape(workspace).data
    assert isinstance(workspace, Workspace)


@pytest.fixture
def account(workspace):
    return factories.account(workspace)


def test_a_row_that_lacks_something_is_no_silent_gap():
    with pytest.raises(AttributeError):
        rendered(Inner, SimpleNamespace(at=None))
