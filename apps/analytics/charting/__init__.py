"""Drawings as geometry alone: a template writes them down without counting. Nothing here reads a row or a request.

Each carries its words beside its shapes: a summary for whoever does not see it, and rows for the table below it. What
is not known has no shape at all, and never that of nought.
"""

from apps.analytics.charting.bars import Bar, Bars, Share, bars_of
from apps.analytics.charting.donut import Donut, Slice, donut_of
from apps.analytics.charting.heat import Heat, HeatCell, Sample, heat_of
from apps.analytics.charting.lines import Chart, Point, chart_of
from apps.analytics.charting.spark import Spark, spark_of
from apps.analytics.charting.steps import Steps, steps_of

__all__ = [
    "Bar",
    "Bars",
    "Chart",
    "Donut",
    "Heat",
    "HeatCell",
    "Point",
    "Sample",
    "Share",
    "Slice",
    "Spark",
    "Steps",
    "bars_of",
    "chart_of",
    "donut_of",
    "heat_of",
    "spark_of",
    "steps_of",
]
