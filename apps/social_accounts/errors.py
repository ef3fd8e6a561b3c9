"""What can go wrong between Postroom and an account, in words for the person who connects it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final
from uuid import UUID


class Reason(StrEnum):
    """Why nothing was connected, for programs and for pages in other languages. Part of return addresses: never
    renamed."""

    ACCESS_DENIED = "access_denied"  # the person said no at the platform
    EXPIRED = "expired"  # unknown, used, too old, or begun in another browser or by somebody else
    REFUSED = "refused"  # the platform did not complete the sign-in
    WRONG_ACCOUNT = "wrong_account"  # a reconnect as somebody else
    NO_ACCOUNTS = "no_accounts"  # the consent gave nothing that can be published to
    NOT_SET_UP = "not_set_up"  # there is no app for the platform, or it is gone
    BAD_ADDRESS = "bad_address"
    BAD_PASSWORD = "bad_password"
    UNREACHABLE = "unreachable"  # the platform is ill or busy
    NOTHING_CHOSEN = "nothing_chosen"
    CHOSEN_ALREADY = "chosen_already"
    LIMIT_REACHED = "limit_reached"
    NOT_OFFERED = "not_offered"  # the platform is not among those that may be connected here
    CLOSED = "closed"  # the link is used up, withdrawn or over


NO_SANDBOX: Final = (
    "This is a test workspace, and no simulated platforms run beside this Postroom to test with. Whoever runs it "
    "starts them and names them in TEST_SANDBOX_URL. Nothing was sent to a real platform."
)


class NoSandbox(Exception):
    """Something is only a test, and there is no simulation to send it to."""

    def __init__(self) -> None:
        super().__init__(NO_SANDBOX)
        self.words = NO_SANDBOX


class ConnectionRefused(Exception):
    """Nothing was connected. `words` say why and what to do; `field` names the input at fault, if one is; `session_id`
    the journey that ended with it."""

    def __init__(
        self, words: str, *, reason: Reason = Reason.REFUSED, field: str = "", session_id: UUID | None = None
    ) -> None:
        super().__init__(words)
        self.words = words
        self.reason = reason
        self.field = field
        self.session_id = session_id


class ReturnRefused(Exception):
    """An address to return to, or its origin, is not one. `words` say why."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class LostRefresh(Exception):
    """Another worker refreshed this grant meanwhile; read it again."""


class NotConnected(Exception):
    """The account has no living credential: it must be reconnected before anything is sent."""


class AppRefused(Exception):
    """An app of an organization was not stored, or did not pass. `words` say why; `field` names the input at fault."""

    def __init__(self, words: str, *, field: str = "") -> None:
        super().__init__(words)
        self.words = words
        self.field = field


class AppReplaced(Exception):
    """So many accounts hang on the app that would be replaced; somebody has to say that it is meant."""

    def __init__(self, accounts: int) -> None:
        super().__init__(f"{accounts} accounts hang on the app in use")
        self.accounts = accounts
