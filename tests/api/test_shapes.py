"""A serializer that is kept from one request to the next keeps nothing of the one before."""

from __future__ import annotations

import pytest
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from apps.tenants.rest.shapes import checked


class Inner(serializers.Serializer):
    words = serializers.CharField()

    def validate_words(self, words: str) -> str:
        return f"{self.context['caller']}: {words}"


class Outer(serializers.Serializer):
    name = serializers.CharField()
    inner = Inner(required=False)

    def validate(self, said: dict[str, object]) -> dict[str, object]:
        if said.get("name") == "asks":
            said["asked"] = checked(Outer, {"name": "asked"}, context={"caller": "another"})
        return said


def test_each_request_has_its_own_data_and_its_own_caller():
    first = checked(Outer, {"name": "a", "inner": {"words": "x"}}, context={"caller": "one"})
    second = checked(Outer, {"name": "b"}, context={"caller": "two"})
    third = checked(Outer, {"name": "c", "inner": {"words": "z"}}, context={"caller": "three"})

    assert first == {"name": "a", "inner": {"words": "one: x"}}
    assert second == {"name": "b"}
    assert third == {"name": "c", "inner": {"words": "three: z"}}


def test_a_refusal_is_forgotten_with_its_request():
    with pytest.raises(ValidationError) as refused:
        checked(Outer, {"inner": {}}, context={})
    assert set(refused.value.detail) == {"name", "inner"}

    assert checked(Outer, {"name": "a"}, context={}) == {"name": "a"}


def test_no_data_at_all_is_refused_as_ever():
    with pytest.raises(ValidationError) as refused:
        checked(Outer, None, context={})
    assert "non_field_errors" in refused.value.detail


def test_a_change_may_leave_out_what_a_whole_may_not():
    assert checked(Outer, {}, context={}, partial=True) == {}
    with pytest.raises(ValidationError):
        checked(Outer, {}, context={})


def test_one_that_asks_another_of_its_kind_is_not_confused():
    assert checked(Outer, {"name": "asks"}, context={}) == {"name": "asks", "asked": {"name": "asked"}}
