from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from apps.core.secrets import Secret
from apps.tenants.rest import ids, problems
from apps.tenants.rest.filters import IdFilter, filtered
from apps.tenants.rest.pages import PARAMETERS, page_of
from apps.tenants.rest.views import Operations
from apps.webhooks import serializers, services
from apps.webhooks.models import Delivery, DeliveryAttempt, Endpoint
from apps.webhooks.states import DeliveryState, EndpointState


class EndpointFilter(django_filters.FilterSet):
    workspace = IdFilter(ids.WORKSPACE)
    state = django_filters.ChoiceFilter(choices=EndpointState.choices)


class DeliveryFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=DeliveryState.choices)


class EndpointList(Operations):
    needs: ClassVar = {"GET": "webhook.view", "POST": "webhook.edit"}

    @extend_schema(
        operation_id="webhook_endpoints_list",
        parameters=[
            *PARAMETERS,
            OpenApiParameter("workspace", str),
            OpenApiParameter("state", str, enum=EndpointState.values),
        ],
        responses=page_of(serializers.EndpointShape, "WebhookEndpoint"),
    )
    def get(self, request: Any) -> Response:
        """Where the organization is told of what happens; with a workspace's key, those of the workspace."""
        return self.page(filtered(EndpointFilter, _endpoints(self), request), serializers.EndpointShape)

    @extend_schema(
        operation_id="webhook_endpoints_create",
        request=serializers.EndpointToMake,
        responses={201: serializers.EndpointShownOnce},
    )
    def post(self, request: Any) -> Response:
        """An endpoint; the secret that its deliveries are signed with is in this answer and never again."""
        said = self.body(serializers.EndpointToMake)
        workspace = said.pop("workspace", None)
        if workspace is None and self.caller.key.workspace_id:
            workspace = self.caller.key.workspace
        endpoint, secret = services.make_endpoint(by=self.caller, workspace=workspace, **said)
        return self.one(_once(endpoint, secret), status=201, location=reverse("api:endpoint", args=[endpoint.pk]))


class EndpointOperations(Operations):
    needs: ClassVar = {"GET": "webhook.view", "PATCH": "webhook.edit", "DELETE": "webhook.edit"}

    @extend_schema(operation_id="webhook_endpoints_read", responses=serializers.EndpointShape)
    def get(self, request: Any, endpoint_id: UUID) -> Response:
        """One endpoint, without its secret."""
        return self.one(serializers.EndpointShape(self.found(_endpoints(self), endpoint_id)).data)

    @extend_schema(
        operation_id="webhook_endpoints_change",
        request=serializers.EndpointToChange,
        responses=serializers.EndpointShape,
    )
    def patch(self, request: Any, endpoint_id: UUID) -> Response:
        """Another address or other events; `state` pauses it, or lets it be told again."""
        endpoint = self.held(_endpoints(self), endpoint_id)
        said = self.body(serializers.EndpointToChange, partial=True)
        self.require_match(serializers.EndpointShape(endpoint).data)
        changed = services.change_endpoint(endpoint=endpoint, by=self.caller, **said)
        return self.one(serializers.EndpointShape(changed).data)

    @extend_schema(operation_id="webhook_endpoints_delete", responses={204: None})
    def delete(self, request: Any, endpoint_id: UUID) -> Response:
        """Tell it nothing more; its deliveries are forgotten."""
        services.remove_endpoint(endpoint=self.found(_endpoints(self), endpoint_id), by=self.caller)
        return Response(status=204)


class EndpointRotate(Operations):
    needs: ClassVar = {"POST": "webhook.edit"}

    @extend_schema(
        operation_id="webhook_endpoints_rotate",
        request=serializers.SecretToRotate,
        responses=serializers.EndpointShownOnce,
    )
    def post(self, request: Any, endpoint_id: UUID) -> Response:
        """Another secret; for a day, what is sent is signed with both."""
        hours = self.body(serializers.SecretToRotate)["overlap_hours"]
        endpoint = self.found(_endpoints(self), endpoint_id)
        rotated = services.rotate_secret(endpoint=endpoint, by=self.caller, overlap=timedelta(hours=hours))
        return self.one(_once(*rotated))


class EndpointTest(Operations):
    needs: ClassVar = {"POST": "webhook.edit"}

    @extend_schema(operation_id="webhook_endpoints_test", request=None, responses={201: serializers.DeliveryShape})
    def post(self, request: Any, endpoint_id: UUID) -> Response:
        """Send `webhook.test` within seconds, signed like everything else."""
        delivery = services.send_test(endpoint=self.found(_endpoints(self), endpoint_id))
        return self.one(serializers.DeliveryShape(delivery).data, status=201)


class EndpointRedeliver(Operations):
    needs: ClassVar = {"POST": "webhook.edit"}

    @extend_schema(
        operation_id="webhook_endpoints_redeliver", request=serializers.ToRedeliver, responses=serializers.Redelivered
    )
    def post(self, request: Any, endpoint_id: UUID) -> Response:
        """Send what happened between two instants: what was given up and what it was never told of, or all of it. It
        goes back for as long as deliveries are kept, which is 30 days."""
        endpoint, said = self.found(_endpoints(self), endpoint_id), self.body(serializers.ToRedeliver)
        if said["until"] is not None and said["until"] <= said["since"]:
            raise problems.invalid("/until", "It ends before it begins.")
        return self.one({"count": services.redeliver(endpoint=endpoint, **said)})


class DeliveryList(Operations):
    needs: ClassVar = {"GET": "webhook.view"}

    @extend_schema(
        operation_id="webhook_deliveries_list",
        parameters=[*PARAMETERS, OpenApiParameter("state", str, enum=DeliveryState.values)],
        responses=page_of(serializers.DeliveryShape, "WebhookDelivery"),
    )
    def get(self, request: Any, endpoint_id: UUID) -> Response:
        """What was sent to an endpoint, or will be."""
        rows = _deliveries(self).filter(endpoint=self.found(_endpoints(self), endpoint_id))
        return self.page(filtered(DeliveryFilter, rows, request), serializers.DeliveryShape)


class DeliveryAttempts(Operations):
    needs: ClassVar = {"GET": "webhook.view"}

    @extend_schema(
        operation_id="webhook_deliveries_attempts",
        parameters=PARAMETERS,
        responses=page_of(serializers.DeliveryAttemptShape, "WebhookAttempt"),
    )
    def get(self, request: Any, delivery_id: UUID) -> Response:
        """Every try of a delivery, with the beginning of what was answered."""
        delivery = self.found(_deliveries(self), delivery_id)
        return self.page(DeliveryAttempt.objects.filter(delivery=delivery), serializers.DeliveryAttemptShape)


class DeliveryRedeliver(Operations):
    needs: ClassVar = {"POST": "webhook.edit"}

    @extend_schema(operation_id="webhook_deliveries_redeliver", request=None, responses=serializers.DeliveryShape)
    def post(self, request: Any, delivery_id: UUID) -> Response:
        """Send a delivery once more, whatever became of it."""
        delivery = services.redeliver_one(delivery=self.found(_deliveries(self), delivery_id))
        return self.one(serializers.DeliveryShape(delivery).data)


def _once(endpoint: Endpoint, secret: Secret) -> dict[str, Any]:
    return {**serializers.EndpointShape(endpoint).data, "secret": secret.reveal()}


def _endpoints(view: Operations) -> QuerySet[Endpoint]:
    """Endpoints are the organization's, or of a workspace; a workspace's key sees those of its own alone, and a test
    key those that are told of tests."""
    rows: QuerySet[Endpoint] = Endpoint.objects.filter(is_test=view.caller.is_test)
    key = view.caller.key
    return rows.filter(workspace_id=key.workspace_id) if key.workspace_id else rows


def _deliveries(view: Operations) -> QuerySet[Delivery]:
    rows: QuerySet[Delivery] = Delivery.objects.filter(endpoint__in=_endpoints(view)).select_related("event")
    return rows
