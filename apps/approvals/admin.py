"""For support: what a workspace asks for, who was asked, and what they said. Nothing is changed here."""

from __future__ import annotations

from django.contrib import admin

from apps.approvals.models import Attachment, Comment, Decision, Policy, Request, SigningKey, StepState, Thread
from apps.tenants.operator import OperatorAdmin, TenantAdmin


@admin.register(Policy)
class PolicyAdmin(TenantAdmin):
    list_display = ("workspace", "version", "allows_self_approval", "note", "created_at", "replaced_at")
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
