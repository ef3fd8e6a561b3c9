"""The page in the browser where a person chooses an account and allows or denies the application.

async def authorize(call):                      # GET /oauth/authorize
    ... refuse what must be refused without a page ...
    return consent.ask(call, app_name="Postroom", scopes=[...], data={"redirect_uri": ..., "state": ...})

async def authorized(call):                     # POST to the same path
    decision = consent.decide(call)             # raises Refusal for a form that is unknown, used or too old
    decision.data, decision.account             # account is None when the person denied
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from apps.sandbox.core.calls import Refusal
from apps.sandbox.core.html import Markup, join, page, render
from apps.sandbox.core.rows import Account

if TYPE_CHECKING:
    from apps.sandbox.core.calls import Call

LIVES = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Decision:
    data: dict[str, Any]
    account: Account | None


def ask(call: Call, *, app_name: str, scopes: Sequence[str], data: dict[str, Any], hint: str = "") -> Response:
    """Show the page. `data` comes back with the decision; `hint` is a handle or id that is chosen beforehand."""
    ticket = secrets.token_urlsafe(24)
    call.world.box(call.platform.name, "consent").put(ticket, data, lives=LIVES)
    accounts = call.world.accounts(call.platform.name)
    chosen = next((account for account in accounts if hint in {account.handle, account.id}), None) or accounts[0]
    body = render(
        "consent.html",
        platform=call.platform.title,
        platform_name=call.platform.name,
        app_name=app_name,
        action=call.path,
        ticket=ticket,
        accounts=join([_choice(account, is_chosen=account.id == chosen.id) for account in accounts]),
        scopes=join([render("scope.html", scope=scope) for scope in scopes]),
    )
    return page(f"Connect {app_name} to {call.platform.title}", body)


def decide(call: Call) -> Decision:
    data = call.world.box(call.platform.name, "consent").take(call.fields.text("ticket"))
    if data is None:
        raise Refusal(problem("This page has been used already or is too old. Go back and connect again.", status=400))
    if call.fields.text("decision") != "allow":
        return Decision(data, None)
    account = call.world.account(call.platform.name, call.fields.text("account"))
    if account is None:
        raise Refusal(problem("There is no such account here.", status=400))
    call.account = account
    return Decision(data, account)


def problem(words: str, *, status: int) -> Response:
    """A page that says what is wrong, for a request that must not be redirected."""
    return page("This did not work", render("problem.html", words=words), status=status)


def _choice(account: Account, *, is_chosen: bool) -> Markup:
    return render(
        "choice.html",
        id=account.id,
        handle=account.handle,
        name=account.name,
        initials=account.initials,
        checked=Markup(" checked" if is_chosen else ""),
    )
