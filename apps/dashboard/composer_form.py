"""What stands on the desk while somebody writes: read from a form in any state, and never refused for its meaning.

A form that was sent in comes back exactly as it was typed, so everything here keeps words as they are; ids that are not
ids, and accounts and pictures of other workspaces, fall away.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import MAXYEAR, MINYEAR, date, datetime, time
from uuid import UUID

from django.http import QueryDict

from apps.dashboard.media_form import after_step, read_media, uuid_of, with_files
from apps.posts.beginning import begun
from apps.posts.content import Content, MediaContent, PartContent, VariantContent
from apps.posts.models import Post, Template
from apps.posts.queueing import Priority
from apps.posts.states import PartRole
from apps.social_accounts.models import SocialAccount

SHARED = "shared"
TEXT_MOST = 100_000  # far beyond any network; a form that carries more was not typed
LONGEST_LINK = 2_000
LONGEST_OPTION = 5_000  # the description of a video; platforms take no more


@dataclass(frozen=True, slots=True)
class Writing:
    """One post as typed. `own_texts` and `options` hold entries of accounts that are not chosen, too."""

    title: str = ""
    text: str = ""
    accounts: tuple[UUID, ...] = ()
    own_texts: Mapping[UUID, str] = field(default_factory=dict)
    options: Mapping[UUID, Mapping[str, str]] = field(default_factory=dict)
    media: tuple[MediaContent, ...] = ()
    link: str = ""
    first_comment: str = ""
    replies: tuple[str, ...] = ()
    date: str = ""
    time: str = ""
    queue: UUID | None = None
    queue_priority: str = Priority.MEDIUM.key
    all_the_same: bool = False  # although the workspace's windows close this time
    form_key: str = ""
    revision: int | None = None
    template: UUID | None = None  # what it began with: the post gets its labels
    open_version: str = SHARED
    open_preview: str = ""

    # --- reading ---------------------------------------------------------------------------------------------

    @classmethod
    def of_form(cls, data: QueryDict) -> Writing:
        return cls(
            title=data.get("title", "")[:200],
            text=_text(data.get("text", "")),
            accounts=tuple(dict.fromkeys(known for one in data.getlist("accounts") if (known := uuid_of(one)))),
            own_texts=_by_account(data, "variant-"),
            options=_options(data),
            media=read_media(data),
            link=data.get("link", "").strip()[:LONGEST_LINK],
            first_comment=_text(data.get("first_comment", "")),
            replies=tuple(_text(one) for one in data.getlist("reply")),
            date=data.get("date", "")[:10],
            time=data.get("time", "")[:8],
            queue=uuid_of(data.get("queue", "")),
            queue_priority=_priority(data.get("queue_priority", "")),
            all_the_same="all_the_same" in data,
            form_key=data.get("form_key", "")[:200],
            revision=_number(data.get("revision", "")),
            template=uuid_of(data.get("template", "")),
            open_version=data.get("version", SHARED)[:40],
            open_preview=data.get("preview", "")[:40],
        )

    @classmethod
    def of_post(cls, post: Post, content: Content) -> Writing:
        comments = [part.text for part in content.parts if part.role == PartRole.FIRST_COMMENT]
        local = post.local_due_at
        return cls(
            title=content.title,
            text=content.parts[0].text,
            accounts=tuple(one.account_id for one in content.variants),
            own_texts={one.account_id: one.text for one in content.variants if one.text},
            options={one.account_id: dict(one.options) for one in content.variants},
            media=content.parts[0].media,
            link=content.parts[0].link,
            first_comment=comments[0] if comments else "",
            replies=tuple(part.text for part in content.parts if part.role == PartRole.REPLY),
            date=f"{local:%Y-%m-%d}" if local else "",
            time=f"{local:%H:%M}" if local else "",
            revision=post.revision,
        )

    # --- what it comes to ------------------------------------------------------------------------------------

    @property
    def local(self) -> datetime | None:
        """The wall time that was typed; None unless day and time are both there and real."""
        try:
            day, at = date.fromisoformat(self.date), time.fromisoformat(self.time).replace(tzinfo=None)
        except ValueError:
            return None
        # Of the first and of the last year, not every zone can tell the time.
        return datetime.combine(day, at) if MINYEAR < day.year < MAXYEAR else None

    def content(self, known: Mapping[UUID, Iterable[str]]) -> Content:
        """The values that services take. `known` names the options of each account that may be chosen."""
        comment = [PartContent(self.first_comment, role=PartRole.FIRST_COMMENT)] if self.first_comment.strip() else []
        replies = [PartContent(text, role=PartRole.REPLY) for text in self.replies if text.strip()]
        return Content(
            parts=(PartContent(self.text, self.media, link=self.link), *comment, *replies),
            variants=tuple(
                VariantContent(one, self._own_text(one), self._chosen(one, known[one]))
                for one in self.accounts
                if one in known
            ),
            title=self.title,
        )

    def fields_of_parts(self) -> list[str]:
        """The form field behind each part of `content`, in its order."""
        comment = ["first_comment"] if self.first_comment.strip() else []
        replies = [f"reply-{number}" for number, text in enumerate(self.replies, 1) if text.strip()]
        return ["text", *comment, *replies]

    def _own_text(self, account_id: UUID) -> str | None:
        text = self.own_texts.get(account_id, "")
        return text if text.strip() else None

    def _chosen(self, account_id: UUID, names: Iterable[str]) -> dict[str, str]:
        given = self.options.get(account_id, {})
        return {name: given[name] for name in names if given.get(name)}

    def beginning_with(self, template: Template, accounts: Iterable[SocialAccount]) -> Writing:
        """With the words of a template, and on each account the options of its platform."""
        content = begun(template)
        said = {part.role: part.text for part in content.parts}
        return replace(
            self,
            text=content.parts[0].text,
            link=content.parts[0].link,
            first_comment=said.get(PartRole.FIRST_COMMENT, ""),
            replies=tuple(part.text for part in content.parts if part.role == PartRole.REPLY),
            options={one.pk: template.options[one.platform] for one in accounts if one.platform in template.options},
            template=template.pk,
        )

    # --- the small steps of the form -------------------------------------------------------------------------

    def after(self, action: str) -> Writing:
        """The writing after a button such as "media-up:<id>" or "reply-add"; an unknown one changes nothing."""
        verb, _, target = action.partition(":")
        if verb == "reply-add":
            return replace(self, replies=(*self.replies, ""))
        if verb == "reply-remove" and (number := _number(target)):
            return replace(self, replies=tuple(text for place, text in enumerate(self.replies, 1) if place != number))
        return replace(self, media=after_step(self.media, verb, target))

    def keeping(self, *, media: Collection[UUID], accounts: Collection[UUID]) -> Writing:
        """Without files and accounts that do not exist here."""
        kept = (one for one in self.media if one.asset_id in media)
        return replace(
            self,
            media=tuple(one if one.cover_id in media else replace(one, cover_id=None) for one in kept),
            accounts=tuple(one for one in self.accounts if one in accounts),
        )

    def with_media(self, asset_ids: Iterable[UUID]) -> Writing:
        """With files added at the end; one that is there already stays where it is."""
        return replace(self, media=with_files(self.media, asset_ids))


def _by_account(data: QueryDict, prefix: str) -> dict[UUID, str]:
    named = ((uuid_of(name.removeprefix(prefix)), name) for name in data if name.startswith(prefix))
    return {account_id: _text(str(data[name])) for account_id, name in named if account_id}


def _options(data: QueryDict) -> dict[UUID, dict[str, str]]:
    """Fields named "option-<account>:<name>"."""
    found: dict[UUID, dict[str, str]] = {}
    for name in data:
        account, _, option = name.removeprefix("option-").partition(":")
        if name.startswith("option-") and option and (account_id := uuid_of(account)):
            found.setdefault(account_id, {})[option] = _text(str(data[name])).strip()[:LONGEST_OPTION]
    return found


def _priority(typed: str) -> str:
    return typed if typed in {one.key for one in Priority} else Priority.MEDIUM.key


def _text(typed: str) -> str:
    """Browsers send line ends as CR LF; networks count them as two."""
    return typed.replace("\r\n", "\n")[:TEXT_MOST]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
