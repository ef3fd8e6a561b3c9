"""The login window, and the code for an hour that it sends back.

The redirect address must be https on Threads; here http is taken too, for applications on this machine, unless the
setting `https_only` says otherwise.
"""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from apps.sandbox.core import consent
from apps.sandbox.core.calls import Call
from apps.sandbox.threads.access import BASIC, SCOPES

CODE_LIVES = timedelta(hours=1)


async def authorize(call: Call) -> Response:
    """GET /oauth/authorize. What is wrong is said in the window: nothing is sent to an address that may be wrong."""
    scopes = [scope for scope in re.split(r"[,\s]+", call.fields.text("scope")) if scope]
    if problem := _problem(call, scopes):
        return consent.problem(problem, status=400)
    data = {
        "redirect_uri": call.fields.text("redirect_uri"),
        "state": call.fields.text("state"),
        "scopes": scopes,
    }
    return consent.ask(call, app_name=call.world.setting("threads", "app_name"), scopes=scopes, data=data)


def _problem(call: Call, scopes: list[str]) -> str:
    redirect_uri = call.fields.text("redirect_uri")
    if call.fields.text("client_id") != call.world.setting("threads", "client_id"):
        return "Invalid Request: Request parameters are invalid: Invalid app id"
    if not redirect_uri.startswith(("https://", "http://")) or "#" in redirect_uri:
        return "Invalid redirect_uri"
    if redirect_uri.startswith("http://") and call.world.setting("threads", "https_only"):
        return "Insecure Login Blocked: You can't log in with an insecure connection (1349187)"
    if call.fields.text("response_type") != "code":
        return "Invalid Request: response_type must be code"
    if unknown := [scope for scope in scopes if scope not in SCOPES]:
        return f"Invalid Scopes: {', '.join(unknown)}"
    if BASIC not in scopes:
        return f"Invalid Scopes: {BASIC} is required"
    return ""


async def authorized(call: Call) -> Response:
    """POST of the window. A person may leave out permissions: the setting `declined_scopes` names those."""
    decision = consent.decide(call)
    data, state = decision.data, decision.data["state"]
    if decision.account is None:
        refusal = {
            "error": "access_denied",
            "error_reason": "user_denied",
            "error_description": "The user denied your request.",
        }
        return _back(data["redirect_uri"], refusal, state)
    declined = re.split(r"[,\s]+", call.world.setting("threads", "declined_scopes"))
    grant = {
        "account": decision.account.id,
        "scopes": [scope for scope in data["scopes"] if scope not in declined],
        "redirect_uri": data["redirect_uri"],
    }
    code = secrets.token_urlsafe(48)
    call.world.box("threads", "code").put(code, grant, lives=CODE_LIVES)
    return _back(data["redirect_uri"], {"code": code}, state, fragment="#_")


def _back(redirect_uri: str, answer: dict[str, str], state: str, fragment: str = "") -> Response:
    query = urlencode(answer | ({"state": state} if state else {}))
    joint = "&" if "?" in redirect_uri else "?"
    return RedirectResponse(f"{redirect_uri}{joint}{query}{fragment}", status_code=302)
