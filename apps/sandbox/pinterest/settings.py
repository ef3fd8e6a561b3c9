"""The switches of the simulated Pinterest, with the plainer behaviour as their default."""

from __future__ import annotations

from typing import Any

APP_ID, APP_SECRET = "1500100200300", "sandbox-pinterest-secret"

SETTINGS: dict[str, Any] = {
    # The application that may log people in, under both of the names that such things have; client_... is checked.
    "client_id": APP_ID,
    "client_secret": APP_SECRET,
    "app_id": APP_ID,
    "app_secret": APP_SECRET,
    "app_name": "Postroom",
    "app_owner": "northlight",  # whose account client_credentials opens
    "redirect_uris": "",  # registered addresses, with spaces between them; "": any web address
    "access": "standard",  # or trial
    "trial_pins": "refused",  # what a trial application's pins are: refused, or private as they once were
    # Tokens.
    "old_app": True,  # made before 2025-09-25: it has to ask for continuous refresh
    "scope_separator": " ",  # in the answer
    "declined_scopes": "",  # scopes that whoever allows leaves out
    "single_use_refresh": False,  # true: a refresh token is dead once it was used
    "dead_grant_status": 400,  # how a code or refresh token that is no good is told
    "dead_grant_code": 283,
    # The account.
    "account_type": "BUSINESS",  # or PINNER
    "tells_id": True,  # false: /user_account has no id, as in old minor versions
    # Answers.
    "created_status": 201,  # or 200
    "zone_in_times": False,  # true: created_at ends in Z
    "oldest_first": False,  # the order of lists of pins, which is not documented
    "list_lag_seconds": 0,  # how late lists of pins know of a new one
    "normalises": False,  # true: texts are kept trimmed and in composed Unicode, links with a path
    # What a pin may be.
    "max_description": 800,  # the help pages say 500
    "max_image_megabytes": 20,
    "max_request_megabytes": 20,
    "min_image_side": 100,
    "only_jpeg_and_png": False,  # true: pictures by address in other formats are refused, too
    "equal_carousel_sizes": True,
    "https_only": False,  # true: pictures are fetched by https alone, as on the real platform
    "blocked_domains": "bit.ly tinyurl.com",
    "refuse_unknown_fields": True,
    # Videos.
    "video_seconds": 5,  # processing of an upload
    "transcode_seconds": 10,  # so long a new pin does not know the size and length of its video
    "upload_minutes": 60,  # how long an upload policy holds
    "kept_upload_hours": 36,  # how long a video is kept for a pin; not documented
    "upload_status": 204,  # or 201
    "max_video_megabytes": 2048,
    # Limits; 0: none.
    "per_second": 100,
    "org_read_per_minute": 1000,
    "org_write_per_minute": 100,
    "org_analytics_per_minute": 300,
    "trial_daily": 1000,
    "limit_headers": "current",  # old (x-userendpoint-...), or none
    "retry_after": False,  # true: a 429 also says Retry-After
    "rate_limit_code": 8,  # 7 has been seen, too
    # Analytics.
    "analytics_lag_days": 2,  # so many days are estimates
    "refuse_video_metrics_on_images": True,
    "many_pins_analytics": False,  # the beta endpoint
    # "403/3/Your application is not approved": those operations are refused with this status, code and message.
    "refuse_with": "",
    "refuse_operations": "commit",
}
