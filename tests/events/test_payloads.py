"""What events say is described, for each name of the catalogue."""

from __future__ import annotations

import pytest

from apps.events.catalogue import CATALOGUE
from apps.events.payloads import PAYLOADS
from tests.support.events import objection_to


def test_each_event_is_described_and_no_other() -> None:
    assert sorted(PAYLOADS) == sorted(CATALOGUE)


@pytest.mark.parametrize(
    ("said", "objection"),
    [
        ({"revision": 3}, ""),
        ({}, ""),
        ({"revision": "3"}, "revision '3' is not of type 'integer'"),
        ({"version": 3}, "Additional properties are not allowed ('version' was unexpected)"),
    ],
)
def test_what_is_not_described_is_noticed(said: dict[str, object], objection: str) -> None:
    assert objection_to("post.updated", said) == objection
