"""How long what a consent gave lives, as a platform documents it: for what its answers leave out, and for forecasts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """`access` and `refresh` are documented lives; None where there is no end, or the adapter always tells it.

    `renews_alone`: an access token is exchanged for a younger one, without a refresh token, while it is alive.
    `rolling`: each refresh gives the refresh token a whole new life, so that it ends only where nobody refreshes; where
    it is False, the refresh token ends so long after the person's consent, whatever we do.
    """

    access: timedelta | None = None
    refresh: timedelta | None = None
    renews_alone: bool = False
    rolling: bool = True

    def access_end(self, issued_at: datetime, expires_at: datetime | None) -> datetime | None:
        """When an access token ends: as the platform said, or else as it documents."""
        if expires_at is not None or self.access is None:
            return expires_at
        return issued_at + self.access

    def renews(self, *, has_refresh_token: bool) -> bool:
        """Whether new tokens come without a person."""
        return has_refresh_token or self.renews_alone
