"""Every call of the simulated Pinterest: its path, what answers it, its operation, the limit and scopes it needs."""

from __future__ import annotations

from apps.sandbox.core.calls import Handler, Operation
from apps.sandbox.pinterest import accounts, analytics, boards, login, pins, reading, storage, uploads
from apps.sandbox.pinterest.gate import ACCOUNT_READ, BOARDS_READ, BOARDS_WRITE, PINNING, PINS_READ, PINS_WRITE, api
from apps.sandbox.pinterest.limits import ANALYTICS, READ, WRITE

Row = tuple[str, str, Handler, Operation]

OAUTH: tuple[Row, ...] = (
    ("/oauth/", "GET", login.authorize, "consent"),
    ("/oauth/", "POST", login.authorized, "consent"),
    ("/v5/oauth/token", "POST", login.token, login.operation_of_token),
    ("/v5/oauth/token/revoke", "POST", login.revoke, "revoke"),
)

# The bodies are left for the handlers to read.
UPLOADS: tuple[Row, ...] = (
    ("/media-upload/{id}/", "POST", storage.receive, "stage"),
    ("/media-upload/{id}/", "PUT", storage.refuse_method, "stage"),
)

# Below /v5, and once more for the API Sandbox.
API: tuple[Row, ...] = (
    ("/user_account", "GET", api(accounts.user_account, READ, ACCOUNT_READ), "read"),
    ("/user_account/analytics", "GET", api(analytics.of_account, ANALYTICS, ACCOUNT_READ), "metrics"),
    ("/user_account/analytics/top_pins", "GET", api(analytics.top_pins, ANALYTICS, ACCOUNT_READ), "metrics"),
    (
        "/user_account/analytics/top_video_pins", "GET",
        api(analytics.top_video_pins, ANALYTICS, ACCOUNT_READ), "metrics",
    ),
    ("/boards", "GET", api(boards.list_boards, READ, BOARDS_READ), "read"),
    ("/boards", "POST", api(boards.create, WRITE, BOARDS_READ, BOARDS_WRITE), "edit"),
    ("/boards/{id}/sections", "GET", api(boards.list_sections, READ, BOARDS_READ), "read"),
    ("/boards/{id}/sections", "POST", api(boards.create_section, WRITE, BOARDS_READ, BOARDS_WRITE), "edit"),
    ("/boards/{id}/pins", "GET", api(reading.list_of_board, READ, BOARDS_READ, PINS_READ), "find"),
    ("/pins", "GET", api(reading.list_own, READ, BOARDS_READ, PINS_READ), "find"),
    ("/pins", "POST", api(pins.create, WRITE, *PINNING), "commit"),
    ("/pins/analytics", "GET", api(analytics.of_pins, ANALYTICS, BOARDS_READ, PINS_READ), "metrics"),
    ("/pins/{id}/analytics", "GET", api(analytics.of_pin, ANALYTICS, BOARDS_READ, PINS_READ), "metrics"),
    ("/pins/{id}", "GET", api(reading.get, READ, BOARDS_READ, PINS_READ), "read"),
    ("/pins/{id}", "PATCH", api(pins.edit, WRITE, *PINNING), "edit"),
    ("/pins/{id}", "DELETE", api(pins.delete, WRITE, *PINNING), "delete"),
    ("/pins/{id}/save", "POST", api(pins.save, WRITE, *PINNING), "commit"),
    ("/media", "POST", api(uploads.register, WRITE, PINS_READ, PINS_WRITE), "stage"),
    ("/media", "GET", api(uploads.list_uploads, READ, PINS_READ), "stage"),
    ("/media/{id}", "GET", api(uploads.look, READ, PINS_READ), "stage"),
)  # fmt: skip
