"""The composer as its template shows it: what was typed, what each account makes of it, and what stands in the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from uuid import UUID

from django.urls import reverse

from apps.core import clock
from apps.dashboard.composer_form import SHARED, Writing
from apps.dashboard.composer_media import MediaItem, Pick, media_items, picks
from apps.dashboard.library_page import thumb_url
from apps.dashboard.problems import ComposerErrors, Problems, field_errors, problem_list
from apps.media.models import Asset
from apps.platforms import registry
from apps.platforms.capabilities import Option
from apps.platforms.formats import FORMAT
from apps.platforms.option_looks import option_choices, option_entry, option_note
from apps.posts import selectors as posts
from apps.posts.appointments import appointment
from apps.posts.content import PartContent
from apps.posts.lengths import Counter, counter
from apps.posts.manuscripts import Edition, Manuscript, Medium
from apps.posts.models import Template
from apps.posts.previews import Picture, Preview, preview
from apps.posts.problem import ReadinessProblem
from apps.posts.readiness import problems_in
from apps.publishing.queues import QueueOffer, offers
from apps.publishing.windows import window_problems
from apps.social_accounts.models import SocialAccount
from apps.social_accounts.states import PUBLISHES
from apps.tenants.models import Workspace

FEW_OPTIONS = 4  # that many stand open; of more, only those that must be chosen


@dataclass(frozen=True, slots=True)
class AccountChoice:
    id: UUID
    label: str
    handle: str
    platform: str
    is_chosen: bool
    problem: str


@dataclass(frozen=True, slots=True)
class OptionChoice:
    name: str
    field: str
    label: str
    value: str
    choices: tuple[tuple[str, str], ...]
    error: str
    entry: str = "text"  # the type of its input, or "lines"
    note: str = ""


@dataclass(frozen=True, slots=True)
class VariantChoice:
    id: UUID
    label: str
    platform: str
    is_chosen: bool
    is_open: bool
    text: str
    error: str
    options: list[OptionChoice]
    more_options: list[OptionChoice]
    more_is_open: bool


@dataclass(frozen=True, slots=True)
class Reply:
    number: int
    text: str
    error: str


@dataclass(frozen=True, slots=True)
class TemplateChoice:
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Desk:
    """Where somebody writes: the workspace, what it offers, and the post on it, if it is stored already."""

    workspace: Workspace
    accounts: tuple[SocialAccount, ...]
    post_id: UUID | None = None
    state: str = "draft"
    is_planned: bool = False
    may_schedule: bool = False
    may_publish: bool = False

    def known_options(self) -> dict[UUID, tuple[str, ...]]:
        return {
            account.pk: tuple(option.name for option in registry.capabilities(account.platform).options)
            for account in self.accounts
        }

    def manuscript(self, writing: Writing) -> tuple[Manuscript, Writing]:
        """The post as it would go out, and the writing without files and accounts that are not of this workspace."""
        named = PartContent(media=writing.media).assets
        there = set(Asset.objects.filter(workspace=self.workspace, pk__in=named).values_list("pk", flat=True))
        kept = writing.keeping(media=there, accounts={account.pk for account in self.accounts})
        return posts.manuscript_of(kept.content(self.known_options()), workspace_id=self.workspace.pk), kept


@dataclass(frozen=True, slots=True)
class Composer:
    """What templates/posts/composer.html shows."""

    heading: str
    state: str
    action_url: str
    back_url: str
    back_label: str
    form_key: str
    template: str
    templates: list[TemplateChoice]
    revision: str
    zone: str
    now: datetime
    date: str
    time: str
    # Asked for by the whole page alone: counters and previews cost no look at queues.
    queues: Callable[[], Sequence[QueueOffer]]
    queue: str
    queue_priority: str
    asks_all_the_same: bool
    all_the_same: bool
    may_schedule: bool
    may_publish: bool
    is_planned: bool
    title: str
    text: str
    first_comment: str
    replies: list[Reply]
    accounts: list[AccountChoice]
    chosen_count: int
    variants: list[VariantChoice]
    shared_is_open: bool
    media: list[MediaItem]
    media_note: str
    link: str
    links_on: list[str]
    picks: list[Pick]
    pick_url: str
    first_comment_on: list[str]
    threads_on: list[str]
    errors: ComposerErrors
    counters: list[Counter]
    problems: Problems
    previews: list[Preview]
    preview_url: str
    piece_url: str


def composer(desk: Desk, writing: Writing, *, errors: ComposerErrors | None = None) -> Composer:
    """The page for what is written; with `errors`, as it comes back after it was refused."""
    manuscript, writing = desk.manuscript(writing)
    errors = errors or ComposerErrors()
    editions = manuscript.editions
    platforms = sorted({edition.account.platform for edition in editions})
    can = {platform: registry.capabilities(platform) for platform in platforms}
    which = f"?post={desk.post_id}" if desk.post_id else ""
    named = {str(account.pk) for account in desk.accounts}
    return Composer(
        heading="Edit post" if desk.post_id else "New post",
        state=desk.state,
        action_url=reverse("dashboard:edit", args=[desk.post_id]) if desk.post_id else reverse("dashboard:compose"),
        back_url=reverse("publishing:post", args=[desk.post_id]) if desk.post_id else reverse("dashboard:calendar"),
        back_label="Post" if desk.post_id else "Calendar",
        form_key=writing.form_key,
        template=str(writing.template or ""),
        templates=_templates(desk),
        revision="" if writing.revision is None else str(writing.revision),
        zone=desk.workspace.timezone,
        now=clock.now(),
        date=writing.date,
        time=writing.time,
        queues=cache(partial(_queues, desk, [edition.account.pk for edition in editions])),
        queue=str(writing.queue or ""),
        queue_priority=writing.queue_priority,
        asks_all_the_same=errors.is_closed or writing.all_the_same,
        all_the_same=writing.all_the_same,
        may_schedule=desk.may_schedule,
        may_publish=desk.may_publish,
        is_planned=desk.is_planned,
        title=writing.title,
        text=writing.text,
        first_comment=writing.first_comment,
        replies=_replies(writing, errors),
        accounts=[_account(one, writing) for one in desk.accounts],
        chosen_count=len(editions),
        variants=[_variant(one, writing, errors) for one in desk.accounts],
        shared_is_open=writing.open_version not in named or writing.open_version == SHARED,
        media=media_items(manuscript, errors.pictures),
        link=writing.link,
        links_on=[platform for platform in platforms if can[platform].links],
        picks=picks(desk.workspace.pk, ""),
        pick_url=f"{reverse('dashboard:compose_pick')}{which}",
        media_note=_media_note(len(writing.media), editions),
        first_comment_on=[platform for platform in platforms if can[platform].first_comment],
        threads_on=[platform for platform in platforms if can[platform].threads],
        errors=errors,
        counters=[counter(manuscript, edition) for edition in editions],
        problems=problem_list(manuscript, writing, _problems(desk, manuscript, writing) if editions else []),
        previews=_previews(manuscript, editions, writing),
        preview_url=f"{reverse('dashboard:compose_preview')}{which}",
        piece_url=f"{reverse('dashboard:compose_piece')}{which}",
    )


def _problems(desk: Desk, manuscript: Manuscript, writing: Writing) -> list[ReadinessProblem]:
    """All that stands in the way; of the time that was typed, what the workspace's windows say."""
    found = list(problems_in(manuscript))
    if writing.local is None:
        return found
    accounts = [edition.account for edition in manuscript.editions]
    due_at = appointment(writing.local, desk.workspace.timezone).due_at
    return found + window_problems(
        desk.workspace, accounts, due_at=due_at, but=desk.post_id, all_the_same=writing.all_the_same
    )


def _queues(desk: Desk, account_ids: Sequence[UUID]) -> Sequence[QueueOffer]:
    """What the queues have to offer, to who may plan."""
    return offers(desk.workspace, post_id=desk.post_id, account_ids=account_ids) if desk.may_schedule else ()


def refused(writing: Writing, problems: Sequence[ReadinessProblem], *, action: str) -> ComposerErrors:
    """The sentences of a refusal, each at the field it belongs to."""
    own_texts = {key for key, text in writing.own_texts.items() if text.strip()}
    what = "Not published yet" if action == "publish_now" else "Not on the plan yet"
    return field_errors(problems, writing, own_texts=own_texts, refused=what)


def _templates(desk: Desk) -> list[TemplateChoice]:
    """What a new post can begin with."""
    if desk.post_id:
        return []
    url = reverse("dashboard:compose")
    rows = Template.objects.filter(workspace=desk.workspace).values_list("name", "pk")
    return [TemplateChoice(name, f"{url}?template={pk}") for name, pk in rows]


def _account(account: SocialAccount, writing: Writing) -> AccountChoice:
    return AccountChoice(
        id=account.pk,
        label=account.name or account.handle,
        handle=f"@{account.handle}",
        platform=account.platform,
        is_chosen=account.pk in writing.accounts,
        problem="" if account.state in PUBLISHES else "reconnect needed",
    )


def _variant(account: SocialAccount, writing: Writing, errors: ComposerErrors) -> VariantChoice:
    known = registry.capabilities(account.platform).options
    options = [_option(account, option, writing, errors) for option in known]
    first, defaults = _first_options(known), {option.name: option.default for option in known}
    more = [one for one in options if one.name not in first]
    return VariantChoice(
        id=account.pk,
        label=f"@{account.handle}",
        platform=account.platform,
        is_chosen=account.pk in writing.accounts,
        is_open=writing.open_version == str(account.pk),
        text=writing.own_texts.get(account.pk, ""),
        error=errors.variants.get(account.pk, ""),
        options=[one for one in options if one.name in first],
        more_options=more,
        more_is_open=any(one.error or one.value != defaults[one.name] for one in more),
    )


def _first_options(known: Sequence[Option]) -> frozenset[str]:
    """What stands open: everything, or of many options those that must be chosen."""
    needed = frozenset(option.name for option in known if option.required or option.name == FORMAT)
    return needed if len(known) > FEW_OPTIONS else frozenset(option.name for option in known)


def _option(account: SocialAccount, option: Option, writing: Writing, errors: ComposerErrors) -> OptionChoice:
    return OptionChoice(
        name=option.name,
        field=f"option-{account.pk}:{option.name}",
        label=option.label,
        value=writing.options.get(account.pk, {}).get(option.name, option.default),
        choices=option_choices(option, account.choices),
        error=errors.options.get((account.pk, option.name), ""),
        entry=option_entry(option),
        note=option_note(option, registry.capabilities(account.platform)),
    )


def _replies(writing: Writing, errors: ComposerErrors) -> list[Reply]:
    return [
        Reply(number, text, errors.parts.get(f"reply-{number}", "")) for number, text in enumerate(writing.replies, 1)
    ]


def _media_note(count: int, editions: Iterable[Edition]) -> str:
    most = min((edition.capabilities.max_media for edition in editions), default=0)
    return f"{count} of {most}" if most else str(count or "")


def _previews(manuscript: Manuscript, editions: Sequence[Edition], writing: Writing) -> list[Preview]:
    pictures = [_picture(one) for one in manuscript.passages[0].media]
    ids = [str(edition.account.pk) for edition in editions]
    opened = writing.open_preview if writing.open_preview in ids else next(iter(ids), "")
    return [
        preview(manuscript, edition, pictures=pictures, is_open=str(edition.account.pk) == opened)
        for edition in editions
    ]


def _picture(medium: Medium) -> Picture:
    """What stands for a file in a preview: a video's cover, or its frame."""
    shown = medium.cover or medium.asset
    return Picture(thumb_url(shown), medium.alt, medium.asset.kind)
