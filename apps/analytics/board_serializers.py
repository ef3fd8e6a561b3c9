"""What the API says of boards, goals and the mix. A figure that is not known is null, and never 0."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.analytics.boards.days import DAY
from apps.analytics.boards.figures import Number
from apps.analytics.boards.goals import Pace, Progress
from apps.analytics.boards.mix import Line, Mix
from apps.analytics.boards.post import Grown
from apps.analytics.boards.times import ENOUGH, Times
from apps.analytics.ladder import RUNGS
from apps.analytics.metrics import figures_of
from apps.analytics.models import Goal
from apps.analytics.overview import Overview, Point, Trend
from apps.analytics.serializers import Figures
from apps.analytics.states import Aim, Format, Missing
from apps.social_accounts.models import SocialAccount
from apps.social_accounts.serializers import PLATFORMS
from apps.tenants.models import Workspace
from apps.tenants.rest import ids
from apps.tenants.rest.ids import Known, PublicId


class Span(serializers.Serializer):
    first = serializers.DateField()
    last = serializers.DateField()


class NumberShape(serializers.Serializer):
    """A figure of a span. `now` and `before` are the sides of a comparison, of what is known in both periods; they are
    null where nothing can be compared."""

    value = serializers.IntegerField(allow_null=True)
    known = serializers.IntegerField(help_text="How many accounts, days or posts told it.")
    of = serializers.IntegerField(help_text="How many could have.")
    now = serializers.IntegerField(allow_null=True)
    before = serializers.IntegerField(allow_null=True)
    taken_at = serializers.DateTimeField(allow_null=True, help_text="The newest reading in it.")


class Numbers(serializers.Serializer):
    followers = NumberShape()
    views = NumberShape(help_text="Of accounts, day by day.")
    published = NumberShape(help_text="Posts that went out, once for each account.")
    post_views = NumberShape(help_text="Of these posts, since each went out.")
    interactions = NumberShape(help_text="Likes, comments, shares and saves of these posts.")
    own_clicks = NumberShape(
        allow_null=True,
        help_text="On short links of ours, on these days, as Postroom counts them; `known` and `of` are days. Null "
        "where there is no such link. Never in a sum with clicks that networks tell.",
    )


class PointShape(serializers.Serializer):
    """`value` null: not known of all that tell it; `part` is the sum of the `known` of them."""

    value = serializers.IntegerField(allow_null=True)
    part = serializers.IntegerField(allow_null=True)
    known = serializers.IntegerField()
    of = serializers.IntegerField()


class BoardDay(serializers.Serializer):
    day = serializers.DateField()
    followers = PointShape()
    views = PointShape()
    interactions = PointShape(help_text="Of the posts that went out on the day.")


class BoardPlatform(serializers.Serializer):
    platform = serializers.ChoiceField(PLATFORMS)
    accounts = serializers.IntegerField()
    posts = serializers.IntegerField()
    followers = serializers.IntegerField(allow_null=True)
    views = serializers.IntegerField(allow_null=True)
    post_views = serializers.IntegerField(allow_null=True)
    interactions = serializers.IntegerField(allow_null=True)
    rate = serializers.FloatField(allow_null=True, help_text="Interactions for each view, of posts that tell both.")
    complete_until = serializers.DateField(allow_null=True)
    stands_apart = serializers.BooleanField(help_text="Its rules forbid sums with others, so it is in none above.")


class Board(serializers.Serializer):
    """The figures of a span with those of the one before, counted from the same rows as the pages."""

    timezone = serializers.CharField()
    span = Span()
    before = Span()
    numbers = Numbers()
    days = BoardDay(many=True)
    platforms = BoardPlatform(many=True)


def numbers_of(found: Overview) -> dict[str, Any]:
    numbers: Mapping[str, Number | None] = {
        "followers": found.followers, "views": found.views, "published": found.published,
        "post_views": found.post_views, "interactions": found.interactions,
        "own_clicks": found.own_clicks,
    }  # fmt: skip
    columns = ("value", "known", "of", "now", "before", "taken_at")
    return {
        name: None if one is None else {column: getattr(one, column) for column in columns}
        for name, one in numbers.items()
    }


def board_of(found: Overview) -> dict[str, Any]:
    trends = {trend.value: found.trend(trend) for trend in Trend}
    days = [
        {"day": point.day, **{name: _point(points[place]) for name, points in trends.items()}}
        for place, point in enumerate(trends[Trend.VIEWS.value])
    ]
    data = {
        "timezone": found.zone,
        "span": {"first": found.first, "last": found.last},
        "before": {"first": found.first - found.length, "last": found.first - DAY},
        "numbers": numbers_of(found),
        "days": days,
        "platforms": [_platform(row, found) for row in found.platforms],
    }
    return dict(Board(data).data)


def _point(point: Point) -> dict[str, Any]:
    return {"value": point.value, "part": point.part, "known": point.known, "of": point.of}


def _platform(row: Any, found: Overview) -> dict[str, Any]:
    columns = ("platform", "accounts", "posts", "followers", "views", "post_views", "interactions", "rate")
    told = {name: getattr(row, name) for name in columns}
    return {**told, "complete_until": row.until, "stands_apart": row.platform in found.apart}


class ClientShape(serializers.Serializer):
    workspace = PublicId(ids.WORKSPACE)
    name = serializers.CharField()
    external_ref = serializers.CharField(allow_blank=True)
    timezone = serializers.CharField()
    numbers = Numbers()
    complete_until = serializers.DateField(allow_null=True)


class ClientsBoard(serializers.Serializer):
    """All workspaces that the key may see, beside each other; `all` is the sum of their rows, but for those of the
    platforms in `apart`."""

    span = Span()
    before = Span()
    all = Numbers()
    apart = serializers.ListField(
        child=serializers.CharField(),
        help_text="Platforms that are in no sum of `all`: their rules forbid it with others, or over different owners.",
    )
    data = ClientShape(many=True)


def client_of(workspace: Workspace, found: Overview) -> dict[str, Any]:
    return {
        "workspace": workspace.pk, "name": workspace.name, "external_ref": workspace.external_ref,
        "timezone": workspace.timezone, "numbers": numbers_of(found),
        "complete_until": max(found.until.values(), default=None),
    }  # fmt: skip


# --- when, and of what ------------------------------------------------------------------------------------------------


class HourShape(serializers.Serializer):
    """An hour of the week on the workspace's clock."""

    weekday = serializers.IntegerField(help_text="1 is Monday.")
    hour = serializers.IntegerField()
    times_usual = serializers.FloatField(help_text="The mean of posts against the usual of their accounts.")
    posts = serializers.IntegerField()
    is_enough = serializers.BooleanField(help_text=f"At least {ENOUGH} posts: fewer are too few to count on.")


class TimesShape(serializers.Serializer):
    timezone = serializers.CharField()
    span = Span()
    counted = serializers.IntegerField()
    left_out = serializers.IntegerField(help_text="Too young, not told of, or of an account with too few posts.")
    hours = HourShape(many=True)


def times_shown(times: Times, found: Overview) -> dict[str, Any]:
    hours = [
        {
            "weekday": weekday + 1, "hour": hour, "times_usual": one.value, "posts": one.count,
            "is_enough": one.count >= ENOUGH,
        }
        for (weekday, hour), one in sorted(times.samples.items())
    ]  # fmt: skip
    span = {"first": found.first, "last": found.last}
    data = {"timezone": found.zone, "span": span, "counted": times.counted, "left_out": times.left_out, "hours": hours}
    return dict(TimesShape(data).data)


class ShareShape(serializers.Serializer):
    posts = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True, help_text="Of all posts of the span, from 0 to 1.")
    planned_percent = serializers.IntegerField(allow_null=True)
    times_usual = serializers.FloatField(allow_null=True)


class FormatShare(ShareShape):
    format = serializers.ChoiceField(Format.values)


class LabelShare(ShareShape):
    label = PublicId(ids.LABEL)
    name = serializers.CharField()


class MixShape(serializers.Serializer):
    """Each post is counted once. It has one format and any number of labels."""

    span = Span()
    posts = serializers.IntegerField()
    without_label = serializers.IntegerField()
    formats = FormatShare(many=True)
    labels = LabelShare(many=True)


def mix_shown(mix: Mix, found: Overview) -> dict[str, Any]:
    data = {
        "span": {"first": found.first, "last": found.last},
        "posts": mix.posts,
        "without_label": mix.without_label,
        "formats": [{"format": line.key, **_share(line)} for line in mix.formats],
        "labels": [{"label": line.key, "name": line.label, **_share(line)} for line in mix.labels],
    }
    return dict(MixShape(data).data)


def _share(line: Line) -> dict[str, Any]:
    return {
        "posts": line.posts, "share": line.share, "planned_percent": line.percent, "times_usual": line.ratio,
    }  # fmt: skip


class FormatPercent(serializers.Serializer):
    format = serializers.ChoiceField(Format.values)
    percent = serializers.IntegerField(min_value=1, max_value=100)


class LabelPercent(serializers.Serializer):
    label = PublicId(ids.LABEL)
    percent = serializers.IntegerField(min_value=1, max_value=100)


class MixPlan(serializers.Serializer):
    """The shares that posts should have, in percent; they take the place of those before. Formats make 100 at most."""

    formats = FormatPercent(many=True, required=False, max_length=len(Format))
    labels = LabelPercent(many=True, required=False, max_length=500)


# --- a post as it grew ------------------------------------------------------------------------------------------------


class ReadingShape(serializers.Serializer):
    rung = serializers.ChoiceField(list(RUNGS), allow_null=True, help_text="Null: it was asked for.")
    taken_at = serializers.DateTimeField()
    missing = serializers.ChoiceField(Missing.values, allow_null=True)
    figures = Figures()
    usual_interactions = serializers.FloatField(allow_null=True, help_text="Median of the account's other posts then.")


class GrownShape(serializers.Serializer):
    publication = PublicId(ids.PUBLICATION)
    account = PublicId(ids.ACCOUNT)
    platform = serializers.ChoiceField(PLATFORMS)
    published_at = serializers.DateTimeField(allow_null=True)
    next_at = serializers.DateTimeField(allow_null=True)
    times_usual = serializers.FloatField(allow_null=True, help_text="At `compared_at`, against the usual.")
    compared_at = serializers.ChoiceField(list(RUNGS), allow_null=True)
    readings = ReadingShape(many=True)


class PostBoard(serializers.Serializer):
    """A post on each of its accounts, as it grew older."""

    post = PublicId(ids.POST)
    publications = GrownShape(many=True)


def grown_shown(one: Grown) -> dict[str, Any]:
    publication, reading = one.figures.publication, one.figures.reading
    rows = [
        {
            "rung": row.key if row.key in RUNGS else None, "taken_at": row.taken_at, "missing": row.missing or None,
            "figures": figures_of(row), "usual_interactions": one.usual.get(row.key),
        }
        for row in one.rows
    ]  # fmt: skip
    return {
        "publication": publication.pk, "account": publication.account_id, "platform": publication.account.platform,
        "published_at": publication.published_at, "next_at": reading.step_at if reading else None,
        "times_usual": one.times_usual, "compared_at": one.compared_at or None, "readings": rows,
    }  # fmt: skip


# --- goals ------------------------------------------------------------------------------------------------------------


class ProgressShape(serializers.Serializer):
    """Where a goal stands at the end of `until`. Null is what is not known."""

    value = serializers.IntegerField(allow_null=True)
    began_at = serializers.IntegerField(allow_null=True, help_text="The level from which followers grow; else 0.")
    share = serializers.FloatField(allow_null=True, help_text="Of the way, from 0 to 1.")
    time = serializers.FloatField(help_text="Of the time, from 0 to 1.")
    expected = serializers.IntegerField(allow_null=True, help_text="Where a steady way would be by now.")
    forecast = serializers.IntegerField(allow_null=True, help_text="Where this pace leads to.")
    pace = serializers.ChoiceField([pace.value for pace in Pace])
    until = serializers.DateField()


class GoalShape(serializers.Serializer):
    """A figure to be reached by a day, of a workspace or of one of its accounts."""

    id = PublicId(ids.GOAL)
    workspace = PublicId(ids.WORKSPACE, source="workspace_id")
    account = serializers.SerializerMethodField(help_text="Null: all accounts of the workspace.")
    aim = serializers.ChoiceField(Aim.values)
    target = serializers.IntegerField()
    begins_on = serializers.DateField()
    ends_on = serializers.DateField()
    reached_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()

    @extend_schema_field({"type": ["string", "null"]})
    def get_account(self, goal: Goal) -> str | None:
        return ids.public(ids.ACCOUNT, goal.account_id) if goal.account_id else None


class GoalWithProgress(GoalShape):
    progress = ProgressShape()


def goal_shown(one: Progress) -> dict[str, Any]:
    columns = ("value", "began_at", "share", "time", "expected", "forecast", "until")
    progress = {name: getattr(one, name) for name in columns}
    return {**GoalShape(one.goal).data, "progress": ProgressShape({**progress, "pace": one.pace.value}).data}


class GoalToChange(serializers.Serializer):
    target = serializers.IntegerField(min_value=1)
    begins_on = serializers.DateField()
    ends_on = serializers.DateField(help_text="The last day of it.")


class GoalToSet(GoalToChange):
    workspace = Known(ids.WORKSPACE, Workspace, required=False)
    account = Known(ids.ACCOUNT, SocialAccount, required=False, allow_null=True)
    aim = serializers.ChoiceField(Aim.values)
