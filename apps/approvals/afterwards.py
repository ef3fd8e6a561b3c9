"""What is said after a post went out, held against the policy: a comment below it, or other words for it.

Neither can be approved, for people approve versions of posts before their hour. So where a step applies to the post, or
would apply with these words in it, they are refused, and whoever wrote them is told why and what to do instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from apps.approvals.content_rules import ANY, Hit, hits
from apps.approvals.models import Policy
from apps.approvals.sheets import Sheet, required
from apps.approvals.steps import RuleKind
from apps.posts.manuscripts import Manuscript

LIVE: Final = _(
    "Posts of this client are approved before they go out, so what is live keeps its words. Take it down, and have "
    "a new post approved."
)
BELOW: Final = _(
    "Posts of this client are approved before they go out, and so is what is said below them. Write it as a part of a "
    "post, and have that approved."
)
HIT: Final = _(
    "“%(words)s” hits the content rule “%(rule)s”, and what hits it is approved before it goes out. Leave these words "
    "out, or write a new post with them and have that approved."
)


def words_against_comment(policy: Policy, post: Sheet, text: str, alts: Iterable[str] = ()) -> str:
    """Why this must not be said below the post, "" where nothing is against it; `alts` describe the files."""
    remark = {"role": "comment", "text": text, "link": "", "media": [{"alt": alt, "captions": ()} for alt in alts]}
    return _words(policy, post, {**post.snapshot, "parts": [*post.snapshot["parts"], remark]}, BELOW)


def words_against_change(policy: Policy, post: Sheet, wanted: Manuscript) -> str:
    """Why what is live must not be given the edition that is `wanted`, the only one of the manuscript."""
    (edition,) = wanted.editions
    pk, network = str(edition.account.pk), edition.account.platform
    others = [one for one in post.snapshot["accounts"] if one["id"] != pk]
    mine = {"id": pk, "platform": network, "text": edition.text, "options": dict(edition.options)}
    outgoing = [
        {"platform": network, "written": written, "outgoing": address}
        for written, address in wanted.links.get(edition.account.pk, {}).items()
    ]
    links = [*post.snapshot.get("links", ()), *outgoing]
    return _words(policy, post, {**post.snapshot, "accounts": [*others, mine], "links": links}, LIVE)


def _words(policy: Policy, before: Sheet, snapshot: Mapping[str, Any], usual: str) -> str:
    """The `usual` words where the post is approved as it was; else those of the rule that it would hit now."""
    if required(policy, before):
        return gettext(usual)
    if not required(policy, replace(before, snapshot=snapshot)):
        return ""
    hit = next(_new_hits(policy, before.snapshot, snapshot), None)
    return gettext(HIT) % {"words": hit.words, "rule": hit.name} if hit else gettext(usual)


def _new_hits(policy: Policy, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Hit]:
    """Hits that were not there before, of rules that a step asks for."""
    rules = [rule for step in policy.ordered_steps for rule in step.rules if rule.kind is RuleKind.POLICY_HIT]
    asked = frozenset().union(*(rule.values for rule in rules))
    known = set(hits(policy.ordered_content_rules, before))
    for one in hits(policy.ordered_content_rules, after):
        if one not in known and (ANY in asked or one.rule in asked):
            yield one
