"""Drawings hold what they are given: nothing unknown has a shape, few samples look like few, and words say the same."""

from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from apps.analytics.charting import Sample, Share, bars_of, donut_of, heat_of, spark_of

DAYS = ("Mon", "Tue", "Wed")
HOURS = ("08", "09", "10", "11")
PLACES = st.tuples(st.integers(0, len(DAYS) - 1), st.integers(0, len(HOURS) - 1))
SAMPLES = st.builds(Sample, st.floats(0, 50), st.integers(1, 9))


@given(samples=st.dictionaries(PLACES, SAMPLES, min_size=1))
def test_a_cell_of_few_posts_is_small_and_never_the_best(samples):
    heat = heat_of(samples, rows=DAYS, columns=HOURS, label="Interactions", enough=3)

    assert heat is not None
    assert len(heat.cells) == len(DAYS) * len(HOURS)
    assert sum(cell.count for cell in heat.cells) == sum(one.count for one in samples.values())
    for cell in heat.cells:
        assert (cell.rank == 0) is (cell.count == 0), "what is not known has no colour of a figure"
        assert cell.is_few is (0 < cell.count < 3)
        assert not (cell.is_few and cell.is_best)
        assert cell.x + cell.size <= heat.width
    sure = [one.value for one in samples.values() if one.count >= 3]
    best = [cell for cell in heat.cells if cell.is_best]
    assert bool(best) is bool(sure)
    if sure:
        assert f"{max(sure):.1f} ×" in best[0].words
    assert len(heat.table) == len(samples)


def test_nothing_is_no_drawing():
    assert heat_of({}, rows=DAYS, columns=HOURS, label="x", enough=3) is None
    assert bars_of([Share("a", None, "–")], label="x") is None
    assert donut_of([("a", 0)], label="x") is None
    assert spark_of([None, 3, None, 4]) is None


@given(values=st.lists(st.one_of(st.none(), st.floats(0, 1e9)), min_size=1, max_size=60))
def test_a_small_line_breaks_where_a_day_is_not_known(values):
    spark = spark_of(values)

    pairs = sum(a is not None and b is not None for a, b in pairwise(values))
    drawn = sum(path.count(" L") for path in spark.paths) if spark else 0
    assert drawn == pairs
    if spark:
        numbers = [float(number) for path in spark.paths for number in re.findall(r"-?[\d.]+", path)]
        assert all(0 <= x <= spark.width for x in numbers[::2])
        assert all(0 <= y <= spark.height for y in numbers[1::2])


def test_a_bar_is_as_long_as_its_share_and_its_mark_where_the_plan_is():
    bars = bars_of([Share("Video", 0.5, "50 %", 0.25, "plan 25 %"), Share("Link", None, "–", 0.25)], label="Mix")

    assert bars is not None
    video, link = bars.bars
    assert video.width == 2 * (video.goal_x - bars.left)
    assert link.width is None
    assert link.goal_x == video.goal_x
    assert bars.summary == "Mix: Video 50 %, plan 25 %; Link –."


@given(parts=st.lists(st.tuples(st.text("abc", min_size=1), st.integers(0, 1000)), min_size=1, max_size=12))
def test_the_parts_of_a_ring_are_the_whole(parts):
    donut = donut_of(parts, label="Mix")

    whole = sum(value for _, value in parts)
    if donut is None:
        assert not whole
        return
    assert donut.total == whole == sum(one.value for one in donut.slices)
    assert len(donut.slices) <= 6
    assert abs(sum(one.share for one in donut.slices) - 1) < 1e-9
    assert all("nan" not in one.path for one in donut.slices)
