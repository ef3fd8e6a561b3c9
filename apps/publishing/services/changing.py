"""Other words for something that is out: first at the platform, then here, so that the page says what is live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction

from apps.audit import services as audit
from apps.core import clock
from apps.core.actors import Actor
from apps.events import services as events
from apps.platforms import registry
from apps.platforms.contract import Draft, Receipt
from apps.platforms.errors import Gone
from apps.posts import selectors
from apps.posts import services as posts
from apps.posts.errors import PostChanged, PostNotReady
from apps.posts.manuscripts import Edition
from apps.posts.models import Post
from apps.posts.outgoing import parts_on
from apps.posts.readiness import problems_in
from apps.publishing import gates
from apps.publishing.abilities import OPTION, changeable
from apps.publishing.engine.work import outside_of_transactions
from apps.publishing.errors import PostBusy
from apps.publishing.models import Publication
from apps.publishing.services import turns
from apps.publishing.services.holding import hold, keep_up_with
from apps.publishing.services.removals import FOUND_GONE, write_removed
from apps.publishing.services.turns import Aftermath, Turn
from apps.publishing.states import Deed, Outcome, State

NOT_THERE = "{platform} does not let Postroom change this post. You can only change it there."
GONE = "It is not there any more: it was taken down at the platform. Noted as removed."
OVERTAKEN = f"This took so long that somebody else has had their turn since. {turns.UNKNOWN}"


def change_published(
    *,
    publication: Publication,
    text: str | None,
    options: Mapping[str, str],
    actor: Actor,
    expected_revision: int | None = None,
) -> Aftermath:
    """Give one account other words (None: those of the post) or options where it is out. Call it outside of any
    transaction; it is safe to repeat. What the platform cannot change stays as it is.

    Raises PostBusy where it is not out, its platform has no such thing, a gate objects, or somebody is at it right
    now; PostNotReady with what the platform would refuse; PostChanged when somebody else was faster.
    """
    outside_of_transactions()
    with publication.scope(), transaction.atomic():
        wanted = _wanted(publication, text, options, expected_revision)
        draft = _draft(publication, wanted)
        turn = turns.begin(publication, Deed.CHANGE, actor=actor, text=wanted.text, options=dict(wanted.options))
    asked_at = clock.now()
    try:
        receipt = turns.ask(turn, lambda adapter, credential: adapter.edit(turn.remote, draft, credential))
    except Gone as error:
        return _found_gone(publication, turn, error)
    except Exception as error:  # Whatever it is, it is in the ledger, and asking again is safe.
        return turns.settle(turn, error, asked_at=asked_at)
    with publication.scope(), transaction.atomic():
        return _keep(publication, wanted, turn, receipt)


def _wanted(
    publication: Publication, text: str | None, options: Mapping[str, str], expected_revision: int | None
) -> Edition:
    """What the account shall have: as it is, but for what may be changed there. The post is held from here on."""
    post, _ = hold(Post.objects.get(pk=publication.post_id))
    if expected_revision is not None and post.revision != expected_revision:
        raise PostChanged(expected=expected_revision, found=post.revision)
    fields = changeable(publication)
    edition = selectors.manuscript(post).edition_on(publication.account_id)
    if not fields or edition is None:
        raise PostBusy(NOT_THERE.format(platform=registry.label(publication.account.platform)))
    names = {field.removeprefix(OPTION) for field in fields if field.startswith(OPTION)}
    kept = {name: value for name, value in edition.options.items() if name not in names}
    chosen = {name: value for name, value in options.items() if name in names and value}
    return Edition(edition.account, text if "text" in fields else edition.text, {**kept, **chosen})


def _draft(publication: Publication, wanted: Edition) -> Draft:
    """What the platform is to show; raises PostBusy where a gate objects to these words, and PostNotReady for what a
    person can mend, and for nothing else."""
    post = Post.objects.get(pk=publication.post_id)
    posts.settle_words(post, wanted.account, wanted.text)
    manuscript = replace(selectors.manuscript(post), editions=(wanted,))
    if words := gates.words_against_change(publication, manuscript):
        raise PostBusy(words)
    fields = changeable(publication)
    if problems := [problem for problem in problems_in(manuscript) if problem.field in fields]:
        raise PostNotReady(problems)
    return parts_on(manuscript, wanted)[0].draft


def _keep(publication: Publication, wanted: Edition, turn: Turn, receipt: Receipt) -> Aftermath:
    """The platform has it: so has the post. Everything else of the post that waits or is on its way says the same as
    before, in the new revision."""
    post, _ = hold(Post.objects.get(pk=publication.post_id))
    mine = Publication.objects.filter(pk=publication.pk, state=State.PUBLISHED, fence=turn.claim.fence)
    if not mine.exists():
        turns.close(turn, Outcome.UNCERTAIN, words=OVERTAKEN)
        return Aftermath(Outcome.UNCERTAIN, OVERTAKEN)
    post = posts.change_variant(
        post=post, account_id=publication.account_id, text=wanted.text, options=wanted.options, actor=turn.actor
    )
    mine.update(revision=post.revision, updated_at=clock.now(), **_names(turn, receipt))
    keep_up_with(post)
    turns.close(turn, Outcome.CHANGED, remote_id=receipt.remote_id, revision=post.revision)
    row = Publication.objects.get(pk=publication.pk)
    said = {"revision": post.revision}
    audit.record("publication.edited", subject=row, actor=turn.actor, diff=said)
    account = {"account_id": row.account_id, "platform": turn.claim.platform, "remote_id": row.remote_id}
    events.emit("publication.edited", subject=row, data={"post_id": row.post_id, **account, **said})
    return Aftermath(Outcome.CHANGED)


def _names(turn: Turn, receipt: Receipt) -> dict[str, Any]:
    """What the platform calls it now: on X each version of a post has a name of its own."""
    changes: dict[str, Any] = {"remote_id": receipt.remote_id} if receipt.remote_id else {}
    if receipt.remote_url:
        changes["remote_url"] = receipt.remote_url
    if receipt.facts:
        changes["remote_facts"] = {**turn.remote.facts, **receipt.facts}
    return changes


def _found_gone(publication: Publication, turn: Turn, error: Gone) -> Aftermath:
    with publication.scope(), transaction.atomic():
        hold(Post.objects.get(pk=publication.post_id))
        turns.close(turn, Outcome.GONE, words=error.words)
        write_removed(publication, actor=turn.actor, how=FOUND_GONE)
    return Aftermath(Outcome.GONE, GONE)
