"""What a person does on Threads itself: remove the application under Website permissions, and ask for their data's end.

A form stands in for the pages of Threads' settings: `username` says who, `delete_data` that the data shall go too.
"""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.consent import problem
from apps.sandbox.meta.notices import tell_of_user


async def remove_application(call: Call) -> Response:
    """POST /settings/website_permissions: every token ends, and the application hears of it."""
    account = call.world.account_by_handle("threads", call.fields.text("username"))
    if account is None:
        return problem("There is no such profile here.", status=404)
    call.account = account
    tokens = call.world.tokens_of(account)
    for token in tokens:
        call.world.revoke(token)
    tell_of_user(call.world, "threads", account.id, setting="deauthorize_url")
    if call.fields.flag("delete_data"):
        tell_of_user(call.world, "threads", account.id, setting="deletion_url")
    return JSONResponse({"removed": len(tokens)})
