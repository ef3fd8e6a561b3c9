"""Rules on figures, and what they have found."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from apps.analytics import alert_serializers as serializers
from apps.analytics import services
from apps.analytics.errors import AlertRuleRefused
from apps.analytics.models import Alert, AlertRecipient, AlertRule
from apps.tenants.rest import ids, problems
from apps.tenants.rest.filters import IdFilter, filtered
from apps.tenants.rest.pages import PARAMETERS, page_of
from apps.tenants.rest.problems import Problem
from apps.tenants.rest.views import Operations
from apps.tenants.rest.workspaces import place_of
from apps.tenants.selectors import people_who_may


@problems.of(AlertRuleRefused)
def _refused(error: AlertRuleRefused) -> Problem:
    field = "mail_to" if error.field == "recipients" else error.field
    return problems.invalid(f"/{field}", error.words, code=error.code)


class RuleFilter(django_filters.FilterSet):
    workspace = IdFilter(ids.WORKSPACE)
    account = IdFilter(ids.ACCOUNT)
    campaign = IdFilter(ids.CAMPAIGN)


class AlertFilter(RuleFilter):
    rule = IdFilter(ids.ALERT_RULE)
    open = django_filters.BooleanFilter(field_name="acknowledged_at", lookup_expr="isnull")


LISTED = [*PARAMETERS, *(OpenApiParameter(name, str) for name in ("workspace", "account", "campaign"))]


class AlertRuleList(Operations):
    needs: ClassVar = {"GET": "analytics.view", "POST": "alert.edit"}

    @extend_schema(
        operation_id="alert_rules_list",
        parameters=LISTED,
        responses=page_of(serializers.AlertRuleShape, "AlertRule"),
    )
    def get(self, request: Any) -> Response:
        """What is watched for."""
        return self.page(filtered(RuleFilter, rules(), request), serializers.AlertRuleShape)

    @extend_schema(
        operation_id="alert_rules_create",
        request=serializers.AlertRuleToMake,
        responses={201: serializers.AlertRuleShape},
    )
    def post(self, request: Any) -> Response:
        """Watch a figure from yesterday on. Rules are held against figures after each night, and when fresh ones
        came."""
        said = self.body(serializers.AlertRuleToMake)
        workspace = place_of(self, said)
        said.pop("workspace", None)
        self.caller.require("alert.edit", workspace.pk)
        made = services.make_rule(workspace=workspace, actor=self.caller.actor, **_people(said, workspace.pk))
        data = serializers.AlertRuleShape(self.found(rules(), made.pk)).data
        return self.one(data, status=201, location=reverse("api:alert_rule", args=[made.pk]))


class AlertRuleOperations(Operations):
    needs: ClassVar = {"GET": "analytics.view", "PATCH": "alert.edit", "DELETE": "alert.edit"}

    @extend_schema(operation_id="alert_rules_read", responses=serializers.AlertRuleShape)
    def get(self, request: Any, rule_id: UUID) -> Response:
        """One rule."""
        return self.one(serializers.AlertRuleShape(self.found(rules(), rule_id)).data)

    @extend_schema(
        operation_id="alert_rules_change",
        request=serializers.AlertRuleToChange,
        responses=serializers.AlertRuleShape,
    )
    def patch(self, request: Any, rule_id: UUID) -> Response:
        """Change what is named: mute it, switch it off, ask for another number. What it found so far stays."""
        rule = self._mine(rule_id)
        said = self.body(serializers.AlertRuleToChange, partial=True)
        self.require_match(serializers.AlertRuleShape(rule).data)
        services.change_rule(rule=rule, actor=self.caller.actor, **_people(said, rule.workspace_id))
        return self.one(serializers.AlertRuleShape(self.found(rules(), rule.pk)).data)

    @extend_schema(operation_id="alert_rules_delete", responses={204: None})
    def delete(self, request: Any, rule_id: UUID) -> Response:
        """Take a rule away, with what it has found."""
        rule = self._mine(rule_id)
        self.require_match(serializers.AlertRuleShape(rule).data)
        services.remove_rule(rule=rule, actor=self.caller.actor)
        return Response(status=204)

    def _mine(self, rule_id: UUID) -> AlertRule:
        rule: AlertRule = self.held(rules(), rule_id)
        self.caller.require("alert.edit", rule.workspace_id)
        return rule


class AlertList(Operations):
    needs: ClassVar = {"GET": "analytics.view"}

    @extend_schema(
        operation_id="alerts_list",
        parameters=[
            *LISTED,
            OpenApiParameter("rule", str),
            OpenApiParameter("open", bool, description="Those that nobody has seen to, or that somebody has."),
        ],
        responses=page_of(serializers.AlertShape, "Alert"),
    )
    def get(self, request: Any) -> Response:
        """What rules have found: of each rule and subject one alert in each window."""
        return self.page(filtered(AlertFilter, alerts(), request), serializers.AlertShape)


class AlertOperations(Operations):
    needs: ClassVar = {"GET": "analytics.view"}

    @extend_schema(operation_id="alerts_read", responses=serializers.AlertShape)
    def get(self, request: Any, alert_id: UUID) -> Response:
        """One alert."""
        return self.one(serializers.AlertShape(self.found(alerts(), alert_id)).data)


class AlertAcknowledge(Operations):
    needs: ClassVar = {"POST": "alert.edit"}

    @extend_schema(operation_id="alerts_acknowledge", request=None, responses=serializers.AlertShape)
    def post(self, request: Any, alert_id: UUID) -> Response:
        """Say that it was seen to. Safe to repeat."""
        alert = self.found(alerts(), alert_id)
        self.caller.require("alert.edit", alert.workspace_id)
        services.acknowledge(alert=alert, actor=self.caller.actor)
        return self.one(serializers.AlertShape(self.found(alerts(), alert.pk)).data)


def rules() -> QuerySet[AlertRule]:
    people = Prefetch("recipients", AlertRecipient.objects.select_related("user"))
    rows: QuerySet[AlertRule] = AlertRule.objects.select_related("workspace", "campaign").prefetch_related(people)
    return rows


def alerts() -> QuerySet[Alert]:
    rows: QuerySet[Alert] = Alert.objects.select_related("rule", "account", "campaign", "publication__post")
    return rows


def _people(said: dict[str, Any], workspace_id: UUID) -> dict[str, Any]:
    """What the service is told: people by their ids. An address that is nobody's here is at fault, whoever has it."""
    if "mail_to" not in said:
        return said
    wanted = {address.casefold() for address in said.pop("mail_to")}
    allowed = people_who_may("analytics.view", [workspace_id])
    known = {person.email.casefold(): pk for pk, person in allowed.items()}
    if wanted - set(known):
        raise problems.invalid("/mail_to", "Nobody with this address may see the figures.", code="not_found")
    return {**said, "recipients": [known[address] for address in wanted]}
