"""Time series of accounts, the newest figures of posts, and fresh ones on request. No platform is called here."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, ClassVar, Final
from uuid import UUID

from django.db.models import Q, QuerySet
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.response import Response

from apps.analytics import serializers, services
from apps.analytics.boards.audience import audience_of
from apps.analytics.models import Refresh
from apps.analytics.selectors import account_series, figures_of_posts, span_of
from apps.analytics.services.refreshing import left
from apps.core import clock
from apps.core.calendar import cell_of
from apps.links.selectors import clicks_of_posts
from apps.posts.models import Post
from apps.publishing.models import Publication
from apps.publishing.states import State
from apps.social_accounts.models import SocialAccount
from apps.tenants.models import Workspace
from apps.tenants.rest import ids
from apps.tenants.rest.problems import bad_parameter
from apps.tenants.rest.views import Operations

MOST_DAYS: Final = 400
USUAL_DAYS: Final = 30
DAY: Final = {"type": "string", "format": "date"}
AUDIENCE: Final = OpenApiExample(
    "By gender",
    value={
        "account": "acc_01984a5e7c0d7000a000000000000000", "platform": "instagram", "day": "2026-11-24",
        "taken_at": "2026-11-25T01:04:11Z", "missing": None,
        "data": [{
            "by": "gender", "told": 3_870,
            "groups": [{"name": "F", "count": 2_412}, {"name": "M", "count": 1_330}, {"name": "U", "count": 128}],
            "definition": {
                "name": "follower_demographics, gender",
                "words": "followers by gender, of accounts with 100 and more; not all of them are told of",
            },
        }],
    },
    response_only=True,
)  # fmt: skip


class AccountAnalytics(Operations):
    needs: ClassVar = {"GET": "analytics.view"}

    @extend_schema(
        operation_id="analytics_account",
        parameters=[
            OpenApiParameter("from", DAY, description=f"The first day; {USUAL_DAYS} days before the last."),
            OpenApiParameter("to", DAY, description="The last day; yesterday, where the workspace is."),
        ],
        responses=serializers.AccountFigures,
    )
    def get(self, request: Any, account_id: UUID) -> Response:
        """An account day by day, with what its platform means by each figure."""
        account = self.found(SocialAccount.objects.select_related("workspace"), account_id)
        first, last = days_asked(request.query_params, account.workspace.timezone)
        return self.one(serializers.account_figures(account_series(account, first=first, last=last)))


class AudienceAnalytics(Operations):
    needs: ClassVar = {"GET": "analytics.view"}

    @extend_schema(
        operation_id="analytics_audience",
        parameters=[OpenApiParameter("until", DAY, description="As it was told last until this day; today.")],
        responses=serializers.AudienceShape,
        examples=[AUDIENCE],
    )
    def get(self, request: Any, account_id: UUID) -> Response:
        """Who follows an account, in the groups that its platform tells: by age, gender, country and city."""
        account = self.found(SocialAccount.objects.all(), account_id)
        board = audience_of(account, until=_day(request.query_params, "until"))
        return self.one(serializers.audience_shown(board))


class PostAnalytics(Operations):
    needs: ClassVar = {"GET": "analytics.view"}

    @extend_schema(
        operation_id="analytics_posts",
        parameters=[
            OpenApiParameter("posts", str, description="Ids, with commas; up to 100 with `external_refs`."),
            OpenApiParameter("external_refs", str, description="Your own names of posts, with commas."),
        ],
        responses=serializers.PostsStats,
    )
    def get(self, request: Any) -> Response:
        """The newest figures of up to 100 posts, on each account that they are on."""
        wanted, refs = _names(request, "posts"), _names(request, "external_refs")
        if not 1 <= len(wanted) + len(refs) <= serializers.MOST_POSTS:
            raise bad_parameter("posts", f"Name from 1 to {serializers.MOST_POSTS} posts.")
        known = [ids.read(ids.POST, name) for name in wanted]
        if None in known:
            raise bad_parameter("posts", "This is no id of that kind.")
        posts = Post.objects.filter(Q(pk__in=known) | Q(external_ref__in=refs), deleted_at=None).order_by("pk")
        found = list(posts[: serializers.MOST_POSTS])
        named = [post.pk for post in found]
        return self.one(serializers.posts_stats(found, figures_of_posts(named), clicks_of_posts(named)))


class RefreshList(Operations):
    needs: ClassVar = {"POST": "analytics.refresh"}

    @extend_schema(
        operation_id="analytics_refresh", request=serializers.RefreshToAsk, responses={202: serializers.Refreshes}
    )
    def post(self, request: Any) -> Response:
        """Ask for fresh figures. They are read within minutes, as the platforms' limits allow; a workspace has so many
        wishes a day."""
        said = self.body(serializers.RefreshToAsk)
        self.caller.require("analytics.refresh", said["workspace_id"])
        workspace = Workspace.objects.get(pk=said["workspace_id"])
        live = Publication.objects.filter(post__in=said["posts"], state=State.PUBLISHED)
        made = services.refresh(
            workspace=workspace, accounts=said["accounts"], publications=list(live), actor=self.caller.actor
        )
        rows = refreshes().filter(pk__in=[row.pk for row in made]).order_by("pk")
        return Response(serializers.Refreshes({"data": rows, "left": left(workspace.pk)}).data, status=202)


class RefreshOperations(Operations):
    needs: ClassVar = {"GET": "analytics.view"}

    @extend_schema(operation_id="analytics_refresh_read", responses=serializers.RefreshShape)
    def get(self, request: Any, refresh_id: UUID) -> Response:
        """What became of a wish."""
        return self.one(serializers.RefreshShape(self.found(refreshes(), refresh_id)).data)


def refreshes() -> QuerySet[Refresh]:
    rows: QuerySet[Refresh] = Refresh.objects.select_related("reading")
    return rows


def days_asked(asked: Any, zone: str) -> tuple[date, date]:
    """The span that a request asks for, as days of the workspace."""
    last = _day(asked, "to") or cell_of(clock.now(), zone) - timedelta(days=1)
    first = _day(asked, "from") or last - timedelta(days=USUAL_DAYS - 1)
    if not 1 <= span_of(first, last) <= MOST_DAYS:
        raise bad_parameter("from", f"From 1 to {MOST_DAYS} days.")
    return first, last


def _day(asked: Any, name: str) -> date | None:
    text = asked.get(name, "")
    try:
        found = date.fromisoformat(text) if text else None
    except ValueError:
        raise bad_parameter(name, "A day is written 2026-11-30.") from None
    if found is not None and not 2000 <= found.year <= 2200:
        raise bad_parameter(name, "There is nothing so far away.")
    return found


def _names(request: Any, name: str) -> list[str]:
    return [one for text in request.query_params.getlist(name) for one in text.split(",") if one]
