"""What a figure means is written down for every figure that an adapter brings, and for no other."""

from __future__ import annotations

import pytest

from apps.analytics.definitions import ACCOUNT, BOOKS, POST, definition
from apps.analytics.metrics import COLUMNS, LABELS, columns_of
from apps.analytics.models import AccountSnapshot
from apps.platforms import registry
from apps.platforms.insights import Metric


@pytest.mark.parametrize("platform", sorted(BOOKS))
def test_definitions_are_those_of_the_adapter(platform):
    can = registry.adapter_class(platform).capabilities

    assert set(BOOKS[platform].posts) == can.post_metrics
    assert set(BOOKS[platform].accounts) == can.account_metrics


def test_every_platform_has_its_definitions():
    assert set(BOOKS) == set(registry.names()) - {"memory"}


def test_every_figure_has_a_column_and_a_name():
    assert set(COLUMNS) <= {field.name for field in AccountSnapshot._meta.get_fields()}
    assert set(LABELS) == set(Metric)


def test_what_was_not_told_is_none_and_never_nought():
    columns = columns_of({Metric.VIEWS: 0, Metric.WATCH_SECONDS: 1.5, Metric.LIKES: 2**63})

    assert (columns["views"], columns["watch_seconds"]) == (0, 1.5)
    assert columns["likes"] is None, "no column could hold it"
    assert {name for name, value in columns.items() if value is not None} == {"views", "watch_seconds"}


def test_an_unknown_figure_has_no_definition():
    assert definition("mastodon", POST, Metric.VIEWS) is None
    assert definition("x", ACCOUNT, Metric.FOLLOWERS).name == "followers_count"
