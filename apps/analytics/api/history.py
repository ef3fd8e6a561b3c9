"""History by upload, for programs."""

from __future__ import annotations

import hashlib
from typing import Any, ClassVar, Final
from uuid import UUID

import django_filters
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from apps.analytics import history_serializers as serializers
from apps.analytics import services
from apps.analytics.errors import HistoryRefused
from apps.analytics.history.reading import KEYS, template
from apps.analytics.models import HistoryUpload
from apps.analytics.states import ImportState
from apps.tenants.rest import ids, once, problems
from apps.tenants.rest.filters import IdFilter, filtered
from apps.tenants.rest.pages import PARAMETERS, page_of
from apps.tenants.rest.problems import Fault, Problem, bad_parameter
from apps.tenants.rest.views import Operations

FIELDS: Final = 10_000  # bytes of a form beside its file
MOST_TOLD: Final = 1000  # mistakes in one answer; the rest are the same over again


@problems.of(HistoryRefused)
def _refused(error: HistoryRefused) -> Problem:
    if not error.mistakes:
        return Problem(413 if error.code == "too_large" else 409, error.code, error.words)
    faults = [Fault(f"/file/{one.row}/{one.column}", "invalid", one.words) for one in error.mistakes[:MOST_TOLD]]
    return Problem(422, "invalid", error.words, faults=faults)


class HistoryFilter(django_filters.FilterSet):
    workspace = IdFilter(ids.WORKSPACE)
    account = IdFilter(ids.ACCOUNT)
    state = django_filters.ChoiceFilter(choices=ImportState.choices)


class HistoryList(Operations):
    needs: ClassVar = {"GET": "analytics.view", "POST": "import.start"}
    parser_classes: ClassVar = [MultiPartParser]

    @extend_schema(
        operation_id="history_list",
        parameters=[
            *PARAMETERS,
            OpenApiParameter("workspace", str),
            OpenApiParameter("account", str),
            OpenApiParameter("state", str, enum=ImportState.values),
        ],
        responses=page_of(serializers.HistoryUploadShape, "HistoryUpload"),
    )
    def get(self, request: Any) -> Response:
        """Files of figures that were taken in, and how far each is."""
        return self.page(filtered(HistoryFilter, uploads(), request), serializers.HistoryUploadShape)

    @extend_schema(
        operation_id="history_create",
        request={"multipart/form-data": serializers.HistoryToSend},
        responses={202: serializers.HistoryUploadShape},
    )
    def post(self, request: Any) -> Response:
        """Take in figures from before, as CSV (GET /imports/history/template). The file is read whole: with a mistake
        in it nothing is kept, and `errors` names each as `/file/<row>/<column>`. A worker keeps the rows, and
        import.completed tells of the end."""
        said = self.body(serializers.HistoryToSend)
        account = said["account"]
        self.caller.require("import.start", account.workspace_id)
        made = services.upload_history(
            account=account, kind=said["kind"], content=said["file"].read(), name=said["file"].name or "",
            actor=self.caller.actor,
        )  # fmt: skip
        data = serializers.HistoryUploadShape(made).data
        return self.one(data, status=202, location=reverse("api:history_upload", args=[made.pk]))

    def most_bytes(self) -> int:
        most: int = settings.ANALYTICS_HISTORY_BYTES
        return most + FIELDS if self.request.method == "POST" else super().most_bytes()

    def fingerprint(self) -> str:
        """Of the file and the fields: a client draws another boundary between them each time."""
        digest = hashlib.sha256()
        for name, value in sorted(self.request.data.items()):
            digest.update(f"{name}\0".encode())
            digest.update(value.read() if hasattr(value, "read") else str(value).encode())
            if hasattr(value, "seek"):
                value.seek(0)
        return once.fingerprint(self.request._request, digest.digest())


class HistoryTemplate(Operations):
    needs: ClassVar = {"GET": "analytics.view"}

    @extend_schema(
        operation_id="history_template",
        parameters=[OpenApiParameter("kind", str, enum=sorted(KEYS), default="accounts")],
        responses={(200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: Any) -> HttpResponse:
        """The names of the columns, as a file to fill in."""
        kind = request.query_params.get("kind", "accounts")
        if kind not in KEYS:
            raise bad_parameter("kind", "accounts or posts.")
        return HttpResponse(template(kind), content_type="text/csv; charset=utf-8")


class HistoryOperations(Operations):
    needs: ClassVar = {"GET": "analytics.view", "DELETE": "import.start"}

    @extend_schema(operation_id="history_read", responses=serializers.HistoryUploadShape)
    def get(self, request: Any, history_id: UUID) -> Response:
        """One file, and how far it is."""
        return self.one(serializers.HistoryUploadShape(self.found(uploads(), history_id)).data)

    @extend_schema(operation_id="history_delete", responses={204: None})
    def delete(self, request: Any, history_id: UUID) -> Response:
        """Throw an upload away with the figures that it brought. What other files say of the same days stays."""
        row = self.held(uploads(), history_id)
        self.caller.require("import.start", row.workspace_id)
        self.require_match(serializers.HistoryUploadShape(row).data)
        services.delete_history(upload_id=row.pk, actor=self.caller.actor)
        return Response(status=204)


class HistoryRetry(Operations):
    needs: ClassVar = {"POST": "import.start"}

    @extend_schema(operation_id="history_retry", request=None, responses=serializers.HistoryUploadShape)
    def post(self, request: Any, history_id: UUID) -> Response:
        """Let one that failed go on where it stopped."""
        row = self.found(uploads(), history_id)
        self.caller.require("import.start", row.workspace_id)
        again = services.retry_history(upload_id=row.pk, actor=self.caller.actor)
        return self.one(serializers.HistoryUploadShape(again).data)


def uploads() -> QuerySet[HistoryUpload]:
    rows: QuerySet[HistoryUpload] = HistoryUpload.objects.defer("rows")
    return rows
