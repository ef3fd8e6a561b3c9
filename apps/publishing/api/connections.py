"""Connections at risk, and what becomes of posts that waited for one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar, Final
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from apps.core import clock
from apps.publishing import serializers, services
from apps.publishing.risks import risks
from apps.publishing.services import Choice
from apps.social_accounts.api.accounts import accounts
from apps.tenants.rest import ids
from apps.tenants.rest.problems import bad_parameter
from apps.tenants.rest.views import Operations

AHEAD: Final = 60
FURTHEST: Final = 366
NEEDS: Final = {Choice.RESUME: "publication.retry", Choice.SHIFT: "post.schedule", Choice.SKIP: "post.cancel"}


class AccountsAtRisk(Operations):
    needs: ClassVar = {"GET": "account.view"}

    @extend_schema(
        operation_id="social_accounts_at_risk",
        parameters=[
            OpenApiParameter("within_days", {"type": "integer", "minimum": 1, "maximum": FURTHEST, "default": AHEAD}),
            OpenApiParameter("workspace", str),
        ],
        responses=serializers.Risks,
    )
    def get(self, request: Any) -> Response:
        """Accounts that are broken or end soon, the most urgent first, and how many posts of whom hang on them."""
        now = clock.now()
        asked = {} if (place := self._workspace()) is None else {"workspace_ids": [place]}
        found = risks(now=now, until=now + timedelta(days=self._days()), **asked)
        places = {risk.account.workspace_id for risk in found if risk.posts}
        posts = sum(risk.posts for risk in found)
        return self.one(serializers.Risks({"data": found, "posts": posts, "workspaces": len(places)}).data)

    def _days(self) -> int:
        text = self.request.query_params.get("within_days", str(AHEAD))
        if not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= FURTHEST):
            raise bad_parameter("within_days", f"From 1 to {FURTHEST} days.")
        return int(text)

    def _workspace(self) -> UUID | None:
        text = self.request.query_params.get("workspace", "")
        if text and ids.read(ids.WORKSPACE, text) is None:
            raise bad_parameter("workspace", "This is no id of that kind.")
        return ids.read(ids.WORKSPACE, text)


class AccountWaiting(Operations):
    needs: ClassVar = {"GET": "post.view"}

    @extend_schema(operation_id="social_accounts_waiting", responses=serializers.Waiting)
    def get(self, request: Any, account_id: UUID) -> Response:
        """What was held while the account was broken, and what each way to mend it would do."""
        account = self.found(accounts(), account_id)
        nothing = {"posts": 0, "in_time": 0, "first_due_at": None, "days": 0, "first_moved_at": None}
        found = services.waiting(account.pk, now=clock.now())
        return self.one(serializers.Waiting(found or nothing).data)


class AccountMend(Operations):
    needs: ClassVar = {"POST": "post.view"}

    @extend_schema(operation_id="social_accounts_mend", request=serializers.ToMend, responses=serializers.Mended)
    def post(self, request: Any, account_id: UUID) -> Response:
        """Once the account works again: send, move or leave out all that waited, in one step."""
        account = self.found(accounts(), account_id)
        wanted = self.body(serializers.ToMend)
        choice = Choice(wanted["choice"])
        self.caller.require(NEEDS[choice], account.workspace_id)
        done = services.mend(
            account_id=account.pk, choice=choice, first_day=wanted["first_day"], actor=self.caller.actor
        )
        return self.one(serializers.Mended(done).data)
