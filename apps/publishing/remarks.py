"""What is said below a post that is out: words and files, in one way everywhere or on some accounts in another.

A remark is measured and sent as a part below the post's main one, so that checks, renditions and the worker see the
same draft.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from apps.core.querysets import within_reach
from apps.media.models import Asset
from apps.media.recipes import Recipe
from apps.posts.content import MediaContent
from apps.posts.errors import MediaNotAllowed
from apps.posts.manuscripts import Edition, Manuscript, Medium, Passage
from apps.posts.outgoing import Part, parts_on, require_files
from apps.posts.policies import ended_rights, policy_problems
from apps.posts.problem import ReadinessProblem
from apps.posts.selectors import manuscripts, media_in
from apps.posts.states import PartRole
from apps.publishing.models import FollowUp, FollowUpMedia
from apps.publishing.states import OPEN
from apps.social_accounts.models import SocialAccount

# Where `posts` has the comment among the parts; problems of comments name their fields without it.
PLACE: Final = "parts.1."


@dataclass(frozen=True, slots=True)
class Remark:
    text: str = ""
    media: tuple[MediaContent, ...] = ()


@dataclass(frozen=True, slots=True)
class Remarks:
    """`usual` is said on every account that has nothing of its `own`."""

    usual: Remark
    own: Mapping[UUID, Remark] = field(default_factory=dict)

    def on(self, account_id: UUID) -> Remark:
        return self.own.get(account_id, self.usual)


def parts_below(
    written: Manuscript, account: SocialAccount, said: Remark, media: Sequence[Medium]
) -> tuple[Part, Part]:
    """The main part and the remark as they go out on one account. Addresses in a remark go as they were typed."""
    known = written.edition_on(account.pk) or Edition(account, None, {})
    edition = Edition(account, known.text, known.options)
    both = (written.passages[0], Passage(PartRole.FIRST_COMMENT, said.text, tuple(media)))
    main, comment = parts_on(replace(written, passages=both), edition)
    files = tuple(replace(sent, field=_in_a_comment(sent.field)) for sent in comment.files)
    return main, replace(comment, draft=replace(comment.draft, text=said.text), files=files)


def media_of(said: Remark, *, workspace_id: UUID) -> tuple[Medium, ...]:
    """Its files as they are sent; raises NotInWorkspace."""
    return media_in(said.media, workspace_id=workspace_id) if said.media else ()


def remark_of(row: FollowUp) -> Remark:
    """What a stored comment says."""
    shown = FollowUpMedia.objects.filter(follow_up=row).order_by("position")
    return Remark(row.text, tuple(one.content for one in shown))


def file_problems(said: Remark, media: Sequence[Medium], at: datetime) -> Iterator[ReadinessProblem]:
    """What the workspace asks of files wherever they go."""
    for problem in policy_problems(_alone(said, media), at) if media else ():
        yield replace(problem, field=_in_a_comment(problem.field))


def require_files_of(said: Remark, media: Sequence[Medium], part: Part, day: date) -> None:
    """Raise MediaNotAllowed for a file that may not go out on that day or that nobody can make into what the platform
    takes, MediaNotReady while it is being made."""
    if ended := ended_rights(_alone(said, media), day):
        field, words = ended
        raise MediaNotAllowed(_in_a_comment(field), words)
    require_files([part])


def needs_of(part: Part) -> Iterator[tuple[Asset, Recipe]]:
    """What must still be made before it can go out."""
    for sent in part.everything():
        if (recipe := sent.need) and sent.fitted.is_fine:
            yield sent.asset, recipe


def keys_needed_by_comments(asset_ids: Collection[UUID]) -> set[str]:
    """The renditions of these files that comments wait for."""
    shows = within_reach(FollowUpMedia).filter(asset_id__in=asset_ids).values("follow_up")
    waiting = within_reach(FollowUp).filter(pk__in=shows, state__in=OPEN)
    rows = list(waiting.select_related("publication__account", "publication__post"))
    written = manuscripts({row.publication.post for row in rows})
    found: set[str] = set()
    for row in rows:
        said = remark_of(row)
        media = media_of(said, workspace_id=row.workspace_id)
        _, comment = parts_below(written[row.publication.post_id], row.publication.account, said, media)
        found |= {recipe.key(asset.sha256) for asset, recipe in needs_of(comment)}
    return found


def _alone(said: Remark, media: Sequence[Medium]) -> Manuscript:
    """The remark below nothing, for what concerns its files wherever they go."""
    return Manuscript((Passage(PartRole.MAIN, ""), Passage(PartRole.FIRST_COMMENT, said.text, tuple(media))), ())


def _in_a_comment(field: str) -> str:
    return field.removeprefix(PLACE)
