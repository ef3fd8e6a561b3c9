"""A post as reviewers see it: what its hash is over, what of it each step seals, and what differs between two versions.

The hash is over what goes out, in the words and files that go out: texts, links and language; the digests of files with
their alt text, cut, cover and captions; options; accounts; and the hour. The name of a file, and what captions are
called, are part of it where a network shows them. The title of the post is ours alone and left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from apps.approvals.content_rules import ANY, hits
from apps.approvals.models import Policy
from apps.approvals.steps import Aspect, Facts, RuleKind, Step, digest_of
from apps.core.querysets import within_reach
from apps.posts import selectors as posts
from apps.posts.manuscripts import Edition, Manuscript, Medium, Passage
from apps.posts.models import Campaign, Post, PostLabel
from apps.posts.sorting import folded
from apps.posts.states import PartRole

TIME: Final = "time"
# How every platform that knows paid partnerships calls the switch.
PAID_OPTION: Final = "paid_partnership"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One version of a post. `digests` has one for each aspect; `snapshot` is for people, and for comparisons."""

    post: Post
    digests: Mapping[Aspect, str]
    facts: Facts
    snapshot: Mapping[str, Any]

    @property
    def due_at(self) -> datetime | None:
        due_at: datetime | None = self.post.due_at
        return due_at

    @property
    def hash(self) -> str:
        return digest_of([{**self.digests}, self.due_at.isoformat() if self.due_at else None])


@dataclass(frozen=True, slots=True)
class Required:
    """A step that this version of the post takes, and the seal that its approval carries."""

    step: Step
    seal: str
    covers: frozenset[Aspect]


def sheet(post: Post) -> Sheet:
    return sheets([post])[post.pk]


def sheets(rows: Collection[Post]) -> dict[UUID, Sheet]:
    """By id of the post, in a constant number of queries; rows within reach of the tenant in context."""
    written = posts.manuscripts(rows)
    filed = filed_under(rows)
    return {post.pk: _sheet(post, written[post.pk], filed.get(post.pk, {})) for post in rows}


def filed_under(rows: Collection[Post]) -> dict[UUID, dict[RuleKind, Collection[str]]]:
    """The names of the labels and the campaign of each post, as rules have them; two queries."""
    found: dict[UUID, dict[RuleKind, Collection[str]]] = {post.pk: {} for post in rows}
    names = dict(within_reach(Campaign).filter(pk__in={post.campaign_id for post in rows}).values_list("pk", "name"))
    for post in rows:
        if post.campaign_id in names:
            found[post.pk][RuleKind.CAMPAIGN] = {folded(names[post.campaign_id])}
    labels: dict[UUID, set[str]] = defaultdict(set)
    given = within_reach(PostLabel).filter(post__in=found)
    for post_id, name in given.values_list("post_id", "label__folded_name"):
        labels[post_id].add(name)
    for post_id, own in labels.items():
        found[post_id][RuleKind.LABEL] = own
    return found


def required(policy: Policy, of: Sheet) -> list[Required]:
    """The steps that apply, in order. What none of them looks at, the last one does: nothing goes out unseen."""
    steps = policy.ordered_steps
    facts = {**of.facts, RuleKind.POLICY_HIT: _hit(policy, of)} if any(one.asks_for_hits for one in steps) else of.facts
    applying = [step for step in steps if step.applies(facts)]
    covered = frozenset().union(*(step.covers for step in applying))
    found = []
    for step in applying:
        covers = step.covers | (frozenset(Aspect) - covered if step is applying[-1] else frozenset())
        sealed = [step.digest, {aspect.value: of.digests[aspect] for aspect in sorted(covers)}]
        found.append(Required(step, digest_of(sealed), covers))
    return found


def _hit(policy: Policy, of: Sheet) -> set[str]:
    """The content rules that this version hits, by key; and that any is hit."""
    found = {one.rule for one in hits(policy.ordered_content_rules, of.snapshot)}
    return found | {ANY} if found else found


def _sheet(post: Post, written: Manuscript, filed: Mapping[RuleKind, Collection[str]]) -> Sheet:
    shows_labels = any(one.capabilities.caption_labels for one in written.editions)
    parts = [_part(passage, shows_labels=shows_labels) for passage in written.passages]
    accounts = [
        _account(one, written.passages[0].media)
        for one in sorted(written.editions, key=lambda one: str(one.account.pk))
    ]
    own_words = {one["id"]: one["text"] for one in accounts if one["text"] is not None}
    digests = {
        Aspect.TEXT: digest_of(
            [
                written.language,
                [[part["role"], part["text"], part["link"]] for part in parts],
                own_words,
                # What addresses go out as; a post without such has the hash it always had.
                *([{str(pk): dict(links) for pk, links in written.links.items()}] if written.links else []),
            ]
        ),
        Aspect.MEDIA: digest_of([part["media"] for part in parts]),
        Aspect.OPTIONS: digest_of({one["id"]: one["options"] for one in accounts if one["options"]}),
        Aspect.ACCOUNTS: digest_of([one["id"] for one in accounts]),
    }
    facts: dict[RuleKind, Collection[str]] = {
        RuleKind.PLATFORM: {one["platform"] for one in accounts},
        RuleKind.ACCOUNT: {one["id"] for one in accounts},
        RuleKind.AUTHOR: {str(post.author_id)} if post.author_id else (),
        RuleKind.PAID: {"yes" if any(_is_paid(one["options"]) for one in accounts) else "no"},
        **filed,
    }
    snapshot: dict[str, Any] = {
        "parts": parts,
        "accounts": accounts,
        "language": written.language,
        "due_at": post.due_at.isoformat() if post.due_at else None,
        "timezone": post.timezone,
    }
    if links := list(_links(written)):
        snapshot["links"] = links
    return Sheet(post, digests, facts, snapshot)


def _account(one: Edition, media: Sequence[Medium]) -> dict[str, Any]:
    """`options` have what goes out: where one was left empty and a file's name stands for it, that name."""
    options = {**one.options, **one.titled_by(media)}
    return {"id": str(one.account.pk), "platform": one.account.platform, "text": one.text, "options": options}


def _is_paid(options: Mapping[str, Any]) -> bool:
    """A switch that is off is stored as no, in one way or another, or not at all."""
    return str(options.get(PAID_OPTION) or "no").lower() not in ("no", "false", "off", "0")


def _links(written: Manuscript) -> Iterator[dict[str, str]]:
    """What stands in the place of each address on each account when the post goes out."""
    for one in sorted(written.editions, key=lambda one: str(one.account.pk)):
        for text, outgoing in sorted(written.links.get(one.account.pk, {}).items()):
            yield {"platform": one.account.platform, "written": text, "outgoing": outgoing}


def _part(passage: Passage, *, shows_labels: bool) -> dict[str, Any]:
    media = [_medium(one, shows_labels=shows_labels) for one in passage.media]
    return {"role": passage.role.value, "text": passage.text, "link": passage.link, "media": media}


def _medium(one: Medium, *, shows_labels: bool) -> dict[str, Any]:
    """Captions are their language, their digest, and what they are called where people read that."""
    return {
        "asset": str(one.asset.pk),
        "sha256": one.asset.sha256,
        "alt": one.alt,
        "cut": dict(one.cut),
        "cover": one.cover.sha256 if one.cover else None,
        "captions": sorted(
            [track.language, track.sha256, *([track.label] if shows_labels and track.label else [])]
            for track in one.captions
        ),
    }


@dataclass(frozen=True, slots=True)
class Difference:
    """What one place of a post was before, and what it is now, in words; `aspect` is "time" for the hour."""

    aspect: str
    place: str
    before: str
    after: str


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """What somebody changed between two snapshots, place by place."""
    return [one for one in _compared(before, after) if one.before != one.after]


def _compared(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    for number in range(max(len(before["parts"]), len(after["parts"]))):
        old, new = _at(before["parts"], number), _at(after["parts"], number)
        place = PartRole((new or old)["role"]).label
        if old and new:
            kinds = (PartRole(part["role"]).label for part in (old, new))
            yield Difference(Aspect.TEXT, _("Kind of part %(number)s") % {"number": number + 1}, *map(str, kinds))
        yield Difference(Aspect.TEXT, place, old.get("text", ""), new.get("text", ""))
        yield Difference(
            Aspect.TEXT, _("Link of %(place)s") % {"place": place.lower()}, old.get("link", ""), new.get("link", "")
        )
        yield Difference(Aspect.MEDIA, _("Files of %(place)s") % {"place": place.lower()}, _files(old), _files(new))
    yield Difference(Aspect.TEXT, _("Language"), before["language"], after["language"])
    olds, news = ({one["id"]: one for one in side["accounts"]} for side in (before, after))
    for pk in [*olds, *(pk for pk in news if pk not in olds)]:
        old, new = olds.get(pk, {}), news.get(pk, {})
        name = str((new or old)["platform"])
        yield Difference(Aspect.ACCOUNTS, name, _("chosen") if old else "", _("chosen") if new else "")
        yield Difference(
            Aspect.TEXT, _("Own words on %(network)s") % {"network": name}, old.get("text") or "", new.get("text") or ""
        )
        yield Difference(Aspect.OPTIONS, _("Options on %(network)s") % {"network": name}, _options(old), _options(new))
    yield Difference(Aspect.TEXT, _("Links"), _outgoing(before), _outgoing(after))
    yield Difference(TIME, _("Time"), _hour(before), _hour(after))


def _hour(snapshot: Mapping[str, Any]) -> str:
    if not snapshot["due_at"]:
        return ""
    zone = ZoneInfo(snapshot["timezone"] or "UTC")
    return f"{datetime.fromisoformat(snapshot['due_at']).astimezone(zone):%a %-d %b %Y, %H:%M} {zone.key}"


def _outgoing(snapshot: Mapping[str, Any]) -> str:
    return ", ".join(f"{one['platform']}: {one['outgoing']}" for one in snapshot.get("links", ()))


def _at(parts: Sequence[Mapping[str, Any]], number: int) -> Mapping[str, Any]:
    return parts[number] if number < len(parts) else {}


def _files(part: Mapping[str, Any]) -> str:
    return "; ".join(_file(one) for one in part.get("media", []))


def _file(one: Mapping[str, Any]) -> str:
    """Enough of a file to tell it from another, with what is said of it."""
    told = [f"{one['sha256'][:8]} {one['alt']}".strip()]
    told += [_("cut %(cut)s") % {"cut": sorted(one["cut"].items())}] if one["cut"] else []
    told += [_("cover %(digest)s") % {"digest": one["cover"][:8]}] if one["cover"] else []
    told += [
        " ".join([_("captions in %(language)s %(digest)s") % {"language": language, "digest": digest[:8]}, *label])
        for language, digest, *label in one["captions"]
    ]
    return ", ".join(told)


def _options(account: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in sorted(account.get("options", {}).items()))
