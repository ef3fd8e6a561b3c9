"""The switches of the simulated Instagram, with the plainer behaviour as their default."""

from __future__ import annotations

from typing import Any

APP_ID, APP_SECRET = "900100200300400", "sandbox-instagram-secret"

SETTINGS: dict[str, Any] = {
    # The application of Instagram Login, under both of the names that such things have; client_... is what is checked.
    "client_id": APP_ID,
    "client_secret": APP_SECRET,
    "app_id": APP_ID,
    "app_secret": APP_SECRET,
    "app_name": "Postroom",
    "redirect_uris": "",  # registered addresses, with commas between them; "": any
    "declined_scopes": "",
    "wrapped_token_answer": False,
    "permissions_as_list": False,
    # Containers and what they may be told.
    "container_seconds": 2,
    "fetch_patience_seconds": 5,
    "fetch_errors_in_status": False,
    "reel_megabytes": 300,
    "index_first": False,  # a video whose index is not at its beginning fails, as the documentation says
    "no_edit_lists": False,  # the documentation forbids them, and most encoders write them
    "video_megabits": 25,  # per second, at most
    "strict_parameters": False,
    "shares_reels_to_feed": True,  # what a reel does that says nothing of share_to_feed
    "most_collaborators": 3,  # elsewhere the documentation says 5
    "carousel_collaborators": True,
    "unknown_products": "",  # ids with commas between them, of products that cannot be tagged
    "trial_reels": True,
    "resumable_with_instagram_login": True,  # documented, but nobody has been seen to use it
    # Publishing.
    "daily_posts": 50,
    "daily_containers": 400,
    "stories_count": True,  # against the day's posts: not said
    "visible_after_seconds": 0,  # so long publishing a container answers 24/2207008
    "suspected_spam": "",  # "blocked" or "published": 4/2207051, and in the second case the post is live all the same
    # Reading.
    "comment_authors": True,
    "page_token_blind_seconds": 0,
    "role_through_business": False,  # Facebook Login needs ads_management or ads_read
    # Insights.
    "settling_days": 0,  # for so long after its end a day is told as nine tenths of what it will have been
    "followers": 0,  # of every account instead of its own number; under 100 some figures are not told
    "silent_without_scope": False,
    "withheld_metrics": "",
    "insights_lag_hours": 0,
    # Refusals and limits.
    "refuse_with": "",  # "code" or "code/subcode": what the operations below are answered with
    "refuse_operations": "commit",
    "daily_calls": 48000,
    "usage_headers": True,
    # Notices.
    "webhook_url": "",
    "webhook_verify_token": "",
    "webhook_copies": 1,
    "webhook_shape": "changes",
    "signs_with_meta_secret": False,
    "deauthorize_url": "",
    "deletion_url": "",
}
