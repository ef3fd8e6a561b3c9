"""What the API says of figures and imports, and what it takes. A figure that was not told is null, and never 0."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.analytics.boards.audience import AudienceBoard
from apps.analytics.definitions import BOOKS, NOTHING, Definition
from apps.analytics.metrics import figures_of
from apps.analytics.models import Import, Refresh, UploadedDay
from apps.analytics.selectors import AccountSeries, PostFigures
from apps.analytics.states import ImportState, Missing, RefreshState
from apps.platforms.insights import Metric
from apps.posts.models import Post
from apps.social_accounts.models import SocialAccount
from apps.social_accounts.serializers import PLATFORMS
from apps.tenants.rest import ids
from apps.tenants.rest.ids import Known, PublicId

MOST_POSTS = 100
WHOLE = frozenset(Metric) - {Metric.WATCH_SECONDS}


def _number(metric: Metric) -> serializers.Field:
    if metric in WHOLE:
        return serializers.IntegerField(allow_null=True)
    return serializers.FloatField(allow_null=True)


Figures: type[serializers.Serializer] = type(
    "Figures",
    (serializers.Serializer,),
    {
        "__doc__": "Figures by their normalised names; null is what the platform did not tell.",
        **{metric.value: _number(metric) for metric in Metric},
    },
)


class Meaning(serializers.Serializer):
    """What the platform itself calls a figure, and what it counts."""

    name = serializers.CharField()
    words = serializers.CharField()


def meanings(of: Mapping[Metric, Definition]) -> dict[str, dict[str, str]]:
    return {metric.value: {"name": one.name, "words": one.words} for metric, one in of.items()}


class AccountDay(serializers.Serializer):
    """One day on the wall clock of the workspace. A day that is left out was never read."""

    day = serializers.DateField()
    taken_at = serializers.DateTimeField()
    revision = serializers.IntegerField(
        help_text="More than 1: the platform has corrected the day since. 0: it was uploaded."
    )
    source = serializers.ChoiceField(("platform", "upload"), help_text="Who told it.")
    missing = serializers.ChoiceField(Missing.values, allow_null=True, help_text="Why there are no figures.")
    figures = Figures()


class AccountFigures(serializers.Serializer):
    """An account day by day. Followers and posts are as they were at the end of the day, all else is of the day."""

    account = PublicId(ids.ACCOUNT)
    platform = serializers.ChoiceField(PLATFORMS)
    timezone = serializers.CharField()
    days_in = serializers.CharField(allow_blank=True, help_text="Where the platform's own days end, where it has any.")
    complete_until = serializers.DateField(allow_null=True, help_text="The last of these days that was told.")
    read_at = serializers.DateTimeField(allow_null=True, help_text="When the platform last answered.")
    days = AccountDay(many=True)
    definitions = serializers.DictField(child=Meaning())


def account_figures(series: AccountSeries) -> dict[str, Any]:
    account = series.account
    rows = [
        {
            "day": row.day, "taken_at": row.taken_at, "revision": row.revision, "missing": row.missing or None,
            "source": "upload" if isinstance(row, UploadedDay) else "platform", "figures": figures_of(row),
        }
        for row in series.rows
    ]  # fmt: skip
    data = {
        "account": account.pk,
        "platform": account.platform,
        "timezone": account.workspace.timezone,
        "days_in": BOOKS.get(account.platform, NOTHING).days_in,
        "complete_until": series.complete_until,
        "read_at": series.reading.read_at if series.reading else None,
        "days": rows,
        "definitions": meanings(series.definitions),
    }
    return dict(AccountFigures(data).data)


class AudienceGroup(serializers.Serializer):
    name = serializers.CharField(help_text="As the platform spells it.")
    count = serializers.IntegerField()


class AudienceDivision(serializers.Serializer):
    """Followers told apart by one thing. Whoever is not told of is in no group, so they need not be all."""

    by = serializers.CharField(help_text="`age`, `gender`, `country` or `city`.")
    told = serializers.IntegerField(help_text="The sum of the groups.")
    groups = AudienceGroup(many=True)
    definition = Meaning()


class AudienceShape(serializers.Serializer):
    """Who follows an account, as its platform last told it; it is read once a week."""

    account = PublicId(ids.ACCOUNT)
    platform = serializers.ChoiceField(PLATFORMS)
    day = serializers.DateField(allow_null=True, help_text="What it is told of. Null: nothing was told, so far.")
    taken_at = serializers.DateTimeField(allow_null=True)
    missing = serializers.ChoiceField(
        Missing.values, allow_null=True, help_text="Why nothing was told when it was last asked."
    )
    data = AudienceDivision(many=True)


def audience_shown(board: AudienceBoard) -> dict[str, Any]:
    data = {
        "account": board.account.pk,
        "platform": board.account.platform,
        "day": board.row.day if board.row else None,
        "taken_at": board.row.taken_at if board.row else None,
        "missing": board.missing or None,
        "data": board.divisions,
    }
    return dict(AudienceShape(data).data)


class PublicationFigures(serializers.Serializer):
    """A post on one account, since it went out."""

    publication = PublicId(ids.PUBLICATION)
    account = PublicId(ids.ACCOUNT)
    platform = serializers.ChoiceField(PLATFORMS)
    published_at = serializers.DateTimeField(allow_null=True)
    taken_at = serializers.DateTimeField(allow_null=True, help_text="When it was told. Null: nothing was, so far.")
    missing = serializers.ChoiceField(Missing.values, allow_null=True, help_text="Why there are no figures.")
    next_at = serializers.DateTimeField(allow_null=True, help_text="When it is read next. Null: no more.")
    figures = Figures()
    own_clicks = serializers.IntegerField(
        allow_null=True, help_text="On short links of yours in it, counted by Postroom. Null: it has none."
    )


class PostStats(serializers.Serializer):
    post = PublicId(ids.POST)
    external_ref = serializers.CharField(allow_blank=True)
    publications = PublicationFigures(many=True)


class PostsStats(serializers.Serializer):
    """The newest figures of each post that was asked for; one that is not there, or not yours, is left out."""

    data = PostStats(many=True)
    definitions = serializers.DictField(
        child=serializers.DictField(child=Meaning()), help_text="By platform and figure."
    )


Clicks = Mapping[tuple[UUID, UUID | None], int]  # by post and account


def posts_stats(posts: list[Post], found: Mapping[Any, list[PostFigures]], clicks: Clicks) -> dict[str, Any]:
    rows = [
        {
            "post": post.pk,
            "external_ref": post.external_ref,
            "publications": [_of_publication(one, clicks) for one in found.get(post.pk, [])],
        }
        for post in posts
    ]
    platforms = sorted({one.publication.account.platform for figures in found.values() for one in figures})
    definitions = {name: meanings(BOOKS.get(name, NOTHING).posts) for name in platforms}
    return dict(PostsStats({"data": rows, "definitions": definitions}).data)


def _of_publication(one: PostFigures, clicks: Clicks) -> dict[str, Any]:
    row = one.row
    return {
        "publication": one.publication.pk,
        "account": one.publication.account_id,
        "platform": one.publication.account.platform,
        "published_at": one.publication.published_at,
        "taken_at": row.taken_at if row else None,
        "missing": one.missing or None,
        "next_at": one.reading.step_at if one.reading else None,
        "figures": figures_of(row) if row else dict.fromkeys(metric.value for metric in Metric),
        "own_clicks": clicks.get((one.publication.post_id, one.publication.account_id)),
    }


# --- fresh figures ----------------------------------------------------------------------------------------------------


class RefreshToAsk(serializers.Serializer):
    """Accounts and posts of one workspace."""

    accounts = serializers.ListField(child=Known(ids.ACCOUNT, SocialAccount), required=False, max_length=MOST_POSTS)
    posts = serializers.ListField(child=Known(ids.POST, Post), required=False, max_length=MOST_POSTS)

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        named = [*said.get("accounts", ()), *said.get("posts", ())]
        if not named:
            raise serializers.ValidationError("Name accounts or posts.")
        if len({row.workspace_id for row in named}) > 1:
            raise serializers.ValidationError("They have to be of one workspace.")
        return {"accounts": [], "posts": [], **said, "workspace_id": named[0].workspace_id}


class RefreshShape(serializers.Serializer):
    """A wish for fresh figures of an account, or of a post on an account."""

    id = PublicId(ids.REFRESH)
    workspace = PublicId(ids.WORKSPACE, source="workspace_id")
    account = PublicId(ids.ACCOUNT, source="reading.account_id")
    publication = serializers.SerializerMethodField(help_text="Null: it is about the account.")
    state = serializers.ChoiceField(RefreshState.values)
    problem = serializers.SerializerMethodField(help_text="Why it failed.")
    asked_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field({"type": ["string", "null"]})
    def get_publication(self, row: Refresh) -> str | None:
        found = row.reading.publication_id
        return ids.public(ids.PUBLICATION, found) if found else None

    @extend_schema_field({"type": ["string", "null"], "enum": [*Missing.values, None]})
    def get_problem(self, row: Refresh) -> str | None:
        return row.problem or None


class Refreshes(serializers.Serializer):
    data = RefreshShape(many=True)
    left = serializers.IntegerField(help_text="How many more the workspace may ask for now.")


# --- imports ----------------------------------------------------------------------------------------------------------


class ImportToStart(serializers.Serializer):
    account = Known(ids.ACCOUNT, SocialAccount)
    since = serializers.DateTimeField(required=False, help_text="Older posts are left out.")


class ImportShape(serializers.Serializer):
    """An import of the posts that an account has already. It ends with `most` posts."""

    id = PublicId(ids.IMPORT)
    workspace = PublicId(ids.WORKSPACE, source="workspace_id")
    account = PublicId(ids.ACCOUNT, source="account_id")
    state = serializers.ChoiceField(ImportState.values)
    since = serializers.DateTimeField(allow_null=True)
    most = serializers.IntegerField()
    found = serializers.IntegerField(help_text="Posts that the platform has listed so far.")
    kept = serializers.IntegerField(help_text="Those that Postroom did not publish itself.")
    problem = serializers.SerializerMethodField(help_text="What holds it up, or made it fail.")
    words = serializers.CharField(source="problem_words", allow_blank=True, help_text="The same, for people.")
    next_try_at = serializers.SerializerMethodField(help_text="When it goes on. Null: it has ended.")
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field({"type": ["string", "null"], "enum": [*Missing.values, None]})
    def get_problem(self, row: Import) -> str | None:
        return row.problem or None

    @extend_schema_field({"type": ["string", "null"], "format": "date-time"})
    def get_next_try_at(self, row: Import) -> Any:
        return serializers.DateTimeField().to_representation(row.next_try_at) if row.is_unfinished else None


class ImportedPostShape(serializers.Serializer):
    """A post that was found at the platform. It is looked at and never sent."""

    id = PublicId(ids.IMPORTED)
    account = PublicId(ids.ACCOUNT, source="account_id")
    remote_id = serializers.CharField()
    url = serializers.CharField(allow_blank=True)
    text = serializers.CharField(allow_blank=True)
    kind = serializers.CharField(allow_blank=True)
    media_urls = serializers.ListField(child=serializers.CharField())
    published_at = serializers.DateTimeField(allow_null=True)
    taken_at = serializers.DateTimeField()
    missing = serializers.SerializerMethodField(help_text="Why there are no figures.")
    figures = Figures(source="*")

    @extend_schema_field({"type": ["string", "null"], "enum": [*Missing.values, None]})
    def get_missing(self, row: Any) -> str | None:
        return row.missing or None
