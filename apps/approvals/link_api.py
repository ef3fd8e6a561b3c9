"""Review links, for programs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from apps.approvals import link_serializers as serializers
from apps.approvals import reviews, services
from apps.approvals.link_errors import ExpiryOutOfReach, NobodyInvited, NothingToReview, PasscodeTooShort
from apps.approvals.models import ReviewLink
from apps.core import clock
from apps.core.calendar import Month
from apps.tenants.models import Workspace
from apps.tenants.rest import ids, problems
from apps.tenants.rest.filters import IdFilter, filtered
from apps.tenants.rest.pages import PARAMETERS, page_of
from apps.tenants.rest.problems import Problem
from apps.tenants.rest.views import Operations
from apps.tenants.rest.workspaces import missing, place_of, refuse


@problems.of(NothingToReview)
def _nothing(error: NothingToReview) -> Problem:
    return problems.invalid("/posts", error.words, code=error.code)


@problems.of(NobodyInvited)
def _nobody(error: NobodyInvited) -> Problem:
    return problems.invalid("/guests", error.words, code=error.code)


@problems.of(PasscodeTooShort)
def _short(error: PasscodeTooShort) -> Problem:
    return problems.invalid("/passcode", error.words, code=error.code)


@problems.of(ExpiryOutOfReach)
def _too_long(error: ExpiryOutOfReach) -> Problem:
    return problems.invalid("/expires_in_minutes", error.words, code=error.code)


class ReviewLinkFilter(django_filters.FilterSet):
    workspace = IdFilter(ids.WORKSPACE)


class ReviewLinkList(Operations):
    needs: ClassVar = {"GET": "approval.view", "POST": "approval.request"}

    @extend_schema(
        operation_id="review_links_list",
        parameters=[*PARAMETERS, OpenApiParameter("workspace", str)],
        responses=page_of(serializers.ReviewLinkShape, "ReviewLink"),
    )
    def get(self, request: Any) -> Response:
        """Links that were made, those that are over too."""
        return self.page(filtered(ReviewLinkFilter, _links(), request), serializers.ReviewLinkShape)

    @extend_schema(
        operation_id="review_links_create",
        request=serializers.ReviewLinksToMake,
        responses={201: serializers.ReviewLinksShownOnce},
    )
    def post(self, request: Any) -> Response:
        """A link for each guest, by which they review those of the posts that wait for the client, or will. Addresses
        are told this once."""
        said = self.body(serializers.ReviewLinksToMake)
        workspace = place_of(self, said)
        self.caller.require("approval.request", workspace.pk)
        made = services.make_links(
            seat=self.caller,
            workspace_id=workspace.pk,
            post_ids=_posts(said, workspace),
            guests=[services.Invited(**one) for one in said["guests"]],
            expires_at=clock.now() + timedelta(minutes=said["expires_in_minutes"]),
            **{name: said[name] for name in ("month", "title", "passcode", "language")},
        )
        shown = {link.pk: link for link in _links().filter(pk__in=[link.pk for link, _ in made])}
        data = [
            {**serializers.ReviewLinkShape(shown[link.pk]).data, "url": services.address_of(token)}
            for link, token in made
        ]
        return Response({"data": data}, status=201)


class ReviewLinkOperations(Operations):
    needs: ClassVar = {"GET": "approval.view"}

    @extend_schema(operation_id="review_links_read", responses=serializers.ReviewLinkShape)
    def get(self, request: Any, review_link_id: UUID) -> Response:
        """One link, without its address."""
        return self.one(serializers.ReviewLinkShape(self.found(_links(), review_link_id)).data)


class ReviewLinkRevoke(Operations):
    needs: ClassVar = {"POST": "approval.request"}

    @extend_schema(operation_id="review_links_revoke", request=None, responses=serializers.ReviewLinkShape)
    def post(self, request: Any, review_link_id: UUID) -> Response:
        """Close a link at once. What was decided by it stands in steps that are passed, and counts no more in those
        that are open. Safe to repeat."""
        link: ReviewLink = self.found(ReviewLink.objects.all(), review_link_id)
        self.caller.require("approval.request", link.workspace_id)
        services.revoke_link(link_id=link.pk, actor=self.caller.actor)
        return self.one(serializers.ReviewLinkShape(self.found(_links(), review_link_id)).data)


class ReviewLinkMail(Operations):
    needs: ClassVar = {"POST": "approval.request"}

    @extend_schema(operation_id="review_links_mail", request=None, responses={202: serializers.ReviewLinkShape})
    def post(self, request: Any, review_link_id: UUID) -> Response:
        """Have the link mailed to its guest, in the organization's name and the language of the link; `mailed_at` says
        when it was. The mail has an address of its own for the link, and no passcode. Repeated before it has left, or
        with the same Idempotency-Key, it is one mail. `no_address`, `expired`, `revoked`, `locked`,
        `mailed_too_often` (the guest had five within a day) and `test_workspace` say why not."""
        link: ReviewLink = self.found(ReviewLink.objects.all(), review_link_id)
        self.caller.require("approval.request", link.workspace_id)
        services.mail_link(link_id=link.pk, seat=self.caller)
        return Response(serializers.ReviewLinkShape(self.found(_links(), review_link_id)).data, status=202)


def _posts(said: dict[str, Any], workspace: Workspace) -> list[UUID]:
    if said["month"]:
        year, month = (int(part) for part in said["month"].split("-"))
        return reviews.posts_of_month(workspace.pk, Month(year, month), workspace.timezone)
    named = {f"/posts/{place}": post.pk for place, post in enumerate(said["posts"])}
    refuse(missing(type(said["posts"][0]), named, workspace.pk))
    return list(named.values())


def _links() -> QuerySet[ReviewLink]:
    rows: QuerySet[ReviewLink] = ReviewLink.objects.select_related("guest").prefetch_related("reviewed")
    return rows
