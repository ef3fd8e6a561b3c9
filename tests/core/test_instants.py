"""Instants are read from PostgreSQL as they were written, to the microsecond and in UTC."""

from datetime import UTC, datetime

import pytest
from django.db import DataError, connection
from hypothesis import given
from hypothesis import strategies as st

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
# Without a zone, which is how the strategy wants its bounds.
FIRST, LAST = datetime(1, 1, 2), datetime(9999, 12, 30)  # noqa: DTZ001


def told(text: str) -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [text])
        return cursor.fetchone()[0]


@given(st.datetimes(FIRST, LAST, timezones=st.just(UTC)))
def test_any_instant_comes_back_as_it_was(at: datetime):
    found = told(at.isoformat())

    assert (found, found.tzinfo) == (at, UTC)


def test_an_instant_in_another_zone_is_the_same_instant():
    assert told("2026-03-29 03:30:00+02:00") == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize("text", ["infinity", "0044-03-15 12:00:00 BC"])
def test_what_python_has_no_instant_for_is_refused(text):
    with pytest.raises(DataError):
        told(text)
