"""Comments below what is out: those that were written there, and the parts of posts that stand below their first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final
from uuid import UUID

import django_filters
from django.db.models import F, QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from apps.core import ids as new_ids
from apps.posts.appointments import appointment
from apps.posts.models import Post
from apps.posts.selectors import manuscript
from apps.posts.serializers import PLATFORMS
from apps.publishing import comment_serializers as serializers
from apps.publishing import services
from apps.publishing.api.commenting import files_of, refusal, remarks_of
from apps.publishing.api.writing import when, zone_of
from apps.publishing.errors import CommentRefused
from apps.publishing.models import Attempt, FollowUp, Publication
from apps.publishing.replying import places
from apps.publishing.serializers import AttemptShape
from apps.publishing.states import State
from apps.tenants.rest import ids, pages, problems
from apps.tenants.rest.filters import IdFilter, filtered
from apps.tenants.rest.pages import PARAMETERS, page_of
from apps.tenants.rest.problems import Problem
from apps.tenants.rest.views import Operations
from apps.tenants.rest.workspaces import not_there, refuse

ORDERS: Final = {"scheduled_at": F("due_at")}


class CommentFilter(django_filters.FilterSet):
    workspace = IdFilter(ids.WORKSPACE)
    post = IdFilter(ids.POST, "publication__post")
    publication = IdFilter(ids.PUBLICATION)
    account = IdFilter(ids.ACCOUNT, "publication__account")
    platform = django_filters.ChoiceFilter(
        "publication__account__platform", choices=[(name, name) for name in PLATFORMS]
    )
    parent = IdFilter(ids.COMMENT)
    batch = django_filters.UUIDFilter()
    role = django_filters.ChoiceFilter(choices=[(role, role) for role in serializers.ROLES])
    state = django_filters.ChoiceFilter(choices=State.choices)


class CommentList(Operations):
    needs: ClassVar = {"GET": "post.view", "POST": "post.publish"}

    @extend_schema(
        operation_id="comments_list",
        parameters=[
            *pages.parameters(ORDERS),
            OpenApiParameter("workspace", str),
            OpenApiParameter("post", str),
            OpenApiParameter("publication", str),
            OpenApiParameter("account", str),
            OpenApiParameter("platform", str, enum=PLATFORMS),
            OpenApiParameter("parent", str, description="Answers to this comment."),
            OpenApiParameter("batch", {"type": "string", "format": "uuid"}),
            OpenApiParameter("role", str, enum=serializers.ROLES),
            OpenApiParameter("state", str, enum=State.values),
        ],
        responses=page_of(serializers.PublicCommentShape, "PublicComment"),
    )
    def get(self, request: Any) -> Response:
        """What Postroom says below posts: comments that were written there, and first comments and replies of
        threads. What other people say there is not read."""
        return self.page(filtered(CommentFilter, comments(), request), serializers.PublicCommentShape, ORDERS)

    @extend_schema(
        operation_id="comments_write", request=serializers.CommentToWrite,
        responses={201: serializers.CommentsWritten},
    )  # fmt: skip
    def post(self, request: Any) -> Response:
        """Say something below a post that is out, on one account or on several, in the same words or in others. Each
        account has a comment of its own with its own state; all are written or none."""
        said = self.body(serializers.CommentToWrite)
        post, rows, parent = self._place(said)
        self.caller.require("post.publish", post.workspace_id)
        remarks = remarks_of(said, rows, workspace_id=post.workspace_id)
        due_at = _due_at(said, post.workspace_id)
        try:
            made = services.comment(
                post=post, publications=rows, remarks=remarks, batch=new_ids.new_id(), actor=self.caller.actor,
                due_at=due_at, parent=parent,
            )  # fmt: skip
        except CommentRefused as error:
            raise refusal(error, said) from error
        found = {row.pk: row for row in comments().filter(pk__in=[one.pk for one in made])}
        shown = serializers.PublicCommentShape([found[one.pk] for one in made], many=True).data
        return Response({"data": shown}, status=201)

    def _place(self, said: Mapping[str, Any]) -> tuple[Post, Sequence[Publication], FollowUp | None]:
        """The post, the publications below which it is said, and what it answers."""
        if "parent" in said:
            parent = comments().filter(pk=said["parent"]).first()
            if parent is None:
                raise problems.invalid("/parent", "There is nothing with this id.", code="not_found")
            rows = list(Publication.objects.select_related("post").filter(pk=parent.publication_id))
            return rows[0].post, rows, parent
        if "publications" in said:
            return *_named(said["publications"]), None
        return said["post"], _on(said["post"], said.get("accounts")), None


class CommentOperations(Operations):
    needs: ClassVar = {"GET": "post.view", "PATCH": "post.publish", "DELETE": "post.cancel"}

    @extend_schema(operation_id="comments_read", responses=serializers.PublicCommentShape)
    def get(self, request: Any, comment_id: UUID) -> Response:
        """One comment on one account."""
        return self.one(_data(self.found(comments(), comment_id)))

    @extend_schema(
        operation_id="comments_change", request=serializers.CommentToChange, responses=serializers.PublicCommentShape
    )
    def patch(self, request: Any, comment_id: UUID) -> Response:
        """Other words, files or another time for a comment that has not gone out; one that failed or was held goes out
        again with them. Parts of a post are changed with the post."""
        mine(self, comment_id, "post.publish")
        said = self.body(serializers.CommentToChange, partial=True)
        row = self.held(comments(), comment_id)
        self.require_match(_data(row))
        services.change_comment(
            follow_up=row, text=said.get("text"), media=files_of(said, workspace_id=row.workspace_id),
            due_at=_due_at(said, row.workspace_id), actor=self.caller.actor,
        )  # fmt: skip
        return self.one(_data(self.found(comments(), comment_id)))

    @extend_schema(operation_id="comments_delete", responses={204: None})
    def delete(self, request: Any, comment_id: UUID) -> Response:
        """Call off a comment that has not gone out; it stays to be read, as canceled. What is out is taken down by
        `POST /comments/{comment_id}/unpublish`."""
        mine(self, comment_id, "post.cancel")
        row = self.held(comments(), comment_id)
        self.require_match(_data(row))
        services.withdraw_comment(follow_up=row, actor=self.caller.actor)
        return Response(status=204)


class CommentRetry(Operations):
    needs: ClassVar = {"POST": "publication.retry"}

    @extend_schema(operation_id="comments_retry", request=None, responses=serializers.PublicCommentShape)
    def post(self, request: Any, comment_id: UUID) -> Response:
        """Send again, now, what failed or is held; of what needs attention you say by this that it is not there."""
        row = mine(self, comment_id, "publication.retry")
        services.retry_follow_up(follow_up=row, actor=self.caller.actor)
        return self.one(_data(self.found(comments(), comment_id)))


class CommentUnpublish(Operations):
    needs: ClassVar = {"POST": "publication.remove"}
    calls_network = True

    @extend_schema(operation_id="comments_unpublish", request=None, responses=serializers.PublicCommentShape)
    def post(self, request: Any, comment_id: UUID) -> Response:
        """Delete a comment at its platform, where that lets us; the post stays. Safe to repeat."""
        with self.caller.scope():
            row = mine(self, comment_id, "publication.remove")
        done = services.take_down_follow_up(follow_up=row, actor=self.caller.actor)
        if not done.is_done:
            raise Problem(502, f"platform_{done.outcome}", done.words or "The platform did not take it down.")
        with self.caller.scope():
            return self.one(_data(self.found(comments(), comment_id)))


class CommentAttempts(Operations):
    needs: ClassVar = {"GET": "post.view"}

    @extend_schema(
        operation_id="comments_attempts", parameters=PARAMETERS, responses=page_of(AttemptShape, "CommentAttempt")
    )
    def get(self, request: Any, comment_id: UUID) -> Response:
        """Every try that was made, and what came of it."""
        row = self.found(comments(), comment_id)
        return self.page(Attempt.objects.filter(follow_up=row), AttemptShape)


def mine(view: Operations, comment_id: UUID, permission: str) -> FollowUp:
    row: FollowUp = view.found(comments(), comment_id)
    view.caller.require(permission, row.workspace_id)
    return row


def comments() -> QuerySet[FollowUp]:
    rows: QuerySet[FollowUp] = FollowUp.objects.select_related("publication__account").prefetch_related("media")
    return rows


def _named(publication_ids: Sequence[UUID]) -> tuple[Post, list[Publication]]:
    """These publications, and the post that they are all of."""
    found = {row.pk: row for row in Publication.objects.filter(pk__in=publication_ids).select_related("post")}
    named = {f"/publications/{number}": pk for number, pk in enumerate(publication_ids)}
    refuse([not_there(place) for place, pk in named.items() if pk not in found])
    rows = list(found.values())
    if len({row.post_id for row in rows}) > 1:
        raise problems.invalid("/publications", "These are of several posts: write below one at a time.")
    return rows[0].post, rows


def _on(post: Post, account_ids: Sequence[UUID] | None) -> list[Publication]:
    """The post's publications on these accounts; without any, all below which something can be said."""
    rows = list(Publication.objects.filter(post=post).select_related("account"))
    if account_ids is None:
        return places(rows, manuscript(post))
    by_account = {row.account_id: row for row in rows}
    named = {f"/accounts/{number}": pk for number, pk in enumerate(account_ids)}
    refuse([not_there(place) for place, pk in named.items() if pk not in by_account])
    return [by_account[pk] for pk in dict.fromkeys(account_ids)]


def _due_at(said: Mapping[str, Any], workspace_id: UUID) -> datetime | None:
    named = when(said, zone=said.get("timezone") or zone_of(workspace_id))
    return appointment(*named).due_at if named else None


def _data(row: FollowUp) -> dict[str, Any]:
    data: dict[str, Any] = serializers.PublicCommentShape(row).data
    return data
