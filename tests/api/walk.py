"""Every operation of the API, collected from its table of contents, and what it takes to call it with real ids."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from django.urls import reverse

from tests.house.addresses import Address, addresses
from tests.house.world import World
from tests.support.programs_with_keys import Program

FOUND: Final = {address.name: address for address in addresses() if address.name.startswith("api:")}
# What has no key: the schema and its readers, and the answer for addresses that lead nowhere.
OPEN: Final = frozenset({"api:openapi", "api:swagger", "api:redoc", "api:nothing"})


REPORT_PLAN: Final = {"title": "Ours", "sections": [{"kind": "figures"}]}


@dataclass(frozen=True, slots=True)
class Call:
    """An operation and a body with which it can succeed. `names` are places in the body that hold the id of a row, as
    the name of the world's argument ("media.media": in the only one of a list); `also` further answers to somebody who
    may."""

    name: str
    method: str
    permission: str
    body: Any = None
    names: dict[str, str] = field(default_factory=dict)
    also: frozenset[int] = frozenset()
    is_listing: bool = False  # about no row in particular: what is not seen is left out
    of: dict[str, str] = field(default_factory=dict)  # another row of the world than the usual one

    def __str__(self) -> str:
        return f"{self.method} {self.name} {','.join(self.names)}".strip()

    def path(self, named: dict[str, Any]) -> str:
        wanted = {name: named[self.of.get(name, name)] for name in FOUND[self.name].arguments}
        return reverse(self.name, kwargs=wanted)

    def send(self, program: Program, named: dict[str, Any]) -> Any:
        return program.send(self.method, self.path(named), self._body(named))

    def _body(self, named: dict[str, Any]) -> Any:
        if not self.names:
            return self.body
        nested = {place: str(named[name]) for place, name in self.names.items() if "." in place}
        filled = {place: str(named[name]) for place, name in self.names.items() if "." not in place}
        listed = ("workspaces", "accounts", "labels", "posts", "publications", "members")
        lists = {place: [value] for place, value in filled.items() if place in listed}
        body = {**(self.body or {}), **filled, **lists}
        for place, value in nested.items():
            outer, inner = place.split(".")
            body[outer] = [{inner: value}]
        return body


def arguments(world: World) -> dict[str, Any]:
    """Real ids by the names that the API's paths and bodies have for them."""
    named = world.arguments
    renamed = {
        "period": "2026-11",
        "session_id": named["link_id"],
        "journey": named["session_id"],
        "media_id": named["asset_id"],
        "approval_id": named["request_id"],
    }
    return {**named, **world.others, **renamed}


def no_ids(named: dict[str, Any]) -> dict[str, Any]:
    """Those of the arguments that are the same for everybody, and no row's."""
    return {name: named[name] for name in ("period", "app_platform", "what")}


def operations() -> set[tuple[str, str]]:
    """Every (name, method) that the table of contents offers."""
    return {
        (address.name, method.upper())
        for address in FOUND.values()
        if address.name not in OPEN
        for method in ("get", "post", "put", "patch", "delete")
        if hasattr(_view(address), method)
    }


def _view(address: Address) -> Any:
    return getattr(address.view, "cls")  # noqa: B009  Django REST framework sets it at run time.


HOURS: Final = {"timezone": "Europe/Oslo", "weekdays": [0, 1], "begins": "08:00", "ends": "16:00"}
GOAL: Final = {"aim": "published", "target": 5, "begins_on": "2026-11-01", "ends_on": "2026-12-31"}
RULE: Final = {"name": "Fell", "kind": "drop", "metric": "views", "threshold": 50}
CALLS: Final = (
    Call("api:organization", "GET", "organization.enter", is_listing=True),
    Call("api:organization", "PATCH", "organization.edit", {"name": "Renamed"}, is_listing=True),
    Call("api:workspaces", "GET", "workspace.view", is_listing=True),
    Call("api:workspaces", "POST", "workspace.create", {"name": "One more"}, is_listing=True),
    Call("api:workspace", "GET", "workspace.view"),
    Call("api:workspace", "PATCH", "workspace.edit", {"name": "Renamed"}),
    Call("api:usage", "GET", "usage.view", is_listing=True),
    Call("api:usage_months", "GET", "usage.view", is_listing=True),
    Call("api:usage_month", "GET", "usage.view", is_listing=True),
    Call("api:usage_csv", "GET", "usage.view", is_listing=True),
    Call("api:limits", "GET", "usage.view", is_listing=True),
    Call("api:workspace_limits", "GET", "usage.view"),
    Call("api:workspace_limits", "PUT", "organization.edit", {"publications": 5, "imports": None}),
    Call("api:audit", "GET", "audit.view", is_listing=True),
    Call("api:oauth_apps", "GET", "app.view", is_listing=True),
    Call("api:oauth_app", "GET", "app.view", is_listing=True, of={"platform": "app_platform"}),
    Call(
        "api:oauth_app", "PUT", "app.edit", {"client_id": "own", "client_secret": "s", "confirmed": True},
        is_listing=True, of={"platform": "app_platform"},
    ),
    Call("api:oauth_app", "DELETE", "app.edit", is_listing=True, of={"platform": "app_platform"}),
    Call(
        "api:oauth_app_test", "POST", "app.edit", is_listing=True, also=frozenset({409}),
        of={"platform": "app_platform"},
    ),
    Call("api:on_time", "GET", "organization.view", is_listing=True),
    Call("api:workspace_on_time", "GET", "post.view"),
    Call("api:workspace_archive", "POST", "workspace.archive"),
    Call("api:workspace_restore", "POST", "workspace.archive"),
    Call("api:members", "GET", "member.view", is_listing=True),
    Call("api:member", "GET", "member.view"),
    Call("api:member", "PUT", "member.edit", {"role": "admin"}),
    Call("api:member", "PUT", "member.edit", {"role": "viewer"}, {"workspaces": "workspace_id"}),
    Call("api:member", "DELETE", "member.remove"),
    Call("api:invitations", "GET", "member.view", is_listing=True),
    Call("api:invitations", "POST", "member.invite", {"email": "a@b.example", "role": "admin"}, is_listing=True),
    Call(
        "api:invitations", "POST", "member.invite", {"email": "a@b.example", "role": "viewer"},
        {"workspaces": "workspace_id"},
    ),
    Call("api:invitation", "DELETE", "member.invite"),
    Call("api:keys", "GET", "key.view", is_listing=True),
    Call("api:keys", "POST", "key.edit", {"name": "Another", "scopes": ["posts:read"]}, is_listing=True),
    Call(
        "api:keys", "POST", "key.edit", {"name": "Another", "scopes": ["posts:read"]}, {"workspace": "workspace_id"}
    ),
    Call("api:key", "GET", "key.view"),
    Call("api:key", "DELETE", "key.edit"),
    Call("api:key_roll", "POST", "key.edit"),
    Call("api:sessions", "GET", "account.view", is_listing=True),
    Call("api:sessions", "POST", "account.connect", None, {"workspace": "workspace_id"}),
    Call("api:session", "GET", "account.view"),
    Call("api:session_pending", "GET", "account.view"),
    Call(
        "api:session_finalize", "POST", "account.connect", {"channels": ["1"]}, {"journey": "journey"},
        also=frozenset({422}),  # this journey is a member's
    ),
    Call("api:session_cancel", "POST", "account.connect"),
    Call("api:accounts", "GET", "account.view", is_listing=True),
    Call("api:accounts_at_risk", "GET", "account.view", is_listing=True),
    Call("api:account", "GET", "account.view"),
    Call("api:account_health", "GET", "account.view"),
    Call("api:account_check", "POST", "account.connect"),
    Call("api:account_refresh", "POST", "account.connect"),
    Call("api:account_channels", "GET", "account.view"),
    Call("api:account_channels_refresh", "POST", "account.connect"),
    Call("api:account_reconnect_link", "POST", "account.connect"),
    Call("api:account_disconnect", "POST", "account.disconnect"),
    Call("api:posts", "GET", "post.view", is_listing=True),
    Call("api:posts", "POST", "post.edit", {"text": "Hello"}, {"workspace": "workspace_id"}),
    Call("api:posts", "POST", "post.edit", {"text": "Hello"}, {"workspace": "workspace_id", "accounts": "account_id"}),
    Call(
        "api:posts", "POST", "post.schedule", {"text": "Hello", "action": "schedule", "local_at": "2099-01-01T09:00"},
        {"workspace": "workspace_id", "accounts": "account_id"},
    ),
    Call(
        "api:posts", "POST", "post.publish", {"text": "Hello", "action": "publish_now"},
        {"workspace": "workspace_id", "accounts": "account_id"},
    ),
    Call("api:posts_validate", "POST", "post.edit", {"text": "Hello"}, {"workspace": "workspace_id"}),
    Call("api:posts_bulk", "POST", "post.edit", {"posts": [{"text": "Hello"}]}, is_listing=True),
    Call("api:post", "GET", "post.view"),
    Call("api:post", "PATCH", "post.edit", {"text": "Hello"}),
    Call("api:post", "DELETE", "post.edit"),
    Call("api:post_schedule", "POST", "post.schedule", {"local_at": "2099-01-01T09:00"}),
    Call("api:post_publish", "POST", "post.publish"),
    Call("api:post_cancel", "POST", "post.cancel", of={"post_id": "planned"}),
    Call("api:post_duplicate", "POST", "post.edit"),
    Call("api:analytics_account", "GET", "analytics.view"),
    Call("api:analytics_audience", "GET", "analytics.view"),
    Call("api:analytics_posts", "GET", "analytics.view", is_listing=True, also=frozenset({422})),  # names none
    Call("api:analytics_post", "GET", "analytics.view"),
    Call("api:analytics_organization", "GET", "analytics.view", is_listing=True),
    Call("api:analytics_workspace", "GET", "analytics.view"),
    Call("api:analytics_times", "GET", "analytics.view"),
    Call("api:analytics_mix", "GET", "analytics.view"),
    Call("api:analytics_mix_plan", "PUT", "analytics.plan", {"formats": [{"format": "video", "percent": 20}]}),
    Call("api:analytics_campaign", "GET", "analytics.view"),
    Call("api:analytics_label", "GET", "analytics.view"),
    Call("api:goals", "GET", "analytics.view", is_listing=True),
    Call("api:goals", "POST", "analytics.plan", GOAL, {"workspace": "workspace_id"}),
    Call("api:goals", "POST", "analytics.plan", GOAL, {"account": "account_id"}),
    Call("api:goal", "GET", "analytics.view"),
    Call("api:goal", "PATCH", "analytics.plan", {"target": 7}),
    Call("api:goal", "DELETE", "analytics.plan"),
    Call("api:analytics_refreshes", "POST", "analytics.refresh", None, {"accounts": "account_id"}),
    Call("api:analytics_refreshes", "POST", "analytics.refresh", None, {"posts": "post_id"}),
    Call("api:analytics_refresh", "GET", "analytics.view"),
    Call("api:analytics_export", "GET", "analytics.view", is_listing=True, also=frozenset({422})),  # names no workspace
    Call("api:history_uploads", "GET", "analytics.view", is_listing=True),
    Call("api:history_uploads", "POST", "import.start", also=frozenset({415, 422}), is_listing=True),
    Call("api:history_template", "GET", "analytics.view", is_listing=True),
    Call("api:history_upload", "GET", "analytics.view"),
    Call("api:history_upload", "DELETE", "import.start"),
    Call("api:history_retry", "POST", "import.start", of={"history_id": "failed_history"}),
    Call("api:links", "GET", "link.view", is_listing=True),
    Call("api:links", "POST", "link.edit", {"destination": "https://example.com/"}, {"workspace": "workspace_id"}),
    Call("api:link", "GET", "link.view"),
    Call("api:link", "PATCH", "link.edit", {"title": "Menu"}),
    Call("api:link", "DELETE", "link.edit"),
    Call("api:link_clicks", "GET", "link.view"),
    Call("api:link_domains", "GET", "link.view", is_listing=True),
    Call("api:link_domains", "POST", "workspace.edit", {"host": "go.example.com"}, {"workspace": "workspace_id"}),
    Call("api:link_domain", "GET", "link.view"),
    Call("api:link_domain", "DELETE", "workspace.edit"),
    Call("api:link_domain_check", "POST", "workspace.edit"),
    Call("api:link_settings", "GET", "link.view"),
    Call("api:link_settings", "PATCH", "workspace.edit", {"tags": True}),
    Call("api:alert_rules", "GET", "analytics.view", is_listing=True),
    Call("api:alert_rules", "POST", "alert.edit", RULE, {"workspace": "workspace_id"}),
    Call("api:alert_rules", "POST", "alert.edit", RULE, {"workspace": "workspace_id", "account": "account_id"}),
    Call(
        "api:alert_rules", "POST", "alert.edit", {**RULE, "kind": "milestone"},
        {"workspace": "workspace_id", "campaign": "campaign_id"},
    ),
    Call("api:alert_rule", "GET", "analytics.view"),
    Call("api:alert_rule", "PATCH", "alert.edit", {"threshold": 30}),
    Call("api:alert_rule", "DELETE", "alert.edit"),
    Call("api:alerts", "GET", "analytics.view", is_listing=True),
    Call("api:alert", "GET", "analytics.view"),
    Call("api:alert_acknowledge", "POST", "alert.edit"),
    Call("api:imports", "GET", "analytics.view", is_listing=True),
    Call("api:imports", "POST", "import.start", None, {"account": "account_id"}, also=frozenset({409})),  # one runs
    Call("api:import", "GET", "analytics.view"),
    Call("api:import", "DELETE", "import.start"),
    Call("api:import_retry", "POST", "import.start", of={"import_id": "failed_import"}),
    Call("api:import_posts", "GET", "analytics.view"),
    Call("api:reports", "GET", "report.view", is_listing=True),
    Call(
        "api:reports", "POST", "report.edit", {"first": "2026-10-01", "last": "2026-10-31", "plan": REPORT_PLAN},
        {"workspace": "workspace_id"},
    ),
    Call(
        "api:reports", "POST", "report.edit", {"first": "2026-10-01", "last": "2026-10-31"},
        {"workspace": "workspace_id", "template": "report_template_id"},
    ),
    Call("api:report", "GET", "report.view"),
    Call("api:report_retry", "POST", "report.edit", of={"report_id": "failed_report"}),
    Call("api:report_pdf", "GET", "report.view"),
    Call("api:report_csv", "GET", "report.view"),
    Call("api:report_xlsx", "GET", "report.view"),
    Call("api:report_links", "GET", "report.view"),
    Call("api:report_links", "POST", "report.edit", {"expires_at": "2027-01-01T00:00:00Z"}),
    Call("api:report_link", "GET", "report.view"),
    Call("api:report_link", "DELETE", "report.edit"),
    Call("api:report_templates", "GET", "report.view", is_listing=True),
    Call(
        "api:report_templates", "POST", "report.edit", {"name": "Monthly", "plan": REPORT_PLAN},
        {"workspace": "workspace_id"},
    ),
    Call("api:report_template", "GET", "report.view"),
    Call("api:report_template", "PATCH", "report.edit", {"name": "Renamed"}),
    Call("api:report_schedules", "GET", "report.view", is_listing=True),
    Call(
        "api:report_schedules", "POST", "report.edit", {"cadence": "weekly", "recipients": ["a@b.example"]},
        {"template": "report_template_id"},
    ),
    Call("api:report_schedule", "GET", "report.view"),
    Call("api:report_schedule", "PATCH", "report.edit", {"hour": 8}),
    Call("api:report_schedule", "DELETE", "report.edit"),
    Call("api:report_template", "DELETE", "report.edit"),
    Call("api:report", "DELETE", "report.edit"),
    Call("api:posts", "POST", "post.edit", {"text": "Hello"}, {"workspace": "workspace_id", "labels": "label_id"}),
    Call("api:posts", "POST", "post.edit", {"text": "Hello"}, {"workspace": "workspace_id", "campaign": "campaign_id"}),
    Call("api:posts", "POST", "post.edit", {}, {"workspace": "workspace_id", "template": "template_id"}),
    Call("api:post", "PATCH", "post.edit", {}, {"labels": "label_id", "campaign": "campaign_id"}),
    Call("api:post_duplicate", "POST", "post.edit", {}, {"workspace": "workspace_id"}),
    Call("api:post_retry", "POST", "publication.retry", of={"post_id": "failed_post"}),
    Call(
        "api:post_unpublish", "POST", "publication.remove", of={"post_id": "published_post"},
        also=frozenset({409}),
    ),
    Call("api:labels", "GET", "post.view", is_listing=True),
    Call("api:labels", "POST", "post.edit", {"name": "Evergreen"}, {"workspace": "workspace_id"}),
    Call("api:label", "GET", "post.view"),
    Call("api:label", "PATCH", "post.edit", {"colour": "teal"}),
    Call("api:label", "DELETE", "post.edit"),
    Call("api:campaigns", "GET", "post.view", is_listing=True),
    Call("api:campaigns", "POST", "post.edit", {"name": "Spring"}, {"workspace": "workspace_id"}),
    Call("api:campaign", "GET", "post.view"),
    Call("api:campaign", "PATCH", "post.edit", {"goal": "Be seen"}),
    Call("api:campaign", "DELETE", "post.edit"),
    Call("api:templates", "GET", "post.view", is_listing=True),
    Call(
        "api:templates", "POST", "post.edit", {"name": "Opening", "parts": [{"text": "We are open"}]},
        {"workspace": "workspace_id", "labels": "label_id"},
    ),
    Call("api:template", "GET", "post.view"),
    Call("api:template", "PATCH", "post.edit", {"name": "Opening hours"}),
    Call("api:template", "PATCH", "post.edit", {}, {"labels": "label_id"}),
    Call("api:template", "DELETE", "post.edit"),
    Call("api:media", "POST", "media.upload", also=frozenset({415, 422}), is_listing=True),
    Call("api:media", "GET", "media.view", is_listing=True),
    Call("api:medium", "GET", "media.view"),
    Call("api:medium", "PATCH", "media.edit", {"alt": "A teal square"}),
    Call("api:medium", "PATCH", "media.edit", {}, {"folder": "folder_id"}),
    Call("api:medium", "DELETE", "media.edit"),
    Call("api:uploads", "POST", "media.upload", {"size": 4, "name": "a.png"}, {"workspace": "workspace_id"}),
    Call(
        "api:uploads", "POST", "media.upload", {"size": 4, "name": "a.png"},
        {"workspace": "workspace_id", "folder": "folder_id"},
    ),
    Call("api:upload", "GET", "media.upload"),
    Call("api:upload", "PUT", "media.upload", also=frozenset({422})),  # the offset is missing
    Call("api:upload", "DELETE", "media.upload"),
    Call("api:upload_parts", "POST", "media.upload", {"numbers": [1]}, also=frozenset({409})),
    Call("api:upload_complete", "POST", "media.upload", also=frozenset({409})),
    Call("api:endpoints", "GET", "webhook.view", is_listing=True),
    Call("api:endpoints", "POST", "webhook.edit", {"url": "https://example.com/"}, is_listing=True),
    Call("api:endpoints", "POST", "webhook.edit", {"url": "https://example.com/"}, {"workspace": "workspace_id"}),
    Call("api:endpoint", "GET", "webhook.view"),
    Call("api:endpoint", "PATCH", "webhook.edit", {"description": "Ours"}),
    Call("api:endpoint", "DELETE", "webhook.edit"),
    Call("api:endpoint_rotate", "POST", "webhook.edit"),
    Call("api:endpoint_test", "POST", "webhook.edit"),
    Call("api:endpoint_redeliver", "POST", "webhook.edit", {"since": "2026-01-01T00:00:00Z"}),
    Call("api:deliveries", "GET", "webhook.view"),
    Call("api:delivery_attempts", "GET", "webhook.view"),
    Call("api:delivery_redeliver", "POST", "webhook.edit"),
    Call("api:platforms", "GET", "organization.enter", is_listing=True),
    Call("api:platform", "GET", "organization.enter", is_listing=True),
    Call("api:events", "GET", "event.view", is_listing=True),
    Call("api:queues", "GET", "queue.view", is_listing=True),
    Call("api:queues", "POST", "queue.edit", {"name": "Offers"}, {"workspace": "workspace_id"}),
    Call("api:queue", "GET", "queue.view"),
    Call("api:queue", "PATCH", "queue.edit", {"jitter_minutes": 5}),
    Call("api:queue", "DELETE", "queue.edit"),
    Call("api:queue_pause", "POST", "queue.edit"),
    Call("api:queue_resume", "POST", "queue.edit"),
    Call("api:queue_next_slot", "GET", "queue.view"),
    Call("api:queue_preview", "GET", "queue.view"),
    Call("api:queue_slots", "GET", "queue.view"),
    Call("api:queue_slots", "POST", "queue.edit", {"weekday": "friday", "time": "18:30"}),
    Call("api:queue_slot", "DELETE", "queue.edit"),
    Call(
        "api:posts", "POST", "post.schedule", {"text": "Hello", "queue_priority": "high", "action": "schedule"},
        {"workspace": "workspace_id", "accounts": "account_id", "queue": "queue_id"},
    ),
    Call("api:post_schedule", "POST", "post.schedule", {}, {"queue": "queue_id"}),
    Call("api:post", "PATCH", "post.schedule", {}, {"queue": "queue_id"}),
    Call("api:publications", "GET", "post.view", is_listing=True),
    Call("api:publication", "GET", "post.view"),
    Call("api:publication", "PATCH", "post.edit", {"text": "Hello"}),
    Call("api:publication_attempts", "GET", "post.view"),
    Call("api:publication_retry", "POST", "publication.retry", of={"publication_id": "failed"}),
    Call("api:publication_resume", "POST", "publication.retry", of={"publication_id": "held"}),
    Call("api:publication_cancel", "POST", "post.cancel"),
    Call(
        "api:publication_decide", "POST", "publication.decide", {"verdict": "leave"},
        of={"publication_id": "needs_attention"},
    ),
    Call(
        "api:publication_change", "POST", "publication.edit", {"text": "Hello"}, of={"publication_id": "published"},
        also=frozenset({409, 502}),  # nobody answers there
    ),
    Call(
        "api:publication_unpublish", "POST", "publication.remove", of={"publication_id": "published"},
        also=frozenset({409, 502}),  # nobody answers there
    ),
    Call("api:comments", "GET", "post.view", is_listing=True),
    Call(
        "api:comments", "POST", "post.publish", {"text": "See also"}, {"post": "published_post"},
        also=frozenset({422}),  # on an account that is signed out
    ),
    Call(
        "api:comments", "POST", "post.publish", {"text": "See also"}, {"publications": "published"},
        also=frozenset({422}),
    ),
    Call(
        "api:comments", "POST", "post.publish", {"text": "See also"}, {"parent": "comment_id"}, also=frozenset({422})
    ),
    Call(
        "api:comments", "POST", "post.publish", {"text": "See also"},
        {"post": "published_post", "media.media": "asset_id"}, also=frozenset({422}),
    ),
    Call(
        "api:comments", "POST", "post.publish", {"text": "See also"},
        {"post": "published_post", "overrides.account": "account_id"}, also=frozenset({422}),
    ),
    Call("api:comment", "GET", "post.view"),
    Call("api:comment", "PATCH", "post.publish", {}, {"media.media": "asset_id"}, also=frozenset({422})),
    Call("api:comment", "PATCH", "post.publish", {"text": "Other words"}, also=frozenset({422})),
    Call("api:comment", "DELETE", "post.cancel"),
    Call("api:comment_attempts", "GET", "post.view"),
    Call("api:comment_retry", "POST", "publication.retry", of={"comment_id": "follow_up_id"}),
    Call("api:comment_unpublish", "POST", "publication.remove", also=frozenset({409, 502})),
    Call("api:approvals", "GET", "approval.view", is_listing=True),
    Call("api:approvals", "POST", "approval.request", None, {"post": "unasked"}),
    Call("api:approval", "GET", "approval.view"),
    Call("api:approval_decide", "POST", "approval.decide", {"verdict": "approve"}),
    Call("api:approval_decide", "POST", "approval.decide", {"verdict": "approve_with_edits", "text": "Hello"}),
    Call("api:approval_withdraw", "POST", "approval.request"),
    Call("api:approval_record", "GET", "approval.view", also=frozenset({409})),  # nothing is approved there yet
    Call("api:approval_figures", "GET", "approval.view", is_listing=True),
    Call("api:approval_log", "GET", "audit.view", is_listing=True),
    Call("api:approval_log_csv", "GET", "audit.view", is_listing=True),
    Call("api:approval_log_jsonl", "GET", "audit.view", is_listing=True),
    Call("api:review_links", "GET", "approval.view", is_listing=True),
    Call(
        "api:review_links", "POST", "approval.request", {"guests": [{"name": "Ingrid"}]},
        {"workspace": "workspace_id", "posts": "for_client"},
    ),
    Call("api:review_link", "GET", "approval.view"),
    Call("api:review_link_mail", "POST", "approval.request"),
    Call("api:review_link_revoke", "POST", "approval.request"),
    Call("api:guests", "GET", "approval.view", is_listing=True),
    Call("api:guest", "GET", "approval.view"),
    Call("api:guest_forget", "POST", "workspace.edit"),
    Call("api:groups", "GET", "policy.view", is_listing=True),
    Call(
        "api:groups", "POST", "policy.edit", {"name": "Another"},
        {"workspace": "workspace_id", "members": "membership_id"},
    ),
    Call("api:group", "GET", "policy.view"),
    Call("api:group", "PUT", "policy.edit", {"name": "Renamed"}, {"members": "membership_id"}),
    Call("api:group", "DELETE", "policy.edit"),
    Call("api:workspace_hours", "GET", "policy.view"),
    Call("api:workspace_hours", "PUT", "policy.edit", HOURS),
    Call("api:organization_hours", "GET", "organization.view", is_listing=True),
    Call("api:organization_hours", "PUT", "organization.edit", HOURS, is_listing=True),
    Call("api:member_hours", "GET", "member.view"),
    Call("api:member_hours", "PUT", "member.edit", HOURS),
    Call("api:absences", "GET", "member.view"),
    Call("api:absences", "POST", "member.edit", {"starts_on": "2036-12-24", "ends_on": "2036-12-31"}),
    Call("api:absence", "DELETE", "member.edit"),
    Call("api:threads", "GET", "approval.view"),
    Call("api:threads", "POST", "approval.comment", {"text": "A word"}),
    Call("api:thread", "PATCH", "approval.comment", {"resolved": True}),
    Call("api:thread_take_time", "POST", "post.schedule", also=frozenset({409})),  # nobody proposed one in that thread
    Call("api:thread_comments", "POST", "approval.comment", {"text": "A word"}),
    Call("api:policy", "GET", "policy.view"),
    Call("api:policy", "PUT", "policy.edit", {"steps": []}),
    Call("api:account_waiting", "GET", "post.view"),
    Call("api:account_mend", "POST", "post.cancel", {"choice": "skip"}, also=frozenset({409})),
)  # fmt: skip
