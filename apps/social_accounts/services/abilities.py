"""What a consent does not cover, told when the account is connected and not when a post of theirs falls due."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from apps.platforms import registry
from apps.platforms.calls import FEATURE_WORDS, Feature, cannot
from apps.social_accounts.models import Grant, SocialAccount
from apps.social_accounts.services.marking import mark_missing_permission
from apps.social_accounts.states import AccountState

# Without these there is nothing to connect an account for; the rest is said, and stops nobody.
NEEDED = frozenset({Feature.CONNECT, Feature.PUBLISH})


def tell_inabilities(account: SocialAccount, grant: Grant) -> None:
    """Mark the account where it could not publish; otherwise leave a word of what it cannot do."""
    lacking = cannot(registry.adapter_class(account.platform).calls, grant.scopes, kind=account.kind)
    if not lacking:
        return
    reason = f"This connection does not let us {listed(lacking)}. Reconnect the account and allow it to change that."
    if NEEDED & lacking.keys():
        scopes = tuple(dict.fromkeys(scope for found in lacking.values() for scope in found))
        mark_missing_permission(account_id=account.pk, reason=reason, scopes=scopes)
        account.refresh_from_db()
        return
    account.reason = reason[:500]
    account.save(update_fields=["reason"])


def note_inability(*, account_id: UUID, reason: str) -> None:
    """Leave a word of something that the account may not do. It goes on publishing, so planned posts are not held."""
    SocialAccount.objects.filter(pk=account_id, state=AccountState.ACTIVE).update(reason=reason[:500])


def listed(features: Collection[Feature]) -> str:
    """ "publish posts, read figures or delete published posts" """
    words = [FEATURE_WORDS[feature] for feature in features]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
