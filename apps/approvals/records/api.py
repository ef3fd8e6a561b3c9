"""The signed record, for programs."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema

from apps.approvals.errors import RecordNotMade
from apps.approvals.models import Request
from apps.approvals.records import gathered, printed
from apps.tenants.rest import problems
from apps.tenants.rest.problems import Problem
from apps.tenants.rest.views import Operations


@problems.of(RecordNotMade)
def _not_made(error: RecordNotMade) -> Problem:
    return Problem(503, error.code, error.words)


class ApprovalRecord(Operations):
    needs: ClassVar = {"GET": "approval.view"}
    calls_network: ClassVar = True  # pictures may lie in a bucket

    @extend_schema(operation_id="approvals_record", responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Any, approval_id: UUID) -> HttpResponse:
        """The signed record of what was approved, as PDF: what reviewers saw, the hour, the hash and every decision.
        `not_approved` (409) while it is not; `no_printer` and `signing_key_unusable` (503) until the operator has
        mended what is missing."""
        with self.caller.scope():
            found = self.found(Request.objects.all(), approval_id)
            record = gathered(Request.objects.filter(pk=found.pk))
        headers = {"Content-Disposition": f'attachment; filename="approval-{found.pk}.pdf"'}
        return HttpResponse(printed(record), content_type="application/pdf", headers=headers)
