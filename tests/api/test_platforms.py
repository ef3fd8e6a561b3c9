"""Programs read the same numbers and choices as the composer."""

from __future__ import annotations

import pytest

from apps.platforms import registry
from apps.social_accounts.api.platforms import limits_of, schema_of

pytestmark = pytest.mark.django_db


def test_every_network_is_told(api):
    told = {row["platform"]: row for row in api.get("/platforms").json()["data"]}

    assert set(told) == set(registry.names())
    for name in registry.names():
        can = registry.capabilities(name)
        assert told[name]["limits"]["max_text"] == can.max_text
        assert set(told[name]["edits"]) == {one for one in can.edits if one == "text" or one.startswith("options.")}
        assert set(told[name]["options"]["properties"]) == {option.name for option in can.options}
        assert [one["name"] for one in told[name]["formats"]] == [one.name for one in can.formats]
        assert api.get(f"/platforms/{name}").json() == told[name]


def test_a_network_that_there_is_not(api):
    assert api.get("/platforms/myspace").status_code == 404


def test_the_numbers_are_all_there():
    can = registry.capabilities("mastodon")
    limits = limits_of(can)

    assert limits["max_media"] == can.max_media
    assert limits["media_types"] == sorted(can.media_types)
    assert limits["counting"] == can.counting


def test_options_are_a_schema_that_a_form_can_be_built_from():
    schema = schema_of(registry.capabilities("mastodon"))
    visibility = schema["properties"]["visibility"]

    assert {"const": "unlisted"}.items() <= {**visibility["oneOf"][1]}.items() or "unlisted" in str(visibility["oneOf"])
    assert schema["additionalProperties"] is False
