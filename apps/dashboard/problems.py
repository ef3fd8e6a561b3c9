"""What stands in the way of a post, in the composer's words: at the field it belongs to, and in one list."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from apps.dashboard.composer_form import Writing
from apps.media.states import Kind
from apps.posts.manuscripts import Manuscript
from apps.posts.problem import ReadinessProblem
from apps.publishing.windows import WAIVABLE

ACTIONS: Final = {
    "text": "Edit the text",
    "media": "See the files",
    "picture": "See the file",
    "link": "See the link",
    "alt": "Write alt text",
    "accounts": "Choose accounts",
    "when": "Change the time",
    "options": "Choose",
    "part": "Edit it",
}


@dataclass(slots=True)
class ComposerErrors:
    """Sentences by field; an empty one means that all is well there. `form` is about the whole."""

    form: str = ""
    accounts: str = ""
    text: str = ""
    media: str = ""
    link: str = ""
    first_comment: str = ""
    when: str = ""
    is_closed: bool = False  # the time is one that a person may overrule
    variants: dict[UUID, str] = field(default_factory=dict)
    options: dict[tuple[UUID, str], str] = field(default_factory=dict)
    pictures: dict[int, str] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProblemItem:
    tone: str
    platform: str
    title: str
    text: str
    target: str
    action: str


@dataclass(frozen=True, slots=True)
class Problems:
    items: list[ProblemItem]

    @property
    def to_fix(self) -> int:
        return sum(item.tone == "bad" for item in self.items)

    @property
    def to_check(self) -> int:
        return len(self.items) - self.to_fix


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a problem is mended: the kind of field, the id of its control, a number or name where there are many."""

    kind: str
    target: str
    number: int = 0
    name: str = ""


def spot_of(problem: ReadinessProblem, writing: Writing, own_texts: Collection[UUID]) -> Spot:
    """The composer's field for a problem that names the post's."""
    head, _, rest = problem.field.partition(".")
    if head == "parts":
        position, _, _ = rest.partition(".")
        fields = writing.fields_of_parts()
        name = fields[int(position)] if int(position) < len(fields) else "text"
        return Spot("part", name, name=name)
    if head == "media":
        place, _, part = rest.partition(".")
        if not place:
            return Spot("media", "files")
        asset_id = writing.media[int(place)].asset_id
        if part == "alt":
            return Spot("alt", f"alt-{asset_id}", number=int(place))
        return Spot("picture", f"media-{asset_id}", number=int(place))
    if head == "options" and problem.account_id:
        return Spot("options", f"option-{problem.account_id}:{rest}", name=rest)
    if head == "link":
        return Spot("link", "link")
    if head in ("due_at", "queue"):
        return Spot("when", "date")
    if head == "text":
        own = problem.account_id in own_texts
        return Spot("variant", f"variant-{problem.account_id}") if own else Spot("text", "text")
    return Spot("accounts", "accounts")


def field_errors(
    problems: Sequence[ReadinessProblem], writing: Writing, *, own_texts: Collection[UUID], refused: str
) -> ComposerErrors:
    """Every problem beside its field; several at one field are one paragraph. `refused` says what did not happen."""
    errors = ComposerErrors()
    for problem in problems:
        if not problem.is_warning:
            _tell(errors, spot_of(problem, writing, own_texts), problem)
    errors.is_closed = any(problem.code in WAIVABLE for problem in problems if not problem.is_warning)
    count = sum(not problem.is_warning for problem in problems)
    things = "1 thing needs" if count == 1 else f"{count} things need"
    errors.form = f"{refused}: {things} another look."
    return errors


def problem_list(manuscript: Manuscript, writing: Writing, problems: Sequence[ReadinessProblem]) -> Problems:
    """The list under the text: what keeps the post from going out, then what deserves a look."""
    own_texts = {edition.account.pk for edition in manuscript.editions if edition.text is not None}
    several = len(writing.media) > 1
    grave = [
        _item(problem, spot_of(problem, writing, own_texts), several=several)
        for problem in problems
        if _is_told(problem, writing)
    ]
    return Problems([*sorted(grave, key=lambda item: item.tone), *_without_alt(manuscript)])


def _is_told(problem: ReadinessProblem, writing: Writing) -> bool:
    # An empty page is not a mistake yet.
    untouched = not (writing.text or writing.media or any(writing.own_texts.values()))
    return not (untouched and problem.code in ("empty", "too_few_media", "text_required"))


def _item(problem: ReadinessProblem, spot: Spot, *, several: bool) -> ProblemItem:
    kind = {"variant": "text"}.get(spot.kind, spot.kind)
    tone = "warn" if problem.is_warning else "bad"
    words = problem.words
    if several and spot.kind in ("picture", "alt"):
        words = f"File {spot.number + 1}: {words}"
    return ProblemItem(tone, problem.platform, words, "", spot.target, ACTIONS[kind])


def _without_alt(manuscript: Manuscript) -> Iterator[ProblemItem]:
    for number, picture in enumerate(manuscript.passages[0].media, 1):
        if not picture.alt and picture.asset.kind == Kind.IMAGE:
            words = "People who cannot see it, and the networks’ search, go by these words."
            yield ProblemItem(
                "warn", "", f"Picture {number} has no alt text", words, f"alt-{picture.asset.pk}", ACTIONS["alt"]
            )


def _tell(errors: ComposerErrors, spot: Spot, problem: ReadinessProblem) -> None:
    words = problem.words
    if spot.kind == "variant" and problem.account_id:
        errors.variants[problem.account_id] = _joined(errors.variants.get(problem.account_id, ""), words)
    elif spot.kind == "options" and problem.account_id:
        key = (problem.account_id, spot.name)
        errors.options[key] = _joined(errors.options.get(key, ""), words)
    elif spot.kind in ("picture", "alt"):
        errors.pictures[spot.number] = _joined(errors.pictures.get(spot.number, ""), words)
    elif spot.kind == "part" and spot.name != "first_comment":
        errors.parts[spot.name] = _joined(errors.parts.get(spot.name, ""), words)
    else:
        name = "first_comment" if spot.kind == "part" else spot.kind
        setattr(errors, name, _joined(getattr(errors, name), words))


def _joined(before: str, words: str) -> str:
    return before if words in before else f"{before} {words}".strip()
