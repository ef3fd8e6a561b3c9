"""Switches, and what they are unless somebody changes them."""

from __future__ import annotations

from typing import Any

from apps.sandbox.google import settings as google

DEFAULTS: dict[str, Any] = {
    **google.of("sandbox-google-business-client", "sandbox-google-business-secret"),
    # The project
    "approved": True,  # false: no request at all is granted, as before Google has approved a project
    "disabled_apis": "",  # names of `access.Api` with spaces between
    "queries_per_minute": 300,  # of each v1 API; 0: no limit
    "v4_queries_per_minute": 300,
    "edits_per_minute": 10,  # of each location
    "edit_methods": "PATCH",  # whether POST and DELETE count is not documented
    "refusal": "",  # any status or detail of errors.py, for the paths that `refusal_path` finds
    "refusal_path": "",
    "refuses_unknown_names": True,
    "names_codes": False,  # true: an ErrorDetail's code is its name, not a number
    # Accounts and locations
    "more_channels": 0,
    "listed_twice": False,  # true: the personal account lists the locations of the groups, too
    "location_problem": "",
    "location_problem_of": "",  # the handle it is about; empty: all
    "unverified_status": "PERMISSION_DENIED",  # or FAILED_PRECONDITION
    # Posts
    "post_seconds": 20,
    "rejection_seconds": 0,  # so long after processing a rejection comes
    "reviews_edits": True,
    "rejects_phone_numbers": True,
    "rejects_duplicates": False,
    "max_summary": 1500,
    "max_event_title": 58,
    "max_terms": 5000,
    "requires_content": True,
    "requires_times": True,
    "takes_recurrence": True,
    "takes_alerts": False,
    "offer_action": "refused",  # or "ignored"
    "oldest_first": False,
    # Photos
    "max_photos": 1,
    "min_photo_bytes": 0,
    "max_photo_bytes": 5_242_880,
    "min_photo_side": 250,
    "photo_failure": "",  # "fetch" or "upload"
    "echoes_source_url": False,
    # Figures
    "metrics_lag_days": 3,
    "metrics_months": 18,
}
