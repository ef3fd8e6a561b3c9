from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final
from uuid import UUID

import django_filters
from django.db.models import F, QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from apps.posts.models import Post
from apps.posts.selectors import manuscript
from apps.posts.serializers import PLATFORMS, Wording
from apps.publishing import serializers, services
from apps.publishing.api.expanding import OF_PUBLICATIONS as EXPANDS
from apps.publishing.models import Attempt, Publication
from apps.publishing.services import Aftermath, Verdict
from apps.publishing.states import Outcome, State
from apps.tenants.rest import expand, ids, pages
from apps.tenants.rest.filters import IdFilter, filtered
from apps.tenants.rest.pages import PARAMETERS, page_of
from apps.tenants.rest.problems import Problem
from apps.tenants.rest.views import Operations

ORDERS: Final = {"due_at": F("due_at")}


class PublicationFilter(django_filters.FilterSet):
    workspace = IdFilter(ids.WORKSPACE)
    account = IdFilter(ids.ACCOUNT)
    platform = django_filters.ChoiceFilter("account__platform", choices=[(name, name) for name in PLATFORMS])
    post = IdFilter(ids.POST)
    state = django_filters.ChoiceFilter(choices=State.choices)
    due_after = django_filters.IsoDateTimeFilter("due_at", "gte")
    due_before = django_filters.IsoDateTimeFilter("due_at", "lt")


class PublicationList(Operations):
    needs: ClassVar = {"GET": "post.view"}
    expands: ClassVar = EXPANDS

    @extend_schema(
        operation_id="publications_list",
        parameters=[
            *pages.parameters(ORDERS),
            expand.parameter(EXPANDS),
            OpenApiParameter("workspace", str),
            OpenApiParameter("account", str),
            OpenApiParameter("platform", str, enum=PLATFORMS),
            OpenApiParameter("post", str),
            OpenApiParameter("state", str, enum=State.values),
            OpenApiParameter("due_after", {"type": "string", "format": "date-time"}),
            OpenApiParameter("due_before", {"type": "string", "format": "date-time"}),
        ],
        responses=page_of(serializers.PublicationShape, "Publication"),
    )
    def get(self, request: Any) -> Response:
        """What goes out, or went out: a row for each post and account."""
        return self.page(filtered(PublicationFilter, publications(), request), serializers.PublicationShape, ORDERS)


class PublicationOperations(Operations):
    needs: ClassVar = {"GET": "post.view", "PATCH": "post.edit"}
    expands: ClassVar = EXPANDS

    @extend_schema(
        operation_id="publications_read",
        parameters=[expand.parameter(EXPANDS)],
        responses=serializers.PublicationShape,
    )
    def get(self, request: Any, publication_id: UUID) -> Response:
        """One post on one account."""
        return self.one(_data(self.found(publications(), publication_id)))

    @extend_schema(operation_id="publications_correct", request=Wording, responses=serializers.PublicationShape)
    def patch(self, request: Any, publication_id: UUID) -> Response:
        """Change the words or options of one account where it has not gone out, whatever the others have done. What
        waits goes out with them; what failed stays failed until it is tried again. What is out is changed by
        `POST /publications/{publication_id}/change`."""
        publication = mine(self, publication_id, "post.edit")
        said = self.body(Wording, partial=True)
        self.held(Post.objects.all(), publication.post_id)
        publication = self.found(publications(), publication_id)
        self.require_match(_data(publication))
        wanted, _ = _wanted(publication, said)
        services.correct(publication=publication, actor=self.caller.actor, **wanted)
        return self.one(_data(self.found(publications(), publication_id)))


class PublicationAttempts(Operations):
    needs: ClassVar = {"GET": "post.view"}

    @extend_schema(
        operation_id="publications_attempts",
        parameters=PARAMETERS,
        responses=page_of(serializers.AttemptShape, "Attempt"),
    )
    def get(self, request: Any, publication_id: UUID) -> Response:
        """Every try that was made, and what came of it."""
        publication = self.found(publications(), publication_id)
        return self.page(Attempt.objects.filter(publication=publication), serializers.AttemptShape)


class PublicationRetry(Operations):
    needs: ClassVar = {"POST": "publication.retry"}

    @extend_schema(operation_id="publications_retry", request=None, responses=serializers.PublicationShape)
    def post(self, request: Any, publication_id: UUID) -> Response:
        """Send one that failed once more, now."""
        publication = mine(self, publication_id, "publication.retry")
        return self.one(_data(services.retry(publication=publication, actor=self.caller.actor)))


class PublicationResume(Operations):
    needs: ClassVar = {"POST": "publication.retry"}

    @extend_schema(operation_id="publications_resume", request=None, responses=serializers.PublicationShape)
    def post(self, request: Any, publication_id: UUID) -> Response:
        """Send one that is held now, late as it is."""
        publication = mine(self, publication_id, "publication.retry")
        return self.one(_data(services.resume(publication=publication, actor=self.caller.actor)))


class PublicationCancel(Operations):
    needs: ClassVar = {"POST": "post.cancel"}

    @extend_schema(operation_id="publications_cancel", request=None, responses=serializers.PublicationShape)
    def post(self, request: Any, publication_id: UUID) -> Response:
        """Take one account off the plan."""
        publication = mine(self, publication_id, "post.cancel")
        return self.one(_data(services.cancel_publication(publication=publication, actor=self.caller.actor)))


class PublicationDecide(Operations):
    needs: ClassVar = {"POST": "publication.decide"}

    @extend_schema(
        operation_id="publications_decide", request=serializers.Decision, responses=serializers.PublicationShape
    )
    def post(self, request: Any, publication_id: UUID) -> Response:
        """Settle what Postroom could not find out: whether a post whose answer was lost is live."""
        publication = mine(self, publication_id, "publication.decide")
        said = self.body(serializers.Decision)
        done = services.decide(
            publication=publication,
            verdict=Verdict(said["verdict"]),
            link=said["remote_url"],
            actor=self.caller.actor,
        )
        return self.one(_data(done))


class PublicationChange(Operations):
    needs: ClassVar = {"POST": "publication.edit"}
    calls_network = True

    @extend_schema(operation_id="publications_change", request=Wording, responses=serializers.PublicationShape)
    def post(self, request: Any, publication_id: UUID) -> Response:
        """Change the words or options of one account where it is out: first at its platform, then here. Only what the
        platform lets be changed is (`edits` of GET /platforms), the rest stays. Safe to repeat."""
        with self.caller.scope():
            publication = mine(self, publication_id, "publication.edit")
            said = self.body(Wording)
            self.require_match(_data(publication))
            wanted, revision = _wanted(publication, said)
        done = services.change_published(
            publication=publication, actor=self.caller.actor, expected_revision=revision, **wanted
        )
        if done.outcome is not Outcome.CHANGED:
            raise _undone(done, "The platform did not change it.")
        with self.caller.scope():
            return self.one(_data(self.found(publications(), publication_id)))


class PublicationUnpublish(Operations):
    needs: ClassVar = {"POST": "publication.remove"}
    calls_network = True

    @extend_schema(operation_id="publications_unpublish", request=None, responses=serializers.PublicationShape)
    def post(self, request: Any, publication_id: UUID) -> Response:
        """Take a published post down at its platform, where that lets us. Safe to repeat."""
        with self.caller.scope():
            publication = mine(self, publication_id, "publication.remove")
        done = services.take_down(publication=publication, actor=self.caller.actor)
        if not done.is_done:
            raise _undone(done, "The platform did not take it down.")
        with self.caller.scope():
            return self.one(_data(self.found(publications(), publication_id)))


def mine(view: Operations, publication_id: UUID, permission: str) -> Publication:
    publication: Publication = view.found(publications(), publication_id)
    view.caller.require(permission, publication.workspace_id)
    return publication


def _wanted(publication: Publication, said: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
    """What the account shall have, with what it keeps, and the revision of the post that this was read in."""
    post = Post.objects.get(pk=publication.post_id)
    edition = manuscript(post).edition_on(publication.account_id)
    if edition is None:
        raise Problem(409, "busy", "The post does not go to this account any more.")
    options = {**edition.options, **said.get("options", {})}
    return {"text": said.get("text", edition.text), "options": options}, post.revision


def _undone(done: Aftermath, words: str) -> Problem:
    status = 409 if done.outcome is Outcome.GONE else 502
    return Problem(status, f"platform_{done.outcome}", done.words or words)


def publications() -> QuerySet[Publication]:
    rows: QuerySet[Publication] = Publication.objects.select_related("account")
    return rows


def _data(publication: Publication) -> dict[str, Any]:
    data: dict[str, Any] = serializers.PublicationShape(publication).data
    return data
