"""What a claim is about, read in one short transaction before the network is touched: words, pictures, credential."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q

from apps.core import clock, tenancy
from apps.governor.lanes import Lane
from apps.platforms.contract import Adapter, Credential, Draft, RemotePost, Role, Staged
from apps.platforms.errors import Rejected
from apps.posts.errors import MediaNotAllowed
from apps.posts.manuscripts import Manuscript
from apps.posts.models import Variant
from apps.posts.selectors import drafts_in, manuscript, manuscripts
from apps.publishing.claim import Claim
from apps.publishing.engine import preparation as preparations
from apps.publishing.engine.preparation import Preparation
from apps.publishing.errors import LostClaim
from apps.publishing.models import BY_HAND, FollowUp, Publication
from apps.publishing.remarks import media_of, parts_below, remark_of, require_files_of
from apps.publishing.states import State
from apps.social_accounts import services as social_accounts

# A post of the same account may be answered for before it is stored here; look a little further back than the intent.
KNOWN_SINCE: Final = timedelta(days=2)
ENDS_SOON: Final = timedelta(minutes=5)
ANSWERED_IS_GONE: Final = "The comment that this answers is not there any more."
RELATED: Final = ("post", "account__grant__app", "account__grant__organization_app")


class ContentMoved(Exception):
    """The post is not the one that was planned; a person looks at it before it goes out."""


@dataclass(frozen=True, slots=True)
class Work:
    """Everything an adapter is handed. `left_behind` is what was prepared for other words and has to be taken back;
    `first_sent_at` and `last_sent_at` are those of its commits, if there were any; `read_at` is from before the
    credential was read."""

    draft: Draft
    credential: Credential
    adapter: Adapter
    preparation: Preparation | None
    left_behind: Staged | None
    first_sent_at: datetime | None
    last_sent_at: datetime | None
    grant_id: UUID | None
    read_at: datetime


def load(claim: Claim) -> Work:
    """Read what is to be sent; raises LostClaim, ContentMoved, MediaNotReady, and NotConnected. Refreshes a token about
    to end."""
    work = _load(claim)
    if _ends_soon(work) and work.grant_id is not None:
        # Outside of any transaction: this is a call to the platform.
        social_accounts.refresh_if_needed(organization_id=claim.organization_id, grant_id=work.grant_id)
        work = _load(claim)
    return work


def _ends_soon(work: Work) -> bool:
    ends_at = work.credential.expires_at
    return work.grant_id is not None and ends_at is not None and ends_at - clock.now() < ENDS_SOON


def known_remote_ids(claim: Claim, *, since: datetime) -> frozenset[str]:
    """Posts of the account that are known to be others, so that a search never takes one for this. Those that a person
    saw live go by the address they gave, if they gave one."""
    with claim.scope():
        recent = Q(published_at__gte=since - KNOWN_SINCE) & ~Q(remote_id="") & ~Q(pk=claim.row_id)
        recent &= ~Q(remote_id__startswith=BY_HAND)
        posts = Publication.objects.filter(recent, account_id=claim.account_id)
        comments = FollowUp.objects.filter(recent, publication__account_id=claim.account_id)
        return frozenset(posts.values_list("remote_id", flat=True)) | frozenset(
            comments.values_list("remote_id", flat=True)
        )


def outside_of_transactions() -> None:
    """Nothing that waits for a network runs with a tenant, and so a transaction, open."""
    if tenancy.current().organization_id is not None or tenancy.current().across:
        raise RuntimeError("A platform is never called inside tenancy.scope()")


def load_all(claims: Sequence[Claim]) -> dict[UUID, Work]:
    """The same for many publications in a constant number of queries, by id. One that is not among the answers is read
    by `load`, which says why: it cannot be sent, or something has to be done for it first."""
    outside_of_transactions()
    read_at = clock.now()
    with tenancy.across_tenants("read what was claimed"):
        rows = Publication.across_tenants.select_related(*RELATED).filter(pk__in=[claim.row_id for claim in claims])
        found = {row.pk: row for row in rows}
        written = manuscripts([row.post for row in found.values()])
        works: dict[UUID, Work] = {}
        for claim in claims:
            if (row := found.get(claim.row_id)) is not None and (work := _readable(claim, row, written, read_at)):
                works[claim.row_id] = work
    return works


def _readable(claim: Claim, row: Publication, written: Mapping[UUID, Manuscript], read_at: datetime) -> Work | None:
    try:
        _require_mine(claim, row)
        draft = _main(row, _today(row), written[row.post_id])
        work = _work(claim, row, row, draft, read_at)
    except Exception:  # `load` meets it again, alone, and whoever asked for it knows what follows.
        return None
    return None if _ends_soon(work) else work


def _load(claim: Claim) -> Work:
    outside_of_transactions()
    read_at = clock.now()
    with claim.scope():
        publication = Publication.objects.select_related(*RELATED).get(pk=claim.publication_id)
        row = FollowUp.objects.get(pk=claim.follow_up_id) if claim.follow_up_id else publication
        _require_mine(claim, row)
        # What may have gone out already is looked for, whatever has become of the right to send it.
        day = None if claim.is_search else _today(publication)
        written = manuscript(publication.post)
        if isinstance(row, FollowUp):
            draft = _comment(row, publication, day, written)
        else:
            draft = _main(publication, day, written)
        return _work(claim, publication, row, draft, read_at)


def _require_mine(claim: Claim, row: Publication | FollowUp) -> None:
    if row.fence != claim.fence or row.state != claim.state:
        raise LostClaim(claim)


def _work(claim: Claim, publication: Publication, row: Publication | FollowUp, draft: Draft, read_at: datetime) -> Work:
    credential = social_accounts.credential_for(publication.account)
    preparation = preparations.read(row.staged, due_at=row.due_at)
    left_behind = Staged(row.leftover["data"]) if row.leftover else None
    adapter = social_accounts.adapter_of(
        publication.account, lane=Lane.RECONCILE if claim.is_search else Lane.PUBLISH,
        timeout=settings.PUBLISH_REQUEST_TIMEOUT,
    )  # fmt: skip
    sent = (row.first_sent_at, row.intent_at)
    return Work(draft, credential, adapter, preparation, left_behind, *sent, publication.account.grant_id, read_at)


def _main(publication: Publication, day: date | None, written: Manuscript) -> Draft:
    post = publication.post
    if post.revision != publication.revision or post.deleted_at is not None:
        raise ContentMoved(f"{publication.pk} was planned with revision {publication.revision}, found {post.revision}")
    return _drafts(publication, day, written)[0]


def _comment(row: FollowUp, publication: Publication, day: date | None, written: Manuscript) -> Draft:
    """A comment replies to the post, a reply to the one before it."""
    if row.is_written:
        return written_draft(row, publication, written, day=day)
    drafts = _drafts(publication, day, written)
    if row.position >= len(drafts):
        raise ContentMoved(f"{row.pk} was part {row.position} of a post that has {len(drafts)}")
    root = RemotePost(publication.remote_id, publication.remote_facts)
    parent = root
    if row.role == Role.REPLY:
        earlier = FollowUp.objects.filter(publication=publication, role=Role.REPLY, position__lt=row.position)
        before = earlier.filter(state=State.PUBLISHED).order_by("-position").first()
        parent = RemotePost(before.remote_id, before.remote_facts) if before else root
    return replace(drafts[row.position], text=row.text, root=root, parent=parent)


def written_draft(row: FollowUp, publication: Publication, written: Manuscript, *, day: date | None) -> Draft:
    """A comment that somebody wrote: its own words and files, in the language and under the options of the post. With
    `day`, on which it goes out, raises as `drafts_for` does for files that may not or cannot."""
    post = RemotePost(publication.remote_id, publication.remote_facts)
    above = FollowUp.objects.get(pk=row.parent_id) if row.parent_id else None
    if above is not None and above.state != State.PUBLISHED and day is not None:
        raise Rejected(ANSWERED_IS_GONE, field="parent")
    said = remark_of(row)
    media = media_of(said, workspace_id=row.workspace_id)
    _, part = parts_below(written, publication.account, said, media)
    if day is not None and media:
        try:
            require_files_of(said, media, part, day)
        except MediaNotAllowed as error:
            raise Rejected(error.words, field=error.field) from error
    parent = RemotePost(above.remote_id, above.remote_facts) if above else post
    return replace(part.draft, root=post, parent=parent)


def _drafts(publication: Publication, day: date | None, written: Manuscript) -> list[Draft]:
    try:
        return drafts_in(written, publication.account, on=day)
    except Variant.DoesNotExist:
        raise ContentMoved(f"{publication.post_id} is no longer meant for this account") from None
    except MediaNotAllowed as error:
        raise Rejected(error.words, field=error.field) from error


def _today(publication: Publication) -> date:
    """The day it is where the post was planned."""
    return clock.now().astimezone(ZoneInfo(publication.post.timezone or "UTC")).date()
