from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final
from uuid import UUID

from django.db import DatabaseError
from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from apps.core import clock
from apps.core.together import CannotForget, together
from apps.posts import selectors
from apps.posts import serializers as writing_desk
from apps.posts import services as posts
from apps.posts.errors import PostNotReady
from apps.posts.models import Post, PostLabel
from apps.posts.problem import ReadinessProblem
from apps.posts.readiness import duplicate_warnings, problems_in
from apps.publishing import gates, queues, serializers, services
from apps.publishing.api import fault_of, finding
from apps.publishing.api.expanding import OF_POSTS as EXPANDS
from apps.publishing.api.making import (
    change,
    content_asked,
    due_at_of,
    join_queue,
    make,
    queue_to_join,
    template_of,
)
from apps.publishing.api.showing import one, shown
from apps.publishing.api.writing import queue_of, when, zone_of
from apps.publishing.models import Publication
from apps.tenants.rest import expand, ids, problems
from apps.tenants.rest.filters import filtered
from apps.tenants.rest.pages import page_of
from apps.tenants.rest.views import Operations
from apps.tenants.rest.workspaces import place_of

WARNINGS: Final = OpenApiParameter(
    "warnings",
    bool,
    default=False,
    description="With `true` the answer has `warnings`, as /validate gives them: the same words in another post, "
    "and that it waits for approval.",
)


class PostList(Operations):
    needs: ClassVar = {"GET": "post.view", "POST": "post.edit"}
    expands: ClassVar = EXPANDS
    writes_together = True

    @extend_schema(
        operation_id="posts_list",
        parameters=[*finding.PARAMETERS, expand.parameter(EXPANDS)],
        responses=page_of(serializers.PostShape, "Post"),
    )
    def get(self, request: Any) -> Response:
        """Posts of the workspaces that the key may see; not those that were thrown away. Sorted by `due_at`, those
        without an appointment stand where they were written."""
        return self.page(filtered(finding.PostFilter, _posts(), request), shown, finding.ORDERS)

    @extend_schema(
        operation_id="posts_create",
        parameters=[WARNINGS],
        request=writing_desk.PostToMake,
        responses={201: serializers.PostMade},
    )
    def post(self, request: Any) -> Response:
        """A draft, a post on the plan, or one that goes out now: `action` says which. All or nothing."""
        is_warned = wants_warnings(request)
        post = make(self, self.body(writing_desk.PostToMake))
        answer = self.one(one(post), status=201, location=reverse("api:post", args=[post.pk]))
        if is_warned:
            # Beside the post, and so no part of what its tag is of.
            answer.data["warnings"] = _warnings(post)
        return answer


class PostBulk(Operations):
    needs: ClassVar = {"POST": "post.edit"}
    writes_together = True

    @extend_schema(operation_id="posts_bulk", request=writing_desk.PostsToMake, responses=serializers.Results)
    def post(self, request: Any) -> Response:
        """Up to 200 posts at once; each is made or refused by itself, and its row says which."""
        asked = self.body(writing_desk.PostsToMake)["posts"]
        queues.held([pk for said in asked if (pk := ids.read(ids.QUEUE, said.get("queue")))])
        shape = writing_desk.PostToMake(context={"caller": self.caller})
        try:
            with together(savepoint=True):  # all that is good in one statement
                rows = self._together(asked, shape)
        except (DatabaseError, CannotForget, PostNotReady, queues.OneByOne):
            # Something was wrong that only the database, a queue or the plan could tell, so each is written by itself.
            rows = [self._row(number, said, shape, savepoint=True) for number, said in enumerate(asked)]
        created = sum(row["problem"] is None for row in rows)
        return Response({"results": rows, "created": created, "refused": len(rows) - created})

    def _together(self, asked: Sequence[Mapping[str, Any]], shape: writing_desk.PostToMake) -> list[dict[str, Any]]:
        """Those that join a queue take their slots when all are there, and are shown with them."""
        intake = queues.Intake(self.caller.actor)
        rows = [self._row(number, said, shape, intake=intake) for number, said in enumerate(asked)]
        intake.settle()
        for row in rows:
            if isinstance(row["post"], Post):
                row["post"] = one(row["post"])
        return rows

    def _row(
        self,
        number: int,
        said: Mapping[str, Any],
        shape: writing_desk.PostToMake,
        *,
        savepoint: bool = False,
        intake: queues.Intake | None = None,
    ) -> dict[str, Any]:
        """What has become of one of them."""
        try:
            with together(savepoint=savepoint):
                made = make(self, dict(shape.run_validation(said)), intake=intake)
                post: Any = made if intake is not None and made in intake else one(made)
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
        content = content_asked(said, workspace.pk, template_of(said, workspace.pk))
        campaign_id = said.get("campaign")
        manuscript = selectors.manuscript_of(content, workspace_id=workspace.pk, campaign_id=campaign_id)
        due_at, full = due_at_of(said, workspace, manuscript)
        found = [*full, *problems_in(manuscript, due_at=due_at)]
        warnings = duplicate_warnings(manuscript, workspace_id=workspace.pk, around=due_at or clock.now())
        lists = {"problems": [_shown(row) for row in found], "warnings": [_shown(row) for row in warnings]}
        return Response({"is_ready": not found, **lists})


class PostOperations(Operations):
    needs: ClassVar = {"GET": "post.view", "PATCH": "post.edit", "DELETE": "post.edit"}
    expands: ClassVar = EXPANDS

    @extend_schema(operation_id="posts_read", parameters=[expand.parameter(EXPANDS)], responses=serializers.PostShape)
    def get(self, request: Any, post_id: UUID) -> Response:
        """One post, with what has become of it on each account."""
        return self.one(one(self.found(_posts(), post_id)))

    @extend_schema(operation_id="posts_change", request=writing_desk.PostToPatch, responses=serializers.PostShape)
    def patch(self, request: Any, post_id: UUID) -> Response:
        """Change what is named. Words, files, accounts, the time and the queue until anything of it is out or on its
        way, and what is planned goes out changed; labels, campaign and reference at any time."""
        post = self._mine(post_id)
        said = self.body(writing_desk.PostToPatch, partial=True)
        queue = queue_to_join(self, post, said)
        post = self.held(_posts(), post_id)
        self.require_match(one(post))
        change(self, post, said, queue)
        return self.one(one(self.found(_posts(), post_id)))

    @extend_schema(operation_id="posts_delete", responses={204: None})
    def delete(self, request: Any, post_id: UUID) -> Response:
        """Throw a post away of which nothing went out; what waits is canceled. At the networks nothing changes."""
        self._mine(post_id)
        post = self.held(_posts(), post_id)
        self.require_match(one(post))
        services.discard(post=post, actor=self.caller.actor)
        return Response(status=204)

    def _mine(self, post_id: UUID) -> Post:
        return mine(self, post_id, "post.edit")


class PostSchedule(Operations):
    needs: ClassVar = {"POST": "post.schedule"}

    @extend_schema(operation_id="posts_schedule", request=writing_desk.Appointed, responses=serializers.Planned)
    def post(self, request: Any, post_id: UUID) -> Response:
        """Put a post on the plan, or move it there; with a queue, into its next free slot."""
        post, said = mine(self, post_id, "post.schedule"), self.body(writing_desk.Appointed)
        if queue := queue_of(said, post.workspace_id):
            queues.held([queue.pk])
        post = self.held(_posts(), post_id)
        self.require_match(one(post))
        if queue:
            return _planned(self, post_id, join_queue(self, post, queue, said).schedule)
        planned = when(said, zone=post.timezone or zone_of(post.workspace_id))
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

    @extend_schema(
        operation_id="posts_duplicate", request=writing_desk.ToDuplicate, responses={201: serializers.PostShape}
    )
    def post(self, request: Any, post_id: UUID) -> Response:
        """A draft with the same content, labels and campaign, without an appointment; in the same workspace, for
        accounts and files belong to one."""
        post = mine(self, post_id, "post.edit")
        said = self.body(writing_desk.ToDuplicate)
        if (wanted := said.get("workspace")) and wanted.pk != post.workspace_id:
            words = "A post is duplicated within its workspace: accounts, files and labels belong to one."
            raise problems.invalid("/workspace", words, code="another_workspace")
        made = posts.create(
            workspace_id=post.workspace_id,
            content=selectors.content_of(post),
            author_id=None,
            actor=self.caller.actor,
            external_ref=said.get("external_ref", ""),
            label_ids=list(PostLabel.objects.filter(post=post).values_list("label_id", flat=True)),
            campaign_id=post.campaign_id,
        )
        return self.one(one(made), status=201, location=reverse("api:post", args=[made.pk]))


class PostRetry(Operations):
    needs: ClassVar = {"POST": "publication.retry"}

    @extend_schema(operation_id="posts_retry", request=None, responses=serializers.Retried)
    def post(self, request: Any, post_id: UUID) -> Response:
        """Send again, now, what failed, on every account. What is unclear is not sent: `needs_decision` says so, and
        POST /publications/{id}/decide settles it."""
        post = mine(self, post_id, "publication.retry")
        answers = services.retry_all(post=post, actor=self.caller.actor)
        return self.one(_answered("retried", answers, one(self.found(_posts(), post_id))))


class PostUnpublish(Operations):
    needs: ClassVar = {"POST": "publication.remove"}
    calls_network = True

    @extend_schema(operation_id="posts_unpublish", request=None, responses=serializers.Unpublished)
    def post(self, request: Any, post_id: UUID) -> Response:
        """Take a post down at every platform where it is out and that lets us; each account has its own answer, and
        what still waits stays on the plan. Safe to repeat: what is done already stays done."""
        with self.caller.scope():
            post = mine(self, post_id, "publication.remove")
        answers = services.take_down_all(post=post, actor=self.caller.actor)
        with self.caller.scope():
            return self.one(_answered("removed", answers, one(self.found(_posts(), post_id))))


def wants_warnings(request: Any) -> bool:
    """Whether the answer is to say what deserves a second look: to look for it takes further statements."""
    said = request.query_params.get("warnings", "false")
    if said not in ("true", "false"):
        raise problems.bad_parameter("warnings", "Say true or false.")
    return bool(said == "true")


def _warnings(post: Post) -> list[dict[str, str]]:
    around = post.due_at or clock.now()
    written = selectors.manuscript(post)
    found = duplicate_warnings(written, workspace_id=post.workspace_id, around=around, but=post.pk)
    return [_shown(warning) for warning in [*found, *_ahead(post)]]


def _ahead(post: Post) -> list[ReadinessProblem]:
    """What would hold it at its hour as things stand, each told once however many accounts it is for."""
    rows = Publication.objects.filter(post=post).select_related("account", "workspace")
    told = gates.foretold(list(rows), clock.now()).values()
    return [
        ReadinessProblem("", one.problem, f"{one.ahead} {one.words}", is_warning=True) for one in dict.fromkeys(told)
    ]


def _answered(name: str, answers: Sequence[services.Answer], post: dict[str, Any]) -> dict[str, Any]:
    done = sum(answer.is_done for answer in answers)
    results = serializers.AnswerShape(answers, many=True).data
    return {"post": post, name: done, "left": len(answers) - done, "results": results}


def mine(view: Operations, post_id: UUID, permission: str) -> Post:
    post: Post = view.found(_posts(), post_id)
    view.caller.require(permission, post.workspace_id)
    return post


def _planned(view: Operations, post_id: UUID, done: services.Schedule) -> Response:
    post = view.found(_posts(), post_id)
    data = one(post)
    warnings = [_shown(warning) for warning in [*done.warnings, *_ahead(post)]]
    return view.one({"post": data, "note": done.note, "warnings": warnings})


def _shown(problem: ReadinessProblem) -> dict[str, str]:
    return fault_of(problem).as_data()


def _posts() -> QuerySet[Post]:
    rows: QuerySet[Post] = Post.objects.filter(deleted_at=None)
    return rows
