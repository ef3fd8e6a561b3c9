"""Taking down what is out, and writing down that it is gone. What was removed stays as a record."""

from __future__ import annotations

from typing import Final

from django.db import transaction

from apps.audit import services as audit
from apps.core import clock
from apps.core.actors import Actor
from apps.events import services as events
from apps.platforms import registry
from apps.platforms.errors import Gone
from apps.posts.models import Post
from apps.publishing import rollups
from apps.publishing.abilities import can_take_down, can_take_down_below, replies_stand_alone
from apps.publishing.engine.work import outside_of_transactions
from apps.publishing.errors import PostBusy
from apps.publishing.models import FollowUp, Publication
from apps.publishing.services import turns
from apps.publishing.services.holding import hold
from apps.publishing.services.turns import Aftermath
from apps.publishing.states import IN_FLIGHT, OPEN, WAITING, Deed, Outcome, State
from apps.publishing.waking import wake_after_commit

# How it is known, and the verb of the diary.
TAKEN_DOWN: Final = "taken_down"
FOUND_GONE: Final = "found_gone"
TOLD_GONE: Final = "told_gone"
SAID_GONE: Final = "said_gone"
VERBS: Final = {
    TAKEN_DOWN: "publication.removed",
    FOUND_GONE: "publication.found_gone",
    TOLD_GONE: "publication.told_gone",
    SAID_GONE: "publication.said_removed",
}
HELD_BACK: Final = "taking_down"
WAITING_WORDS: Final = "Held back because its post is being taken down."
POST_IS_GONE: Final = "Its post was taken down."
COMMENT_ON_ITS_WAY: Final = "A comment or reply of this post is on its way. Wait until that is settled."
BY_HAND: Final = "Postroom does not know what {platform} calls this post. Take it down there, then say so here."
NO_COMMENTS: Final = "{platform} does not let Postroom delete comments. Take it down there."
NOT_THERE: Final = "{platform} does not let Postroom delete posts. Take it down there, then say so here."


def take_down(*, publication: Publication, actor: Actor) -> Aftermath:
    """Delete a published post at its platform, its own replies first where those would stay. Call it outside of any
    transaction; it is safe to repeat, by anybody at any time.

    Raises PostBusy where it is not out, its platform has no such thing, or somebody is at it right now.
    """
    outside_of_transactions()
    for below in [*_made_ready(publication), None]:  # at last the post itself
        try:
            answer = _delete(publication, actor, below)
        except PostBusy:  # Somebody began with it between two of these.
            _let_go_on(publication)
            raise
        if not answer.is_done:
            return _stopped(publication, answer)
    return answer


def take_down_follow_up(*, follow_up: FollowUp, actor: Actor) -> Aftermath:
    """Delete one published comment or reply, and nothing else; as `take_down`."""
    outside_of_transactions()
    with follow_up.scope():
        publication = Publication.objects.select_related("account").get(pk=follow_up.publication_id)
        _require_ability(publication)
        if not can_take_down_below(publication):
            raise PostBusy(NO_COMMENTS.format(platform=registry.label(publication.account.platform)))
    return _delete(publication, actor, follow_up)


@transaction.atomic
def note_removed(*, publication: Publication, actor: Actor) -> None:
    """A person says that they took it down at the platform themselves; they are believed. Raises PostBusy."""
    _hold(publication)
    turns.refuse_another(publication)
    if not write_removed(publication, actor=actor, how=SAID_GONE):
        raise PostBusy(turns.NOT_OUT)


def by_hand_words(publication: Publication) -> str:
    """Why somebody has to take it down at the platform themselves."""
    words = BY_HAND if publication.is_known_by_hand else NOT_THERE
    return words.format(platform=registry.label(publication.account.platform))


def write_removed(publication: Publication, *, actor: Actor, how: str) -> bool:
    """Write down that it is out no longer, and what hung on it; False where that is known. The post is held."""
    now = clock.now()
    if not Publication.objects.filter(pk=publication.pk).steer(State.REMOVED, removed_at=now):
        return False
    publication = Publication.objects.select_related("account").get(pk=publication.pk)
    said = {"account_id": publication.account_id, "platform": publication.account.platform, "how": how}
    audit.record(VERBS[how], subject=publication, actor=actor)
    events.emit("publication.removed", subject=publication, data={"post_id": publication.post_id, **said})
    follow_ups = FollowUp.objects.filter(publication=publication)
    if not replies_stand_alone(publication.account):
        for row in follow_ups.filter(state=State.PUBLISHED):
            _write_follow_up_removed(row, said)
    waiting = [*OPEN, State.NEEDS_ATTENTION]
    follow_ups.steer(State.CANCELED, only=waiting, problem="post_removed", problem_words=POST_IS_GONE)
    rollups.tell_removed(publication.post_id)
    return True


def _made_ready(publication: Publication) -> list[FollowUp]:
    """Hold back what still waits to be said below it; the replies that have to be taken down first, last first."""
    with publication.scope(), transaction.atomic():
        _hold(publication)
        _require_ability(publication)
        turns.refuse_another(publication)
        if not Publication.objects.filter(pk=publication.pk, state=State.PUBLISHED).exists():
            raise PostBusy(turns.NOT_OUT)
        follow_ups = FollowUp.objects.filter(publication=publication)
        follow_ups.steer(State.HELD, only=WAITING, problem=HELD_BACK, problem_words=WAITING_WORDS)
        if follow_ups.filter(state__in=IN_FLIGHT).exists():
            raise PostBusy(COMMENT_ON_ITS_WAY)
        if not replies_stand_alone(publication.account):
            return []
        return list(follow_ups.filter(state=State.PUBLISHED).order_by("-position"))


def _delete(publication: Publication, actor: Actor, follow_up: FollowUp | None = None) -> Aftermath:
    with publication.scope(), transaction.atomic():
        _hold(publication)
        turn = turns.begin(publication, Deed.REMOVE, actor=actor, follow_up=follow_up)
    asked_at = clock.now()
    try:
        turns.ask(turn, lambda adapter, credential: adapter.delete(turn.remote, credential))
    except Gone:
        pass
    except Exception as error:  # Whatever it is, it is in the ledger, and asking again is safe.
        return turns.settle(turn, error, asked_at=asked_at)
    with publication.scope(), transaction.atomic():
        _hold(publication)
        turns.close(turn, Outcome.REMOVED)
        if follow_up is None:
            write_removed(publication, actor=actor, how=TAKEN_DOWN)
        elif row := FollowUp.objects.filter(pk=follow_up.pk, state=State.PUBLISHED).first():
            audit.record("follow_up.removed", subject=row, actor=actor, diff={"position": row.position})
            _write_follow_up_removed(row, {"platform": publication.account.platform, "how": TAKEN_DOWN})
    return Aftermath(Outcome.REMOVED)


def _write_follow_up_removed(row: FollowUp, said: dict[str, object]) -> None:
    FollowUp.objects.filter(pk=row.pk).steer(State.REMOVED, removed_at=clock.now())
    events.emit("comment.removed", subject=row, data={"publication_id": row.publication_id, **said})


def _stopped(publication: Publication, answer: Aftermath) -> Aftermath:
    """The post is out as before: what was held back may go on, unless nobody knows whether there is a post."""
    if answer.outcome is not Outcome.UNCERTAIN:
        _let_go_on(publication)
    return answer


def _let_go_on(publication: Publication) -> None:
    """What was held back may go out, unless somebody else takes the post down by now."""
    with publication.scope(), transaction.atomic():
        _hold(publication)
        if turns.open_turns().filter(publication=publication, deed=Deed.REMOVE).exists():
            return
        held = FollowUp.objects.filter(publication=publication, problem=HELD_BACK)
        held.steer(State.SCHEDULED, only=[State.HELD], problem="", problem_words="", next_try_at=clock.now())
        wake_after_commit()


def _require_ability(publication: Publication) -> None:
    if not can_take_down(publication):
        raise PostBusy(by_hand_words(publication))


def _hold(publication: Publication) -> None:
    hold(Post.objects.get(pk=publication.post_id))
