"""For support: what a workspace asks for, who was asked, and what they said. Nothing is changed here."""

from __future__ import annotations

from django.contrib import admin

from apps.approvals.models import (
    Absence,
    Attachment,
    Comment,
    Decision,
    Escalation,
    Group,
    GroupMember,
    Guest,
    Letter,
    Mailing,
    MailLink,
    Policy,
    Request,
    ReviewedPost,
    ReviewLink,
    SigningKey,
    StepState,
    Thread,
    WorkingHours,
)
from apps.tenants.operator import OperatorAdmin, TenantAdmin


@admin.register(Policy)
class PolicyAdmin(TenantAdmin):
    list_display = (
        "workspace", "version", "allows_self_approval", "bars_links_of_writers", "note", "created_at", "replaced_at",
    )  # fmt: skip
    list_filter = (("replaced_at", admin.EmptyFieldListFilter),)
    list_select_related = ("workspace",)
    show_full_result_count = False


@admin.register(Request)
class RequestAdmin(TenantAdmin):
    list_display = ("post_id", "number", "state", "revision", "due_at", "closed_at")
    list_filter = ("state",)
    search_fields = ("id", "post__id")
    show_full_result_count = False


@admin.register(StepState)
class StepStateAdmin(TenantAdmin):
    list_display = ("request_id", "position", "key", "status", "is_carried", "deadline_at", "overdue_at")
    list_filter = ("status",)
    search_fields = ("request__id",)
    show_full_result_count = False


@admin.register(Decision)
class DecisionAdmin(TenantAdmin):
    list_display = ("request_id", "verdict", "decider_kind", "decider_id", "revision", "decided_at", "hash")
    list_filter = ("verdict",)
    search_fields = ("request__id", "request__post__id")
    show_full_result_count = False


@admin.register(Thread)
class ThreadAdmin(TenantAdmin):
    list_display = ("post_id", "visibility", "revision", "created_at", "resolved_at")
    list_filter = ("visibility",)
    show_full_result_count = False


@admin.register(Comment)
class CommentAdmin(TenantAdmin):
    list_display = ("thread_id", "author_kind", "author_id", "created_at")
    show_full_result_count = False


@admin.register(Attachment)
class AttachmentAdmin(TenantAdmin):
    list_display = ("comment_id", "name", "asset_id", "created_at")
    show_full_result_count = False


@admin.register(SigningKey)
class SigningKeyAdmin(OperatorAdmin):
    """The key itself is shown to nobody; `manage.py signing_key` rotates and replaces it."""

    list_display = ("subject", "is_in_force", "is_own", "valid_until", "retired_at")
    exclude = ("private_key",)


@admin.register(Guest)
class GuestAdmin(TenantAdmin):
    list_display = ("name", "workspace_id", "created_at", "forgotten_at")
    search_fields = ("id",)
    show_full_result_count = False


@admin.register(ReviewLink)
class ReviewLinkAdmin(TenantAdmin):
    list_display = ("guest_id", "kind", "month", "expires_at", "revoked_at", "tries")
    list_filter = ("kind",)
    exclude = ("token_hash", "passcode_hash")
    show_full_result_count = False


@admin.register(ReviewedPost)
class ReviewedPostAdmin(TenantAdmin):
    list_display = ("link_id", "post_id")


@admin.register(Group)
class GroupAdmin(TenantAdmin):
    list_display = ("name", "organization", "workspace", "created_at")
    list_select_related = ("organization", "workspace")
    search_fields = ("id", "name")
    show_full_result_count = False


@admin.register(GroupMember)
class GroupMemberAdmin(TenantAdmin):
    list_display = ("group_id", "user_id", "created_at")
    show_full_result_count = False


@admin.register(WorkingHours)
class WorkingHoursAdmin(TenantAdmin):
    list_display = ("organization", "workspace", "user_id", "timezone", "begins", "ends")
    list_select_related = ("organization", "workspace")
    show_full_result_count = False


@admin.register(Mailing)
class MailingAdmin(TenantAdmin):
    list_display = ("user_id", "choice")
    list_filter = ("choice",)
    show_full_result_count = False


@admin.register(Absence)
class AbsenceAdmin(TenantAdmin):
    list_display = ("user_id", "begins_at", "ends_at", "timezone", "delegate_id")
    show_full_result_count = False


@admin.register(Escalation)
class EscalationAdmin(TenantAdmin):
    list_display = ("request_id", "rule", "deed", "policy_version", "acted_at")
    list_filter = ("deed",)
    search_fields = ("request__id", "request__post__id")
    show_full_result_count = False


@admin.register(Letter)
class LetterAdmin(TenantAdmin):
    """Why somebody has heard, or has not."""

    list_display = ("user_id", "guest_id", "key", "due_at", "tries", "handed_at", "sent_at", "dropped_at", "problem")
    list_filter = (("sent_at", admin.EmptyFieldListFilter), ("dropped_at", admin.EmptyFieldListFilter))
    search_fields = ("user__id", "guest__id", "key")
    show_full_result_count = False


@admin.register(MailLink)
class MailLinkAdmin(TenantAdmin):
    exclude = ("token_hash",)
    list_display = ("request_id", "user_id", "expires_at", "used_at", "used_for")
    search_fields = ("request__id",)
    show_full_result_count = False
