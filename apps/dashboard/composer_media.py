"""The files in the composer: how each looks, where it may go as it is, where it is made to fit, and what a person must
decide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from django.urls import reverse

from apps.dashboard.library_page import fact_of, thumb_url
from apps.dashboard.media_form import clock_of, percents
from apps.media import selectors
from apps.media import services as media
from apps.media.models import Asset
from apps.media.recipes import Cut
from apps.posts.manuscripts import Edition, Manuscript, Medium, Passage
from apps.posts.outgoing import Sent, parts_on
from apps.posts.states import PartRole

PICKED_FROM = 24  # files of the library that the picker shows at a time
DECIDED_BY = {"crop": "Crop to fit", "pad": "Add a border"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a file on accounts of these platforms. `tone` is ok, info (it is made to fit) or bad; `choices`
    are the buttons that solve it: the action and its label."""

    platforms: tuple[str, ...]
    tone: str
    words: str
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class MediaItem:
    """A file as components/media_tile.html shows it; `cut` fields as the form has them."""

    id: UUID
    url: str
    thumb_url: str
    placeholder: str
    page_url: str
    name: str
    alt: str
    kind: str
    kind_word: str
    fact: str
    error: str
    is_first: bool
    is_last: bool
    fit: str
    focus: str
    box: str
    start: str
    end: str
    seconds: float
    cover_id: str
    cover_url: str
    verdicts: tuple[Verdict, ...]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Pick:
    """A file of the library that can be put into the post."""

    id: UUID
    name: str
    alt: str
    kind: str
    kind_word: str
    fact: str
    thumb_url: str
    placeholder: str


def verdicts_on(asset: Asset, editions: Iterable[Edition]) -> tuple[Verdict, ...]:
    """What would become of the file alone in a post, on each of these accounts."""
    passage = Passage(PartRole.MAIN, "", (Medium(asset, asset.alt),))
    return _verdicts(Manuscript((passage,), tuple(editions))).get(0, ())


def media_items(manuscript: Manuscript, errors: Mapping[int, str]) -> list[MediaItem]:
    """The files of the main part in their order."""
    shown = manuscript.passages[0].media
    verdicts = _verdicts(manuscript)
    return [
        _item(medium, errors.get(number, ""), verdicts.get(number, ()), number=number, last=len(shown) - 1)
        for number, medium in enumerate(shown)
    ]


def picks(workspace_id: UUID, words: str) -> list[Pick]:
    """What the picker offers: the newest files, or those that the words find."""
    rows = selectors.files_of(workspace_id, selectors.Wanted(words=words) if words else selectors.ANYWHERE)
    return [
        Pick(
            row.pk,
            row.original_name or "Unnamed",
            row.alt,
            row.kind,
            row.get_kind_display(),
            fact_of(row),
            thumb_url(row),
            row.placeholder,
        )
        for row in rows[:PICKED_FROM]
    ]


def _item(medium: Medium, error: str, verdicts: tuple[Verdict, ...], *, number: int, last: int) -> MediaItem:
    asset, cut = medium.asset, Cut.from_json(medium.cut)
    return MediaItem(
        id=asset.pk,
        url=media.member_url(asset),
        thumb_url=thumb_url(asset),
        placeholder=asset.placeholder,
        page_url=reverse("dashboard:asset", args=[asset.pk]),
        name=asset.original_name,
        alt=medium.alt,
        kind=asset.kind,
        kind_word=asset.get_kind_display(),
        fact=fact_of(asset),
        error=error,
        is_first=number == 0,
        is_last=number == last,
        fit=cut.fit,
        focus=percents(cut.focus) if cut.focus != Cut().focus else "",
        box=percents(cut.box) if cut.box else "",
        start=clock_of(cut.start) if cut.start else "",
        end=clock_of(cut.end),
        seconds=asset.seconds,
        cover_id=str(medium.cover.pk) if medium.cover else "",
        cover_url=_cover_url(medium.cover),
        verdicts=verdicts,
        is_cut=bool(medium.cut),
    )


def _cover_url(cover: Asset | None) -> str:
    return thumb_url(cover) if cover else ""


def _verdicts(manuscript: Manuscript) -> dict[int, tuple[Verdict, ...]]:
    """By the number of the file: what becomes of it, the same on several platforms said once. What a person has to
    decide comes first."""
    found: dict[int, dict[Verdict, dict[str, None]]] = {}
    for edition in manuscript.editions:
        for number, sent in enumerate(parts_on(manuscript, edition)[0].files):
            for verdict in _verdict(sent):
                found.setdefault(number, {}).setdefault(verdict, {})[edition.account.platform] = None
    return {number: _in_order(verdicts) for number, verdicts in found.items()}


def _in_order(verdicts: Mapping[Verdict, Mapping[str, None]]) -> tuple[Verdict, ...]:
    told = [replace(verdict, platforms=tuple(platforms)) for verdict, platforms in verdicts.items()]
    return tuple(sorted(told, key=lambda verdict: ("bad", "info", "ok").index(verdict.tone)))


def _verdict(sent: Sent) -> Iterator[Verdict]:
    if sent.fitted.problems:
        for problem in sent.fitted.problems:
            choices = tuple(
                (f"fit-{one}:{sent.asset.pk}", DECIDED_BY[one]) for one in problem.choices if one in DECIDED_BY
            )
            yield Verdict((), "bad", problem.words, choices)
    elif sent.fitted.recipe is None:
        yield Verdict((), "ok", "Goes as it is.")
    else:
        yield Verdict((), "info", " ".join(sent.fitted.notes) or "Is made to fit.")
