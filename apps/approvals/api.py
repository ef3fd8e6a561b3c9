"""Approvals, comments and policies, for programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from apps.approvals import selectors, serializers, services
from apps.approvals.anchors import AnchorMalformed
from apps.approvals.deciders import Decider
from apps.approvals.errors import (
    ApprovalRefused,
    NotADecider,
    NotAttached,
    PolicyMalformed,
    ReasonMissing,
    SelfApproval,
)
from apps.approvals.models import Policy, Request, Thread
from apps.approvals.selectors import Talk, name_of, names_in, talks
from apps.approvals.states import RequestState, Verdict, Visibility
from apps.core.actors import ActorKind
from apps.posts.models import Post
from apps.tenants.models import Membership, Workspace
from apps.tenants.rest import ids, problems
from apps.tenants.rest.filters import IdFilter, filtered
from apps.tenants.rest.pages import PARAMETERS, page_of
from apps.tenants.rest.problems import Fault, Problem
from apps.tenants.rest.views import Operations


@problems.of(ApprovalRefused)
def _refused(error: ApprovalRefused) -> Problem:
    return Problem(409, error.code, error.words)


@problems.of(NotADecider, SelfApproval)
def _not_yours(error: ApprovalRefused) -> Problem:
    return Problem(403, error.code, error.words)


@problems.of(ReasonMissing)
def _no_reason(error: ReasonMissing) -> Problem:
    return problems.invalid("/note", error.words, code=error.code)


@problems.of(NotAttached)
def _no_file(error: NotAttached) -> Problem:
    return problems.invalid("/media", error.words, code=error.code)


@problems.of(AnchorMalformed)
def _no_place(error: AnchorMalformed) -> Problem:
    return problems.invalid("/anchor", str(error))


@problems.of(PolicyMalformed)
def _malformed(error: PolicyMalformed) -> Problem:
    faults = [Fault(f"/{flaw.field.replace('.', '/')}", "invalid", flaw.words) for flaw in error.flaws]
    return Problem(422, "invalid", "The policy is not valid; errors says where.", faults=faults)


class ApprovalFilter(django_filters.FilterSet):
    workspace = IdFilter(ids.WORKSPACE)
    post = IdFilter(ids.POST)
    state = django_filters.ChoiceFilter(choices=RequestState.choices)
    due_before = django_filters.IsoDateTimeFilter("due_at", "lt")


class Deciding(Operations):
    """Writes that look at a post anew before they count. A refusal takes the whole request back, and that with it, so
    it is done again behind it, as `services.decide` does where it is not inside of another transaction."""

    about: UUID | None = None  # the post, once it is known

    def handle_exception(self, error: Exception) -> Any:
        if self.about is not None and isinstance(error, ApprovalRefused):
            with self.caller.scope():
                services.catch_up(post_id=self.about)
        return super().handle_exception(error)


class ApprovalList(Deciding):
    needs: ClassVar = {"GET": "approval.view", "POST": "approval.request"}

    @extend_schema(
        operation_id="approvals_list",
        parameters=[
            *PARAMETERS,
            OpenApiParameter("workspace", str),
            OpenApiParameter("post", str),
            OpenApiParameter("state", str, enum=RequestState.values),
            OpenApiParameter("due_before", {"type": "string", "format": "date-time"}),
        ],
        responses=page_of(serializers.ApprovalShape, "Approval"),
    )
    def get(self, request: Any) -> Response:
        """Requests for approval, of the workspaces that the key may see."""
        return self.page(filtered(ApprovalFilter, selectors.told(), request), shown)

    @extend_schema(
        operation_id="approvals_submit", request=serializers.ToSubmit, responses={201: serializers.ApprovalShape}
    )
    def post(self, request: Any) -> Response:
        """Ask for approval of a post as it stands."""
        said = self.body(serializers.ToSubmit)
        post = _living(said["post"])
        self.caller.require("approval.request", post.workspace_id)
        self.about = post.pk
        made = services.submit(post=post, note=said["note"], actor=self.caller.actor)
        return self.one(_one(self, made.pk), status=201, location=reverse("api:approval", args=[made.pk]))


class ApprovalOperations(Operations):
    needs: ClassVar = {"GET": "approval.view"}

    @extend_schema(operation_id="approvals_read", responses=serializers.ApprovalShape)
    def get(self, request: Any, approval_id: UUID) -> Response:
        """One request, with its steps and every decision about it."""
        return self.one(_one(self, approval_id))


class ApprovalDecide(Deciding):
    needs: ClassVar = {"POST": "approval.decide"}

    @extend_schema(operation_id="approvals_decide", request=serializers.ToDecide, responses=serializers.ApprovalShape)
    def post(self, request: Any, approval_id: UUID) -> Response:
        """Decide the open step, where the policy lets programs. The request is of one version: one that was changed
        since is refused as `content_changed`. With `approve_with_edits` the main part gets the words of `text`, which
        are approved along with it; the answer is the request for that version, which has another id where other steps
        are asked about it."""
        found = _mine(self, approval_id, "approval.decide")
        said = self.body(serializers.ToDecide)
        self.about = found.post_id
        decided = {"decider": Decider(self.caller.actor, self.caller.key.name), "note": said["note"]}
        if "text" in said:
            made = services.approve_with_edits(request=found, text=said["text"], **decided)
        else:
            made = services.decide(request_id=found.pk, verdict=Verdict(said["verdict"]), **decided)
        return self.one(_one(self, made.pk))


class ApprovalWithdraw(Operations):
    needs: ClassVar = {"POST": "approval.request"}

    @extend_schema(operation_id="approvals_withdraw", request=None, responses=serializers.ApprovalShape)
    def post(self, request: Any, approval_id: UUID) -> Response:
        """Take a request back; an approval that was given is gone with it."""
        found = _mine(self, approval_id, "approval.request")
        services.withdraw(request_id=found.pk, actor=self.caller.actor)
        return self.one(_one(self, approval_id))


class ThreadList(Operations):
    needs: ClassVar = {"GET": "approval.view", "POST": "approval.comment"}

    @extend_schema(operation_id="threads_list", responses=serializers.Threads)
    def get(self, request: Any, post_id: UUID) -> Response:
        """What is said about a post, thread by thread, the open ones first."""
        return Response({"data": _shown_talks(talks(self._post(post_id)))})

    @extend_schema(operation_id="threads_begin", request=serializers.ToBegin, responses={201: serializers.ThreadShape})
    def post(self, request: Any, post_id: UUID) -> Response:
        """Begin a thread about the post, or about a place of it."""
        post = self._post(post_id)
        self.caller.require("approval.comment", post.workspace_id)
        said = self.body(serializers.ToBegin)
        made = services.comment(
            post=post,
            text=said["text"],
            by=Decider(self.caller.actor, self.caller.key.name),
            anchor=said["anchor"],
            visibility=Visibility(said["visibility"]),
            mentions=_users(said["mentions"]).values(),
            files=[asset.pk for asset in said["media"]],
        )
        return self.one(_thread(post, made.thread_id), status=201)

    def _post(self, post_id: UUID) -> Post:
        found: Post = self.found(Post.objects.filter(deleted_at=None), post_id)
        return found


class ThreadComments(Operations):
    needs: ClassVar = {"POST": "approval.comment"}

    @extend_schema(
        operation_id="threads_answer", request=serializers.ToComment, responses={201: serializers.ThreadShape}
    )
    def post(self, request: Any, thread_id: UUID) -> Response:
        """Answer in a thread."""
        thread = _thread_of(self, thread_id)
        said = self.body(serializers.ToComment)
        services.comment(
            post=thread.post,
            thread=thread,
            text=said["text"],
            by=Decider(self.caller.actor, self.caller.key.name),
            mentions=_users(said["mentions"]).values(),
            files=[asset.pk for asset in said["media"]],
        )
        return self.one(_thread(thread.post, thread.pk), status=201)


class ThreadOperations(Operations):
    needs: ClassVar = {"PATCH": "approval.comment"}

    @extend_schema(operation_id="threads_resolve", request=serializers.ToResolve, responses=serializers.ThreadShape)
    def patch(self, request: Any, thread_id: UUID) -> Response:
        """Say that nothing is left to do about it, or that something is again."""
        thread = _thread_of(self, thread_id)
        resolved = self.body(serializers.ToResolve)["resolved"]
        services.resolve(thread=thread, actor=self.caller.actor, resolved=resolved)
        return self.one(_thread(thread.post, thread.pk))


class ThreadTakeTime(Operations):
    needs: ClassVar = {"POST": "post.schedule"}

    @extend_schema(operation_id="threads_take_time", request=None, responses=serializers.ThreadShape)
    def post(self, request: Any, thread_id: UUID) -> Response:
        """Move the post to the time that a guest proposed in this thread (`anchor.kind` is `time`), and resolve the
        thread. It is a change of time like any other: steps whose window it leaves are asked again. A thread in which
        nobody proposed a time is refused as `no_time_proposed`, one that was resolved as `time_settled`: a time is
        taken once. It takes `posts:write`, and `approvals:read`, for the thread is the answer."""
        thread: Thread = self.found(Thread.objects.select_related("post"), thread_id)
        for permission in ("post.schedule", "approval.view"):
            self.caller.require(permission, thread.workspace_id)
        services.take_proposed_time(thread=thread, actor=self.caller.actor)
        return self.one(_thread(thread.post, thread.pk))


class PolicyOperations(Operations):
    needs: ClassVar = {"GET": "policy.view", "PUT": "policy.edit"}

    @extend_schema(operation_id="approval_policies_read", responses=serializers.PolicyShape)
    def get(self, request: Any, workspace_id: UUID) -> Response:
        """The policy of a workspace; one without steps asks for nothing."""
        return self.one(_policy(self.found(Workspace.objects.all(), workspace_id)))

    @extend_schema(
        operation_id="approval_policies_set", request=serializers.PolicyToSet, responses=serializers.PolicyShape
    )
    def put(self, request: Any, workspace_id: UUID) -> Response:
        """Put another version in force. What waits for approval goes on under it."""
        workspace = self.held(Workspace.objects.all(), workspace_id, no_key=True)
        self.caller.require("policy.edit", workspace.pk)
        said = self.body(serializers.PolicyToSet)
        self.require_match(_policy(workspace))
        named = [*said["steps"], *(rule for step in said["steps"] for rule in step["escalations"])]
        users = _users({pk for one in named for pk in one["people"]})
        services.set_policy(
            workspace_id=workspace.pk,
            steps=[serializers.step_as_stored(dict(step), users) for step in said["steps"]],
            content_rules=[dict(rule) for rule in said["content_rules"]] if "content_rules" in said else None,
            allows_self_approval=said["allows_self_approval"],
            note=said["note"],
            actor=self.caller.actor,
        )
        return self.one(_policy(workspace))


def shown(rows: Sequence[Request]) -> list[dict[str, Any]]:
    escalated = [UUID(pk) for row in rows for one in row.escalations.all() for pk in [*one.people, *one.seats]]
    decided = [(one.decider_kind, one.decider_id) for row in rows for one in row.decisions.all()]
    absent = [UUID(pk) for row in rows for one in row.decisions.all() for pk in one.on_behalf_of or ()]
    people = _People([*decided, *((ActorKind.USER, pk) for pk in [*escalated, *absent])])
    return [serializers.ApprovalShape(_facts(row, people)).data for row in rows]


class _People:
    """Members and names of users, read once."""

    def __init__(self, said: Iterable[tuple[str, UUID | None]]) -> None:
        said = list(said)
        wanted = {pk for kind, pk in said if kind == ActorKind.USER and pk}
        self.names = names_in(said)
        self.members = dict(Membership.objects.filter(user_id__in=wanted).values_list("user_id", "pk"))

    def by(self, kind: str, pk: UUID | None, name: str) -> dict[str, Any]:
        return {
            "kind": kind,
            "member": self.members.get(pk) if kind == ActorKind.USER and pk else None,
            "name": name_of(kind, pk, name, self.names),
        }

    def known(self, user_ids: Iterable[str]) -> list[UUID]:
        """The members among these."""
        return [self.members[UUID(pk)] for pk in user_ids if UUID(pk) in self.members]


def _facts(row: Request, people: _People) -> dict[str, Any]:
    keys = {step.pk: step.key for step in row.steps.all()}
    steps = [
        {"key": one.key, "name": one.step.name, "status": one.status, "is_carried": one.is_carried,
         "deadline_at": one.deadline_at, "overdue_at": one.overdue_at}
        for one in row.steps.all()
    ]  # fmt: skip
    decisions = [
        {"step": keys[one.step_id], "verdict": one.verdict, "note": one.note, "revision": one.revision,
         "content_hash": one.content_hash, "decided_at": one.decided_at, "hash": one.hash,
         "by": people.by(one.decider_kind, one.decider_id, one.decider_name),
         "on_behalf_of": [people.by(ActorKind.USER, UUID(pk), "") for pk in one.on_behalf_of or ()]}
        for one in row.decisions.all()
    ]  # fmt: skip
    escalations = [
        {"step": keys[one.step_id], "do": one.deed, "people": people.known(one.people),
         "awaited": people.known(one.seats), "policy_version": one.policy_version, "acted_at": one.acted_at}
        for one in row.escalations.all()
    ]  # fmt: skip
    return {
        "escalations": escalations,
        "id": row.pk, "post": row.post_id, "workspace": row.workspace_id, "number": row.number, "state": row.state,
        "content_hash": row.content_hash, "revision": row.revision, "due_at": row.due_at, "note": row.note,
        "hits": row.snapshot.get("hits", []),
        "steps": steps, "decisions": decisions, "asked_at": row.created_at, "closed_at": row.closed_at,
    }  # fmt: skip


def _one(view: Operations, approval_id: UUID) -> dict[str, Any]:
    return shown([view.found(selectors.told(), approval_id)])[0]


def _mine(view: Operations, approval_id: UUID, permission: str) -> Request:
    found: Request = view.found(Request.objects.all(), approval_id)
    view.caller.require(permission, found.workspace_id)
    return found


def _living(post: Post) -> Post:
    if post.deleted_at is not None:
        raise problems.invalid("/post", "There is nothing with this id.", code="not_found")
    return post


def _thread_of(view: Operations, thread_id: UUID) -> Thread:
    found: Thread = view.found(Thread.objects.select_related("post"), thread_id)
    view.caller.require("approval.comment", found.workspace_id)
    return found


def _thread(post: Post, thread_id: UUID) -> dict[str, Any]:
    return _shown_talks([one for one in talks(post) if one.thread.pk == thread_id])[0]


def _shown_talks(found: Sequence[Talk]) -> list[dict[str, Any]]:
    comments = [comment for talk in found for _, comment in talk.comments]
    mentioned = [(ActorKind.USER, UUID(pk)) for comment in comments for pk in comment.mentions]
    people = _People([*mentioned, *((one.author_kind, one.author_id) for one in comments)])
    return [serializers.ThreadShape(_talk(talk, people)).data for talk in found]


def _talk(talk: Talk, people: _People) -> dict[str, Any]:
    row = talk.thread
    place = {name: value for name, value in talk.place.anchor.items() if name != "sha256"}
    anchor = {"quote": "", **place, "is_lost": talk.place.is_lost}
    comments = [
        {"by": people.by(one.author_kind, one.author_id, one.author_name), "text": one.text,
         "mentions": [people.members[UUID(pk)] for pk in one.mentions if UUID(pk) in people.members],
         "attachments": [{"media": file.asset_id, "name": file.name} for file in one.attachments.all()],
         "created_at": one.created_at}
        for _, one in talk.comments
    ]  # fmt: skip
    return {
        "id": row.pk, "post": row.post_id, "revision": row.revision, "visibility": row.visibility,
        "resolved_at": row.resolved_at, "comments": comments, "anchor": anchor,
    }  # fmt: skip


def _policy(workspace: Workspace) -> dict[str, Any]:
    policy: Policy | None = selectors.policy_in_force(workspace.pk)
    steps = [step.as_json() for step in policy.ordered_steps] if policy else []
    named = [*steps, *(rule for step in steps for rule in step["escalations"])]
    people = _People((ActorKind.USER, UUID(pk)) for one in named for pk in one["people"])
    for one in named:
        one["people"] = people.known(one["people"])
        one["groups"] = [UUID(pk) for pk in one["groups"]]
    for step in steps:
        step["needs"] = str(step["needs"])
    facts = {
        "workspace": workspace.pk,
        "version": policy.version if policy else 0,
        "steps": steps,
        "content_rules": policy.content_rules if policy else [],
        "allows_self_approval": policy.allows_self_approval if policy else False,
        "note": policy.note if policy else "",
        "made_at": policy.created_at if policy else None,
    }
    data: dict[str, Any] = serializers.PolicyShape(facts).data
    return data


def _users(member_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """The users behind members, by member; who is none is left out."""
    return dict(Membership.objects.filter(pk__in=set(member_ids)).values_list("pk", "user_id"))
