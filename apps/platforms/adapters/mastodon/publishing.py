"""Putting a post on a server: its files first, then the one request that makes it public.

https://docs.joinmastodon.org/methods/statuses/ and https://docs.joinmastodon.org/client/quotes/.
"""

from __future__ import annotations

import re
from typing import Any

from apps.platforms import http as wire
from apps.platforms.adapters.mastodon import rights, uploading
from apps.platforms.adapters.mastodon.abilities import POLL, TEXT, UPLOAD_LIFE, kind_of
from apps.platforms.adapters.mastodon.line import Line
from apps.platforms.adapters.mastodon.uploading import media_ids
from apps.platforms.contract import Draft, Receipt, Role, Staged
from apps.platforms.errors import Disconnected, PlatformError, Rejected
from apps.platforms.option_rules import lines
from apps.platforms.validity import require_fresh

QUOTABLE = frozenset({"automatic", "manual"})


# --- staging ----------------------------------------------------------------------------------------------------------


def stage(line: Line, draft: Draft, before: Staged | None) -> Staged:
    """Upload the files, or see to it that the post to quote may be quoted."""
    if draft.media:
        return uploading.stage(line, draft, before)
    data: dict[str, Any] = {"media": []}
    if quote := quoted(draft):
        data["quote"] = quote
        if before is None or before.data.get("quote") != quote:
            _check_quote(line, quote)
    return Staged(data=data)


def quoted(draft: Draft) -> str:
    return draft.options.get("quote", "") if kind_of(draft) == TEXT and draft.role is Role.MAIN else ""


def _check_quote(line: Line, quoted: str) -> None:
    """Servers that know no quotes would publish the post without it, and say nothing."""
    answer = line.send(rights.STATUS, id=quoted)
    if answer.status in {404, 410}:
        raise Rejected(f"The post to quote is not on {line.name} any more.", field="options.quote")
    if answer.status != 200:
        raise line.failure(answer, rights.STATUS)
    try:
        approval = answer.mapping().get("quote_approval")
    except wire.Unreadable:
        raise line.unreadable(answer) from None
    if not isinstance(approval, dict):
        words = f"{line.name} has no quotes: write the address of the post into the text instead."
        raise Rejected(words, field="options.quote")
    if approval.get("current_user") not in QUOTABLE:
        raise Rejected("Whoever wrote that post does not let it be quoted.", field="options.quote")


# --- the commit -------------------------------------------------------------------------------------------------------


def visibility(draft: Draft) -> str:
    """Who sees the post. Comments and replies of ours stay out of public timelines, as is the custom for threads."""
    chosen = draft.options.get("visibility") or "public"
    return "unlisted" if chosen == "public" and draft.role is not Role.MAIN else chosen


def body(draft: Draft, staged: Staged) -> dict[str, Any]:
    """The post as the API wants it. Visibility is always sent, for accounts differ in their default."""
    fields: dict[str, Any] = {"status": draft.text, "visibility": visibility(draft)}
    if ids := media_ids(staged):
        fields["media_ids"] = ids
    if draft.parent is not None:
        fields["in_reply_to_id"] = draft.parent.remote_id
    if quote := quoted(draft):
        fields["quoted_status_id"] = quote
    if draft.role is Role.MAIN and (policy := draft.options.get("quote_policy")):
        fields["quote_approval_policy"] = policy
    if kind_of(draft) == POLL:
        fields["poll"] = _poll(draft)
    return fields | wording(draft)


def wording(draft: Draft) -> dict[str, Any]:
    """Warning, sensitivity and language, where the draft has them."""
    fields: dict[str, Any] = {}
    if warning := draft.options.get("content_warning"):
        fields["spoiler_text"] = warning
    if draft.options.get("sensitive") == "yes":
        fields["sensitive"] = True
    language = draft.language.partition("-")[0].lower()
    if re.fullmatch(r"[a-z]{2,3}", language):
        fields["language"] = language
    return fields


def _poll(draft: Draft) -> dict[str, Any]:
    seconds = draft.options.get("poll_seconds") or "86400"
    return {
        "options": lines(draft.options.get("poll", "")),
        "expires_in": int(seconds) if seconds.isascii() and seconds.isdecimal() else 86_400,
        "multiple": draft.options.get("poll_multiple") == "yes",
        "hide_totals": draft.options.get("poll_hide_totals") == "yes",
    }


def commit(line: Line, draft: Draft, staged: Staged, *, key: str) -> Receipt:
    uploading.require_current(draft, staged, name=line.name)
    require_fresh(staged.data.get("started_at"), lasts=UPLOAD_LIFE, now=line.clock(), label=line.name)
    call = rights.POST if draft.role is Role.MAIN else rights.REPLY
    answer = line.send(call, acting=True, json=body(draft, staged), headers={"Idempotency-Key": key})
    if answer.is_success and (receipt := receipt_of(answer)):
        return receipt
    raise _refusal(line, draft, answer)


def receipt_of(answer: wire.Answer) -> Receipt | None:
    try:
        return read_receipt(answer.mapping())
    except wire.Unreadable:
        return None


def read_receipt(status: dict[str, Any]) -> Receipt | None:
    """A status as a receipt, or None where it has no id. `visibility` and `quote` are what the server made of ours."""
    remote_id, url, shown, quote = (status.get(name) for name in ("id", "url", "visibility", "quote"))
    if not isinstance(remote_id, str) or not remote_id:
        return None
    facts = {"visibility": shown} if isinstance(shown, str) else {}
    if isinstance(quote, dict) and isinstance(quote.get("state"), str):
        facts["quote"] = quote["state"]
    return Receipt(
        remote_id=remote_id,
        remote_url=url if isinstance(url, str) else "",
        published_at=wire.instant(status.get("created_at")),
        facts=facts,
    )


def _refusal(line: Line, draft: Draft, answer: wire.Answer) -> PlatformError:
    failure = line.failure(answer, rights.POST, acting=True, is_reply=draft.parent is not None)
    return dead_token(line, answer, failure)


def dead_token(line: Line, answer: wire.Answer, failure: PlatformError) -> PlatformError:
    """Some software answers 400 for a dead token as well; who we are tells the two apart."""
    if answer.status != 400 or not isinstance(failure, Rejected) or failure.field:
        return failure
    try:
        who = line.send(rights.ME)
    except PlatformError:
        return failure
    if who.status in {400, 401}:
        words = f"{line.name} no longer accepts our access to this account: connect it again."
        return Disconnected(words, evidence=failure.evidence)
    return failure


def locate(line: Line, receipt: Receipt) -> str:
    """The address of a post; "" when the server does not tell just now."""
    if receipt.remote_url:
        return receipt.remote_url
    try:
        answer = line.send(rights.STATUS, id=receipt.remote_id)
    except PlatformError:
        return ""
    found = receipt_of(answer) if answer.status == 200 else None
    return found.remote_url if found else ""
