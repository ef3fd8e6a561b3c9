"""A question to a platform on behalf of an account, and what each refusal means for figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from apps.analytics.states import Missing
from apps.core import clock, tenancy
from apps.governor.lanes import Lane
from apps.platforms.contract import Adapter, Credential, RemotePost
from apps.platforms.errors import (
    Disconnected,
    Gone,
    MissingPermission,
    NotOffered,
    NotSent,
    PlatformError,
    Throttled,
    TokenExpired,
    Uncertain,
)
from apps.platforms.insights import Metrics
from apps.social_accounts import services as social_accounts
from apps.social_accounts.errors import NotConnected
from apps.social_accounts.models import SocialAccount
from apps.social_accounts.states import AccountState

T = TypeVar("T")
# Known to be of no use: the platform is not asked with it.
SIGNED_OUT: Final = frozenset({AccountState.NEEDS_REAUTH, AccountState.DISCONNECTED, AccountState.DISABLED})

# What hinders a request for many hinders one for each of them.
FOR_ALL: Final = (NotConnected, Disconnected, Throttled, NotSent, TokenExpired, Uncertain)
# Whoever has had one of these for a post would have it for the next.
ABOUT_THE_ACCOUNT: Final = frozenset({Missing.SIGNED_OUT, Missing.THROTTLED})


@dataclass(frozen=True, slots=True)
class Answer:
    """What was told, or why nothing was; then `is_final` says that asking again would change nothing."""

    told: Metrics | None = None
    missing: str = ""
    words: str = ""
    is_final: bool = True
    retry_at: datetime | None = None


def ask(
    account: SocialAccount, question: Callable[[Adapter, Credential], Metrics], *, seen_at: datetime | None = None
) -> Answer:
    """Put the question; refusals are answers too. Called outside of any transaction."""
    try:
        return Answer(told=put(account, question, lane=Lane.ANALYTICS, seen_at=seen_at))
    except (PlatformError, NotConnected) as error:
        return answer_of(error)


def ask_many(account: SocialAccount, posts: Sequence[RemotePost], *, seen_at: datetime | None = None) -> list[Answer]:
    """For each of these posts an answer: of all at once where the platform tells them so, else of each alone."""
    told: Mapping[str, Metrics] = {}
    if len(posts) > 1:
        try:
            told = put(account, _figures_of_all(posts), lane=Lane.ANALYTICS, seen_at=seen_at)
        except FOR_ALL as error:
            return [answer_of(error)] * len(posts)
        except PlatformError:
            pass  # A refusal of the whole says nothing of one of them, and a figure that is not read now is lost.
    answers: list[Answer] = []
    for post in posts:
        if found := told.get(post.remote_id):
            answers.append(Answer(told=found))
        elif _holds_for_the_rest(answers):
            answers.append(answers[-1])
        else:
            answers.append(ask(account, _figures_of(post), seen_at=seen_at))
    return answers


def _holds_for_the_rest(answers: Sequence[Answer]) -> bool:
    """One post may be a secret or too fresh; if two in a row were not told of, nobody answers."""
    last = [answer.missing for answer in answers[-2:]]
    return bool(last) and (last[-1] in ABOUT_THE_ACCOUNT or last == [Missing.UNREACHABLE] * 2)


def _figures_of(post: RemotePost) -> Callable[[Adapter, Credential], Metrics]:
    return lambda adapter, credential: adapter.post_metrics(post, credential)


def _figures_of_all(posts: Sequence[RemotePost]) -> Callable[[Adapter, Credential], Mapping[str, Metrics]]:
    return lambda adapter, credential: adapter.many_post_metrics(posts, credential)


def put(
    account: SocialAccount,
    question: Callable[[Adapter, Credential], T],
    *,
    lane: Lane,
    seen_at: datetime | None = None,
) -> T:
    """Put the question, with new tokens where they have run out; raises what the platform refuses with. An account that
    turns out to be signed out is marked. `seen_at`: the account was read with its grant and apps a moment ago, then."""
    asked_at = clock.now()
    try:
        return _put(account, question, lane, seen_at)
    except Disconnected as error:
        own = {"organization_id": account.organization_id, "account_id": account.pk}
        social_accounts.lose_access(**own, error=error, asked_at=asked_at)
        raise


def _put(
    account: SocialAccount, question: Callable[[Adapter, Credential], T], lane: Lane, seen_at: datetime | None
) -> T:
    if account.grant_id is None or account.state in SIGNED_OUT:
        raise NotConnected(f"{account} has to be reconnected")
    own = {"organization_id": account.organization_id, "grant_id": account.grant_id}
    if seen_at is not None and account.grant is not None and not social_accounts.ends_soon(account.grant):
        read_at, credential = seen_at, social_accounts.credential_for(account)
    else:
        social_accounts.refresh_if_needed(**own)
        read_at = clock.now()
        credential = _credential(account)
    adapter = social_accounts.adapter_of(account, lane=lane)
    try:
        return question(adapter, credential)
    except TokenExpired:
        # Its time was up before its date; new tokens, then one more try.
        if not social_accounts.refresh_grant(**own, is_refused=True, read_at=read_at):
            raise
        return question(adapter, _credential(account))


def _credential(account: SocialAccount) -> Credential:
    with tenancy.scope(organization_id=account.organization_id):
        rows = SocialAccount.objects.select_related("grant__app", "grant__organization_app")
        return social_accounts.credential_for(rows.get(pk=account.pk))


def answer_of(error: PlatformError | NotConnected) -> Answer:
    """What the refusal means: ask later, or take it for the answer."""
    match error:
        case NotConnected():
            return Answer(missing=Missing.SIGNED_OUT, words=str(error))
        case Disconnected():
            return Answer(missing=Missing.SIGNED_OUT, words=error.words)
        case Throttled():
            return Answer(missing=Missing.THROTTLED, words=error.words, is_final=False, retry_at=error.retry_at)
        case NotSent() | TokenExpired() | Uncertain():
            return Answer(missing=Missing.UNREACHABLE, words=error.words, is_final=False)
        case Gone():
            return Answer(missing=Missing.GONE, words=error.words)
        case NotOffered():
            return Answer(missing=Missing.NOT_OFFERED, words=error.words)
        case MissingPermission():
            # It may well publish: what lacks the right to read figures is not broken.
            return Answer(missing=Missing.NO_PERMISSION, words=error.words)
        case _:
            return Answer(missing=Missing.REFUSED, words=error.words)
