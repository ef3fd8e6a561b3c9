"""The switches of the simulated Facebook, with the plainer behaviour as their default."""

from __future__ import annotations

from typing import Any

from apps.sandbox.facebook.access import PAGE_SCOPES

APP_ID, APP_SECRET = "800100200300400", "sandbox-facebook-secret"

SETTINGS: dict[str, Any] = {
    # The application that may log people in, under both of the names that such things have; app_... is what is checked.
    "app_id": APP_ID,
    "app_secret": APP_SECRET,
    "client_id": APP_ID,
    "client_secret": APP_SECRET,
    "app_name": "Postroom",
    "redirect_uris": "",  # registered addresses, with commas between them; "": any
    "require_appsecret_proof": False,
    "config_id": "800500600700",  # of Facebook Login for Business: all of its permissions are granted, or none
    "config_scopes": ",".join(PAGE_SCOPES),
    # What the person in the dialog does, besides choosing and allowing.
    "declined_scopes": "",
    "no_page_ticked": False,
    "more_channels": 0,  # how many of the other Pages the person manages, too
    "tasks": "ANALYZE,ADVERTISE,MODERATE,CREATE_CONTENT,MANAGE",
    "pages_in_business": False,  # the Pages belong to a business, and /me/accounts does not list them
    "linked_instagram": False,
    # Tokens.
    "short_token_seconds": 5400,
    "expires_in_missing": False,
    "reexchange_renews": True,  # uncertain whether a long token for a long token moves the end
    "granular_targets": True,  # target_ids is absent where a grant covers everything
    "data_access_ends": False,  # 90 days after the last login, lists are empty though the token is valid
    # Reading.
    "silent_without_scope": False,  # without its permission, a list is empty instead of refused
    "sparse_pages": False,  # the first page of every list is empty and has a next one
    "page_likes": 0,  # for every Page instead of its own number; under 100 there are no insights
    "refused_metrics": "",
    # Publishing.
    "max_text": 63206,
    "max_comment": 8000,
    "most_attached": 0,
    "photo_megabytes": 10,
    "unpublished_photo_hours": 24,
    "refuse_duplicates": False,
    "scrape_links": False,
    "text_format_presets": "100000000000001,100000000000002",
    # Videos.
    "video_formats": "video/mp4 video/quicktime",  # of feed videos
    "video_hours": 4,  # the longest feed video
    "video_seconds": 5,
    "fails_after_publishing": False,  # a video that fails was published first, and its post goes when it is processed
    "upload_seconds": 2,
    "fresh_video_seconds": 0,  # so long a new video can not be read yet
    "chunk_bytes": 4 * 1024 * 1024,
    "upload_hours": 24,
    "daily_reels": 30,
    "documented_spelling": False,  # `completed` and `bytes_transfered`, as the documents have it
    "story_archive": False,
    # Refusals and limits.
    "refuse_with": "",  # "code" or "code/subcode": what the operations below are answered with
    "refuse_operations": "commit",
    "refuse_ended_versions": False,
    "page_calls_per_day": 48000,
    "user_calls_per_hour": 200,
    "app_calls_per_hour": 20000,
    # Notices.
    "webhook_url": "",
    "webhook_fields": "feed,mention",
    "webhook_copies": 1,
    "deauthorize_url": "",
    "deletion_url": "",
}
