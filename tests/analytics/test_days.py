"""The days of accounts, folded by the database and laid over each other."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from apps.analytics.boards.days import DAY, Series, joined, newest

FIRST = date(2030, 3, 1)
spans = st.tuples(st.integers(-40, 40), st.integers(0, 30))


def series(first: date, days: int) -> Series:
    """Each day tells its own number as its views."""
    nothing: list[None] = [None] * days
    return Series(first, nothing, [""] * days, [(first + DAY * place).toordinal() for place in range(days)], nothing)


@given(read=spans, wanted=spans)
def test_a_cut_has_every_day_that_was_read_at_its_place_and_nothing_else(read, wanted):
    begin, length = FIRST + DAY * read[0], read[1]
    first, last = FIRST + DAY * wanted[0], FIRST + DAY * (wanted[0] + wanted[1] - 1)

    cut = series(begin, length).between(first, last)

    days = [first + DAY * place for place in range(wanted[1])]
    known = {begin + DAY * place for place in range(length)}
    assert cut.views == [day.toordinal() if day in known else None for day in days]
    assert [cut.is_told(place) for place in range(len(days))] == [day in known for day in days]


def test_two_spans_of_an_account_are_one_with_a_gap_between():
    before, now = series(FIRST, 2), series(FIRST + DAY * 4, 2)

    one = joined([{"a": before}, {"a": now, "b": now}], FIRST, FIRST + DAY * 5)

    day = FIRST.toordinal()
    assert one["a"].views == [day, day + 1, None, None, day + 4, day + 5]
    assert one["b"].views == [None] * 4 + [day + 4, day + 5]


def test_the_newest_instant_is_found_among_words_of_either_database():
    postgres = ["2030-03-01T10:00:00+00:00", None, "2030-03-01T10:00:00.25+00:00", "2030-03-01T10:00:00.1+00:00"]
    sqlite = ["2030-03-01 10:00:00", "2030-03-01 10:00:00.250000", "2030-03-01 10:00:00.100000"]

    expected = datetime(2030, 3, 1, 10, 0, 0, 250000, tzinfo=UTC)
    assert newest(postgres) == newest(sqlite) == expected
    assert newest([None]) is None
