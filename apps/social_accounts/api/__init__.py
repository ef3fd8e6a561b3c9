"""Operations on accounts, and on the sessions that connect them."""

from __future__ import annotations

from apps.social_accounts.errors import ConnectionRefused, ReturnRefused
from apps.tenants.rest import problems
from apps.tenants.rest.problems import Problem


@problems.of(ConnectionRefused)
def _refused(error: ConnectionRefused) -> Problem:
    if error.field:
        return problems.invalid(f"/{error.field}", error.words, code=str(error.reason))
    return Problem(409, str(error.reason), error.words)


@problems.of(ReturnRefused)
def _not_listed(error: ReturnRefused) -> Problem:
    return problems.invalid("/return_url", error.words, code="return_url_not_allowed")
