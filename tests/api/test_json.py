"""What is written quickly is, byte for byte, what Django REST framework would have written."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.utils.serializer_helpers import ReturnDict, ReturnList

from apps.posts.states import PartRole
from apps.tenants.rest.renderers import QuickJSONRenderer

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
)


def both(data: object, media_type: str = "application/json") -> tuple[bytes, bytes]:
    return (
        QuickJSONRenderer().render(data, media_type, {}),
        JSONRenderer().render(data, media_type, {}),
    )


@given(VALUES)
def test_any_value_is_written_alike(value):
    quick, usual = both(value)

    assert quick == usual


@pytest.mark.parametrize(
    "value",
    [
        datetime(2026, 2, 28, 23, 59, 59, 123_456, tzinfo=UTC), date(2026, 2, 28), time(3, 4), timedelta(seconds=90),
        Decimal("1.20"), UUID(int=7), gettext_lazy("Approved"), PartRole.MAIN, (1, 2), {1: "a", None: "b"}, b"bytes",
        2**70, 1.0, 0.1, 1e22, "\u2028 and \u2029", "\x00\x7f",
        ReturnDict({"a": 1}, serializer=serializers.Serializer()),
        ReturnList([1], serializer=serializers.Serializer()),
    ],
)  # fmt: skip
def test_values_of_python_are_written_alike(value):
    quick, usual = both({"value": value})

    assert quick == usual


def test_indents_are_given_to_whoever_asks():
    quick, usual = both({"a": [1]}, "application/json; indent=2")

    assert (quick, b"\n" in quick) == (usual, True)


def test_nothing_is_nothing():
    assert both(None) == (b"", b"")


def test_what_json_has_no_word_for_is_refused():
    with pytest.raises((TypeError, ValueError)):
        QuickJSONRenderer().render({"value": object()}, "application/json", {})
