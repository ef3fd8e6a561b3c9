"""What the API says of lateness."""

from __future__ import annotations

from rest_framework import serializers

from apps.social_accounts.serializers import PLATFORMS


class Day(serializers.Serializer):
    """One day, on the wall clock of the place: milliseconds late, of the posts that were promised for an hour; null
    where there were none."""

    day = serializers.DateField()
    posts = serializers.IntegerField(help_text="Publications that were promised for an hour of this day.")
    at_once = serializers.IntegerField(help_text="Those promised for no hour but now; no lateness counts them.")
    within_1s = serializers.IntegerField()
    within_10s = serializers.IntegerField()
    within_60s = serializers.IntegerField()
    p50_ms = serializers.IntegerField(allow_null=True)
    p95_ms = serializers.IntegerField(allow_null=True)
    p99_ms = serializers.IntegerField(allow_null=True)
    worst_ms = serializers.IntegerField(allow_null=True)


class Sums(serializers.Serializer):
    """What can be added up over days; percentiles cannot."""

    posts = serializers.IntegerField()
    at_once = serializers.IntegerField()
    within_1s = serializers.IntegerField()
    within_10s = serializers.IntegerField()
    within_60s = serializers.IntegerField()
    worst_ms = serializers.IntegerField(allow_null=True)


class PlatformSums(serializers.Serializer):
    platform = serializers.ChoiceField(PLATFORMS)
    sums = Sums()


class OnTime(serializers.Serializer):
    """Every day of the span in order, and the platforms that were posted to, the busiest first."""

    days = Day(many=True)
    sums = Sums()
    platforms = PlatformSums(many=True)
