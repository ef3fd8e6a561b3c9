from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final
from uuid import UUID

import django_filters
from django.db import DatabaseError
from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from apps.core import clock
from apps.core.together import CannotForget, is_pending, together
from apps.posts import selectors
from apps.posts import serializers as writing_desk
from apps.posts import services as posts
from apps.posts.appointments import appointment
from apps.posts.models import Post
from apps.posts.problem import ReadinessProblem
from apps.posts.readiness import duplicate_warnings, problems_in
from apps.publishing import serializers, services
from apps.publishing.api import fault_of
from apps.publishing.api.showing import one, shown
from apps.publishing.api.writing import content_of, when, zone_of
from apps.tenants.rest import ids, problems
from apps.tenants.rest.filters import IdFilter, filtered
from apps.tenants.rest.pages import PARAMETERS, page_of
from apps.tenants.rest.views import Operations
from apps.tenants.rest.workspaces import place_of

NEEDS: Final = {"draft": "post.edit", "schedule": "post.schedule", "publish_now": "post.publish"}


class PostFilter(django_filters.FilterSet):
    workspace = IdFilter(ids.WORKSPACE)
    account = IdFilter(ids.ACCOUNT, "variants__account")
    external_ref = django_filters.CharFilter(max_length=200)
    due_after = django_filters.IsoDateTimeFilter("due_at", "gte")
    due_before = django_filters.IsoDateTimeFilter("due_at", "lt")


class PostList(Operations):
    needs: ClassVar = {"GET": "post.view", "POST": "post.edit"}
    writes_together = True

    @extend_schema(
        operation_id="posts_list",
        parameters=[
            *PARAMETERS,
            OpenApiParameter("workspace", str),
            OpenApiParameter("account", str, description="Posts that go to this account."),
            OpenApiParameter("external_ref", str, description="Your own name for it, exactly."),
            OpenApiParameter("due_after", {"type": "string", "format": "date-time"}),
            OpenApiParameter("due_before", {"type": "string", "format": "date-time"}),
        ],
        responses=page_of(serializers.PostShape, "Post"),
    )
    def get(self, request: Any) -> Response:
        """Posts of the workspaces that the key may see; not those that were thrown away."""
        return self.page(filtered(PostFilter, _posts(), request), shown)

    @extend_schema(operation_id="posts_create", request=writing_desk.PostToMake, responses={201: serializers.PostShape})
    def post(self, request: Any) -> Response:
        """A draft, a post on the plan, or one that goes out now: `action` says which. All or nothing."""
        post = make(self, self.body(writing_desk.PostToMake))
        return self.one(one(post), status=201, location=reverse("api:post", args=[post.pk]))


class PostBulk(Operations):
    needs: ClassVar = {"POST": "post.edit"}
    writes_together = True

    @extend_schema(operation_id="posts_bulk", request=writing_desk.PostsToMake, responses=serializers.Results)
    def post(self, request: Any) -> Response:
        """Up to 200 posts at once; each is made or refused by itself, and its row says which."""
        asked = self.body(writing_desk.PostsToMake)["posts"]
        shape = writing_desk.PostToMake(context={"caller": self.caller})
        try:
            with together(savepoint=True):  # all that is good in one statement
                rows = [self._row(number, said, shape) for number, said in enumerate(asked)]
        except (DatabaseError, CannotForget):
            # Something was wrong that only the database could tell, so each is written by itself.
            rows = [self._row(number, said, shape, savepoint=True) for number, said in enumerate(asked)]
        created = sum(row["problem"] is None for row in rows)
        return Response({"results": rows, "created": created, "refused": len(rows) - created})

    def _row(
        self, number: int, said: Mapping[str, Any], shape: writing_desk.PostToMake, *, savepoint: bool = False
    ) -> dict[str, Any]:
        """What has become of one of them."""
        try:
            with together(savepoint=savepoint):
                post = one(make(self, dict(shape.run_validation(said))))
        except Exception as error:
            if isinstance(error, DatabaseError) and not savepoint:
                raise
            problem = self.refusal(error)
            return {"index": number, "status": problem["status"], "post": None, "problem": problem}
        return {"index": number, "status": 201, "post": post, "problem": None}


class PostValidate(Operations):
    needs: ClassVar = {"POST": "post.edit"}

    @extend_schema(operation_id="posts_validate", request=writing_desk.PostToMake, responses=serializers.Validation)
    def post(self, request: Any) -> Response:
        """Everything that would keep a post from going out, at once and for every account. Nothing is stored."""
        said = self.body(writing_desk.PostToMake)
        workspace = place_of(self, said)
        content = content_of(said, workspace_id=workspace.pk)
        manuscript = selectors.manuscript_of(content, workspace_id=workspace.pk)
        planned = when(said, zone=workspace.timezone)
        due_at = appointment(*planned).due_at if planned else None
        found = problems_in(manuscript, due_at=due_at)
        warnings = duplicate_warnings(manuscript, workspace_id=workspace.pk, around=due_at or clock.now())
        lists = {"problems": [_shown(row) for row in found], "warnings": [_shown(row) for row in warnings]}
        return Response({"is_ready": not found, **lists})


class PostOperations(Operations):
    needs: ClassVar = {"GET": "post.view", "PATCH": "post.edit", "DELETE": "post.edit"}

    @extend_schema(operation_id="posts_read", responses=serializers.PostShape)
    def get(self, request: Any, post_id: UUID) -> Response:
        """One post, with what has become of it on each account."""
        return self.one(one(self.found(_posts(), post_id)))

    @extend_schema(operation_id="posts_change", request=writing_desk.PostToChange, responses=serializers.PostShape)
    def patch(self, request: Any, post_id: UUID) -> Response:
        """Change what is named, until anything of it is out or on its way. What is planned goes out changed."""
        post = self._mine(post_id)
        said = self.body(writing_desk.PostToChange, partial=True)
        self.require_match(one(post))
        content = content_of(said, workspace_id=post.workspace_id, before=selectors.content_of(post))
        return self.one(one(services.edit(post=post, content=content, actor=self.caller.actor)))

    @extend_schema(operation_id="posts_delete", responses={204: None})
    def delete(self, request: Any, post_id: UUID) -> Response:
        """Throw a post away of which nothing went out; what waits is canceled. At the networks nothing changes."""
        post = self._mine(post_id)
        self.require_match(one(post))
        services.discard(post=post, actor=self.caller.actor)
        return Response(status=204)

    def _mine(self, post_id: UUID) -> Post:
        return mine(self, post_id, "post.edit")


class PostSchedule(Operations):
    needs: ClassVar = {"POST": "post.schedule"}

    @extend_schema(operation_id="posts_schedule", request=writing_desk.When, responses=serializers.Planned)
    def post(self, request: Any, post_id: UUID) -> Response:
        """Put a post on the plan, or move it there."""
        post = mine(self, post_id, "post.schedule")
        self.require_match(one(post))
        planned = when(self.body(writing_desk.When), zone=post.timezone or zone_of(post.workspace_id))
        if planned is None:
            raise problems.invalid("/scheduled_at", "Say when.", code="required")
        done = services.schedule(post=post, local=planned[0], zone=planned[1], actor=self.caller.actor)
        return _planned(self, post_id, done)


class PostPublish(Operations):
    needs: ClassVar = {"POST": "post.publish"}

    @extend_schema(operation_id="posts_publish", request=None, responses=serializers.Planned)
    def post(self, request: Any, post_id: UUID) -> Response:
        """Let a post go out now, on every account that still waits."""
        post = mine(self, post_id, "post.publish")
        return _planned(self, post_id, services.publish_now(post=post, actor=self.caller.actor))


class PostCancel(Operations):
    needs: ClassVar = {"POST": "post.cancel"}

    @extend_schema(operation_id="posts_cancel", request=None, responses=serializers.PostShape)
    def post(self, request: Any, post_id: UUID) -> Response:
        """Take off the plan all that has not gone out."""
        post = mine(self, post_id, "post.cancel")
        services.cancel(post=post, actor=self.caller.actor)
        return self.one(one(self.found(_posts(), post_id)))


class PostDuplicate(Operations):
    needs: ClassVar = {"POST": "post.edit"}

    @extend_schema(operation_id="posts_duplicate", request=None, responses={201: serializers.PostShape})
    def post(self, request: Any, post_id: UUID) -> Response:
        """A draft with the same content, without an appointment."""
        post = mine(self, post_id, "post.edit")
        content = selectors.content_of(post)
        made = posts.create(workspace_id=post.workspace_id, content=content, author_id=None, actor=self.caller.actor)
        return self.one(one(made), status=201, location=reverse("api:post", args=[made.pk]))


def make(view: Operations, said: Mapping[str, Any]) -> Post:
    """Write a post down and do with it what `action` says."""
    workspace = place_of(view, dict(said))
    action = said["action"]
    view.caller.require(NEEDS[action], workspace.pk)
    planned = when(said, zone=workspace.timezone)
    if action == "schedule" and planned is None:
        raise problems.invalid("/scheduled_at", "Say when.", code="required")
    post = posts.create(
        workspace_id=workspace.pk,
        content=content_of(said, workspace_id=workspace.pk),
        author_id=None,
        actor=view.caller.actor,
        external_ref=said.get("external_ref", ""),
    )
    if action == "publish_now":
        services.publish_now(post=post, actor=view.caller.actor, is_warned=False)
    elif planned and action == "schedule":
        local, zone = planned
        services.schedule(post=post, local=local, zone=zone, actor=view.caller.actor, is_warned=False)
    elif planned:
        posts.set_appointment(post=post, appointment=appointment(*planned))
    if not is_pending(post):  # It had to be written earlier, and may have been planned since.
        post.refresh_from_db()
    return post


def mine(view: Operations, post_id: UUID, permission: str) -> Post:
    post: Post = view.found(_posts(), post_id)
    view.caller.require(permission, post.workspace_id)
    return post


def _planned(view: Operations, post_id: UUID, done: services.Schedule) -> Response:
    data = one(view.found(_posts(), post_id))
    warnings = [_shown(warning) for warning in done.warnings]
    return view.one({"post": data, "note": done.note, "warnings": warnings})


def _shown(problem: ReadinessProblem) -> dict[str, str]:
    return fault_of(problem).as_data()


def _posts() -> QuerySet[Post]:
    rows: QuerySet[Post] = Post.objects.filter(deleted_at=None)
    return rows
