"""Who may open what, address by address: the table that the walk of strangers compares with what happens.

An address of ours without a row here turns the walk red. `permission` is what the deed needs, which may be more than
what opens the page; a row for each method. `of` picks another row of the world than the usual one for the named part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

PUBLIC: Final = "(public)"
SIGNED_IN: Final = "(signed in)"


@dataclass(frozen=True, slots=True)
class Deed:
    name: str
    method: str
    permission: str
    of: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, str] = field(default_factory=dict)
    also: frozenset[int] = frozenset()  # further answers to somebody who may
    is_shared: bool = False  # about a row of the organization, which members of each workspace may use

    def __str__(self) -> str:
        return f"{self.method} {self.name} {' '.join(self.data.values())}".strip()


def get(name: str, permission: str, **options: object) -> Deed:
    return Deed(name, "GET", permission, **options)  # type: ignore[arg-type]


def post(name: str, permission: str, **options: object) -> Deed:
    return Deed(name, "POST", permission, **options)  # type: ignore[arg-type]


DEEDS: Final = (
    # --- dashboard
    get("dashboard:healthz", PUBLIC, also=frozenset({503})),
    get("dashboard:favicon", PUBLIC),
    get("dashboard:home", "post.view"),
    get("dashboard:first_run", "post.view"),
    get("dashboard:calendar", "post.view"),
    get("dashboard:month", "post.view"),
    get("dashboard:search", "post.view", data={"q": "draft"}),
    get("dashboard:accounts", "account.view"),
    get("dashboard:account", "account.view"),
    get("dashboard:risks", "account.view"),
    post("dashboard:preferences", SIGNED_IN, data={"theme": "dark"}),
    get("dashboard:compose", "post.edit"),
    post("dashboard:compose", "post.edit", data={"action": "draft", "text": "Hello"}),
    post("dashboard:compose", "post.schedule", data={"action": "schedule", "text": "Hello"}),
    post("dashboard:compose", "post.publish", data={"action": "publish_now", "text": "Hello"}),
    post("dashboard:compose_preview", "post.edit"),
    get("dashboard:compose_pick", "post.edit"),
    post("dashboard:compose_piece", "post.edit"),
    get("dashboard:edit", "post.edit"),
    post("dashboard:edit", "post.edit", data={"action": "draft", "text": "Hello"}),
    post("dashboard:edit", "post.schedule", data={"action": "schedule", "text": "Hello"}),
    # --- publishing
    get("publishing:list", "post.view"),
    get("publishing:media_work", "post.view"),
    post("publishing:prepare_media", "post.schedule"),
    get("publishing:post", "post.view"),
    post("publishing:cancel", "post.cancel", of={"post_id": "planned"}),
    post("publishing:publish_now", "post.publish", of={"post_id": "planned"}),
    post("publishing:delete", "post.edit"),
    post("publishing:retry_all", "publication.retry", of={"post_id": "failed_post"}),
    post("publishing:take_down_all", "publication.remove", of={"post_id": "published_post"}),
    post("publishing:sort", "post.edit"),
    get("posts:labels", "post.view"),
    get("posts:label_new", "post.edit"),
    post("posts:label_new", "post.edit", data={"name": "Evergreen", "colour": "teal"}),
    get("posts:label", "post.edit"),
    post("posts:label", "post.edit", data={"name": "Evergreen", "colour": "teal"}),
    post("posts:label_remove", "post.edit"),
    get("posts:campaigns", "post.view"),
    get("posts:campaign_new", "post.edit"),
    post("posts:campaign_new", "post.edit", data={"name": "Spring", "colour": "teal"}),
    get("posts:campaign", "post.edit"),
    post("posts:campaign", "post.edit", data={"name": "Spring", "colour": "teal"}),
    post("posts:campaign_remove", "post.edit"),
    get("posts:templates", "post.view"),
    get("posts:template_new", "post.edit"),
    post("posts:template_new", "post.edit", data={"name": "Opening", "text": "We are open"}),
    get("posts:template", "post.edit"),
    post("posts:template", "post.edit", data={"name": "Opening", "text": "We are open"}),
    post("posts:template_remove", "post.edit"),
    get("publishing:publication", "post.view"),
    post("publishing:cancel_publication", "post.cancel"),
    get("publishing:correct", "post.edit", of={"publication_id": "failed"}),
    post("publishing:correct", "post.edit", data={"action": "save", "text": "Hello"}),
    post(
        "publishing:correct",
        "publication.retry",
        of={"publication_id": "failed"},
        data={"action": "again", "text": "Hello"},
    ),
    post("publishing:retry", "publication.retry", of={"publication_id": "failed"}),
    post("publishing:resume", "publication.retry", of={"publication_id": "held"}),
    post("publishing:decide_out", "publication.decide", of={"publication_id": "needs_attention"}),
    post("publishing:decide_not_out", "publication.decide", of={"publication_id": "needs_attention"}),
    post("publishing:decide_leave", "publication.decide", of={"publication_id": "needs_attention"}),
    post("publishing:retry_follow_up", "publication.retry"),
    get("publishing:change", "publication.edit", of={"publication_id": "published"}),
    post(
        "publishing:change",
        "publication.edit",
        of={"publication_id": "published"},
        data={"action": "save", "text": "Hello"},
    ),
    post("publishing:take_down", "publication.remove", of={"publication_id": "published"}),
    post("publishing:said_removed", "publication.remove", of={"publication_id": "published"}),
    post("publishing:take_down_follow_up", "publication.remove"),
    post("publishing:mend", "publication.retry", data={"choice": "resume"}),
    post("publishing:mend", "post.schedule", data={"choice": "shift"}),
    post("publishing:mend", "post.cancel", data={"choice": "skip"}),
    # --- approvals: who is asked is the policy's matter; in the world everybody who decides is
    get("approvals:index", "approval.view"),
    get("approvals:index", "approval.view", data={"view": "board"}),
    post("approvals:bulk", "approval.decide", data={"read": "yes"}),
    get("approvals:review", "approval.view"),
    post("approvals:decide", "approval.decide", data={"verdict": "approve"}),
    post("approvals:decide", "approval.decide", data={"verdict": "reject", "note": "Not like this"}),
    post("approvals:decide_with_edits", "approval.decide", data={"text": "Better"}),
    post("approvals:withdraw", "approval.request"),
    post("approvals:comment", "approval.comment", data={"text": "A word"}),
    post("approvals:resolve", "approval.comment"),
    get("approvals:index", "approval.view", data={"clients": "all", "by": "step"}),
    get("approvals:figures", "approval.view"),
    get("approvals:log", "audit.view"),
    get("approvals:log_file", "audit.view"),
    get("approvals:record", "approval.view"),
    get("approvals:record_of_month", "approval.view"),
    get("approvals:of_post", "approval.view", of={"post_id": "asked"}),
    post("approvals:submit", "approval.request", of={"post_id": "unasked"}),
    get("approvals:policy", "policy.view"),
    post("approvals:policy", "policy.edit", data={"action": "options"}),
    # --- stops and publishing windows
    get("stops:index", "post.view"),
    get("stops:organization", "organization.stop"),
    post("stops:organization", "organization.stop", data={"reason": "A recall"}),
    get("stops:platform", "organization.stop"),
    post("stops:platform", "organization.stop", data={"reason": "A recall"}),
    get("stops:workspace", "publishing.stop"),
    post("stops:workspace", "publishing.stop", data={"reason": "A recall"}),
    get("stops:account", "publishing.stop"),
    post("stops:account", "publishing.stop", data={"reason": "A recall"}),
    get("stops:stop", "post.view"),
    post("stops:stop", "publishing.stop", data={"choice": "review"}),
    post("stops:each", "publishing.stop"),
    get("windows:windows", "workspace.edit"),
    post("windows:windows", "workspace.edit", data={"action": "pace"}),
    # --- queues
    get("queues:index", "queue.view"),
    post("queues:index", "queue.edit", data={"name": "Offers"}),
    get("queues:queue", "queue.view"),
    post("queues:queue", "queue.edit", data={"action": "pause"}),
    post("queues:join", "post.schedule"),
    # --- social accounts
    get("social_accounts:bluesky_client", PUBLIC, also=frozenset({404})),
    get("social_accounts:bluesky_keys", PUBLIC, also=frozenset({404})),
    get("social_accounts:connect", "account.connect"),
    post("social_accounts:connect", "account.connect"),
    get("social_accounts:callback", PUBLIC, also=frozenset({400})),
    # A journey to a platform belongs to the person who began it, in their browser.
    get("social_accounts:channels", "account.connect", also=frozenset({404})),
    post("social_accounts:channels", "account.connect", also=frozenset({404})),
    post("social_accounts:reconnect", "account.connect"),
    post("social_accounts:reconnect_link", "account.connect"),
    post("social_accounts:check", "account.connect"),
    post("social_accounts:disconnect", "account.disconnect"),
    # --- how an organization connects
    get("social_accounts:portal_links", "account.connect"),
    post("social_accounts:portal_links", "account.connect", data={"platforms": "mastodon", "days": "7"}),
    post("social_accounts:portal_link_revoke", "account.connect"),
    get("connections:branding", "organization.edit"),
    post("connections:branding", "organization.edit", data={"colour": "#1f7a5c"}),
    # Whoever has a link's token has no seat; here they have none.
    get("portal:home", PUBLIC, also=frozenset({404})),
    post("portal:start", PUBLIC, also=frozenset({404})),
    get("portal:brand_sheet", PUBLIC, also=frozenset({404})),
    get("portal:logo", PUBLIC, also=frozenset({404})),
    get("portal:channels", PUBLIC, also=frozenset({404})),
    post("portal:channels", PUBLIC, also=frozenset({404})),
    get("portal:done", PUBLIC, also=frozenset({404})),
    get("connections:return_origins", "app.edit"),
    post("connections:return_origins", "app.edit", data={"origin": "https://app.example.com"}),
    post("connections:return_origin_remove", "app.edit"),
    get("connections:apps", "app.edit"),
    get("connections:app", "app.edit", of={"platform": "app_platform"}),
    post("connections:app", "app.edit", of={"platform": "app_platform"}, data={"client_id": "1", "client_secret": "2"}),
    post("connections:app_test", "app.edit", of={"platform": "app_platform"}),
    post("connections:app_remove", "app.edit", of={"platform": "app_platform"}),
    # --- media
    get("media:public", PUBLIC, also=frozenset({404})),
    get("dashboard:library", "media.view"),
    get("dashboard:shelf", "media.view", is_shared=True),
    get("dashboard:asset", "media.view"),
    post("dashboard:replace_asset", "media.upload"),
    post("media:add", "media.upload"),
    post("media:fetch", "media.upload", data={"url": "https://127.0.0.1/a.png"}),
    get("dashboard:arriving", "media.view"),
    post("media:arrange", "media.edit", data={"action": "trash"}),
    post("media:make_folder", "media.edit", data={"name": "Summer"}),
    post("media:change_folder", "media.edit", data={"name": "Winter"}),
    post("media:shelf_take", "media.upload", is_shared=True),
    post("media:shelf_remove", "media.shelve", is_shared=True),
    get("media:shelf_show", "media.view", is_shared=True),
    post("media:captions_add", "media.edit"),
    post("media:captions_remove", "media.edit"),
    get("media:show", "media.view"),
    get("media:thumbnail", "media.view"),
    get("media:file", PUBLIC, also=frozenset({404})),
    post("media:upload_create", "media.upload"),
    get("media:upload", "media.upload"),
    post("media:upload_parts", "media.upload"),
    post("media:upload_complete", "media.upload"),
    post("media:describe", "media.edit", data={"alt": "A teal square"}),
    post("media:remove", "media.edit"),
    # --- webhooks: platforms prove who they are by their signatures
    get("webhooks:inbound", PUBLIC, also=frozenset({404})),
    post("webhooks:inbound", PUBLIC, also=frozenset({401, 404})),
    get("webhooks:inbound_of_app", PUBLIC, of={"platform": "heard_platform"}, also=frozenset({404})),
    post("webhooks:inbound_of_app", PUBLIC, of={"platform": "heard_platform"}, also=frozenset({401})),
    # --- analytics
    get("analytics:overview", "analytics.view"),
    get("analytics:imports", "analytics.view"),
    post("analytics:start_import", "import.start"),
    post("analytics:retry_import", "import.start", of={"import_id": "failed_import"}),
    post("analytics:delete_import", "import.start"),
    # --- watch: the bar and the status page are for everybody; here no organization shows one
    get("watch:on_time", "post.view"),
    get("watch:organization", "organization.view"),
    post("watch:status_page", "organization.edit", data={"action": "on"}),
    get("watch:pause", PUBLIC),
    get("watch:status", PUBLIC, also=frozenset({404})),
    # --- compliance: so do they when a person leaves; the code of a request is what its page is found by
    post("compliance:deauthorize", PUBLIC, also=frozenset({401, 404})),
    post("compliance:deletion", PUBLIC, also=frozenset({401, 404})),
    post("compliance:deauthorize_of_app", PUBLIC, of={"platform": "heard_platform"}, also=frozenset({401})),
    post("compliance:deletion_of_app", PUBLIC, of={"platform": "heard_platform"}, also=frozenset({401})),
    get("compliance:deletion_status", PUBLIC, also=frozenset({404})),
    post("compliance:erase", "organization.erase"),
    post("compliance:erasure_undo", "organization.erase"),
    get("compliance:erasure_certificate", PUBLIC, also=frozenset({404})),
    get("compliance:exports", "organization.export"),
    post("compliance:exports", "organization.export"),
    get("compliance:export_file", "organization.export", also=frozenset({404})),
    get("hooks:list", "webhook.view"),
    get("hooks:make", "webhook.edit"),
    post("hooks:make", "webhook.edit", data={"url": "https://example.com/"}),
    get("hooks:endpoint", "webhook.view"),
    get("hooks:change", "webhook.edit"),
    post("hooks:change", "webhook.edit", data={"url": "https://example.com/"}),
    post("hooks:test", "webhook.edit"),
    post("hooks:rotate", "webhook.edit"),
    post("hooks:pause", "webhook.edit"),
    post("hooks:resume", "webhook.edit"),
    post("hooks:again", "webhook.edit", data={"since": "2026-11-01T00:00"}),
    post("hooks:remove", "webhook.edit"),
    get("hooks:delivery", "webhook.view"),
    post("hooks:again_one", "webhook.edit"),
    # --- the REST API: who reads what it can do needs no key
    get("api:openapi", PUBLIC),
    get("api:swagger", PUBLIC),
    get("api:redoc", PUBLIC),
    get("developers:index", PUBLIC),
    get("developers:guide", PUBLIC),
    # --- tenants
    get("tenants:audit", "audit.view"),
    get("tenants:audit_file", "audit.view"),
    get("tenants:keys", "key.view"),
    get("tenants:key_make", "key.edit"),
    post("tenants:key_make", "key.edit", data={"name": "Ours", "mode": "live", "scopes": "posts:read"}),
    post("tenants:key_roll", "key.edit"),
    post("tenants:key_revoke", "key.edit"),
    get("tenants:index", "organization.enter"),
    get("tenants:profile", "organization.enter"),
    post("tenants:profile", "organization.enter", data={"name": "Somebody"}),
    get("usage:usage", "usage.view"),
    get("usage:invoice", "usage.view"),
    post("usage:own_limit", "organization.edit", data={"monthly": "5"}),
    get("tenants:organization", "organization.edit"),
    post("tenants:organization", "organization.edit", data={"name": "Renamed", "timezone": "UTC"}),
    get("tenants:organization_create", SIGNED_IN),
    post("tenants:organization_create", SIGNED_IN, data={"name": "Another", "timezone": "UTC"}),
    post("tenants:leave", "organization.enter"),
    get("tenants:switch", SIGNED_IN),
    post("tenants:switch", SIGNED_IN),
    get("tenants:workspaces", "organization.enter"),
    get("tenants:workspace_create", "workspace.create"),
    post("tenants:workspace_create", "workspace.create", data={"name": "One more", "timezone": "UTC"}),
    get("tenants:workspace_edit", "workspace.edit"),
    post("tenants:workspace_edit", "workspace.edit", data={"name": "Renamed", "timezone": "UTC"}),
    post("tenants:workspace_archive", "workspace.archive"),
    post("tenants:workspace_restore", "workspace.archive"),
    get("tenants:members", "member.view"),
    get("tenants:invite", "member.invite"),
    post("tenants:invite", "member.invite", data={"email": "new@example.org", "role": "admin"}),
    get("tenants:member", "member.edit"),
    post("tenants:member", "member.edit", data={"role": "admin"}),
    post("tenants:member_remove", "member.remove"),
    post("tenants:invitation_send_again", "member.invite"),
    post("tenants:invitation_revoke", "member.invite"),
    get("tenants:invitation", PUBLIC, also=frozenset({410})),
    post("tenants:invitation_accept", SIGNED_IN, also=frozenset({409})),
    get("tenants:join", PUBLIC, also=frozenset({410})),
)

# Pages of django-allauth, which guards them itself: open to everybody, or only after signing in.
FOREIGN_PUBLIC: Final = frozenset({
    "account_login", "account_logout", "account_inactive", "account_signup", "account_email_verification_sent",
    "account_confirm_email", "account_reset_password", "account_reset_password_done", "account_reset_password_from_key",
    "account_reset_password_from_key_done", "account_confirm_login_code", "mfa_authenticate", "mfa_login_webauthn",
})  # fmt: skip
FOREIGN_SIGNED_IN: Final = frozenset({
    "account_reauthenticate", "account_email", "account_change_password", "account_set_password", "mfa_index",
    "mfa_reauthenticate", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes", "mfa_download_recovery_codes", "mfa_list_webauthn", "mfa_add_webauthn",
    "mfa_reauthenticate_webauthn", "mfa_remove_webauthn", "mfa_edit_webauthn",
})  # fmt: skip
# Django admin, for operators alone.
OPERATOR: Final = ("admin:", "operator/")
