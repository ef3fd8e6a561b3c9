"""The switches of the simulated TikTok with their defaults; docs/guides/sandbox.md says what each is for."""

from __future__ import annotations

from typing import Any

from apps.sandbox.tiktok.access import RATES, SCOPES

SETTINGS: dict[str, Any] = {
    # The application; `client_key` is TikTok's own word and the one that counts.
    "client_key": "sandbox-tiktok-client",
    "client_id": "sandbox-tiktok-client",
    "app_id": "sandbox-tiktok-client",
    "client_secret": "sandbox-tiktok-secret",
    "app_secret": "sandbox-tiktok-secret",
    "app_name": "Postroom",
    "app_type": "web",
    "app_scopes": ",".join(SCOPES),
    "redirect_uris": "",
    "https_only": False,
    "verified": "127.0.0.1,localhost",
    "audited": True,
    # Login and tokens
    "declined_scopes": "",
    "code_seconds": 600,
    "access_seconds": 7200,
    "refresh_seconds": 15_552_000,
    "rotates": True,
    "oauth_error_status": 400,
    "revoke_body": "",
    "scope_permission_status": 403,
    # Limits; 0 is no limit
    **RATES,
    "daily_posts": 15,
    "active_users": 0,
    "unaudited_users": 5,
    "pending_drafts": 5,
    # Publishing
    "invalid_param_code": "invalid_params",
    "refuse_unknown_fields": False,
    "needs_brand_content_toggle": True,
    "branded_is_shown": True,
    "megabyte_bytes": 1_048_576,
    "max_video_bytes": 4 * 1024**3,
    "range_names_last_byte": False,
    "finished_status": 201,
    "expired_upload_fails": True,
    "publish_id_days": 0,
    "video_seconds": 3,
    "photo_seconds": 2,
    "moderation_seconds": 3,
    "failure_reason": "internal",
    "min_video_seconds": 3,
    "photo_shorter_side": 1080,
    "photo_longer_side": 1920,
    "post_ids": "numbers",
    # Reading
    "silent_without_scope": True,
    "list_lag_seconds": 0,
    "photos_listed": True,
    # Webhooks
    "webhook_url": "",
    "webhook_copies": 1,
    "resigns_retries": True,
    "reason_name": "reason",
}
