"""What an operator does at X, and what Postroom does not do there."""

from __future__ import annotations

from typing import Final

from apps.platforms.setup import Setup
from apps.platforms.versions import ApiVersion

VERSION: Final = ApiVersion(
    name="2",
    rhythm=(
        "The version is part of each path. There is no calendar of retirements: changes are announced in the changelog "
        "and the developers' forum, sometimes days ahead, and additions come at any time."
    ),
    source="https://docs.x.com/changelog",
)

SETUP: Final = Setup(
    portal="https://developer.x.com",
    steps=(
        "Create a project and an app in X's developer console, and add credits to it: new apps pay for each call.",
        "Set up user authentication with OAuth 2.0 as a web app (a confidential client), with read and write access.",
        "Enter Postroom's callback address exactly as Postroom shows it.",
        "Give Postroom the OAuth 2.0 client id and client secret; the API key is something else.",
        "For notices, give Postroom the API key secret (consumer secret) as X_WEBHOOK_SECRETS, and register its https "
        "address /inbound/x/, without a port, as a webhook with the app's bearer token.",
        "Subscribe the webhook to the events wanted of each account: oauth.revoke, post.delete, post.reply.create.",
    ),
    review="Nothing is examined: an app works as soon as it has credits. Larger access is a contract with X.",
    gaps=(
        "Likes, follows and direct messages.",
        "Pictures inside an article, and its styles: paragraphs and a cover go out.",
        "The draft of an article whose post is cancelled or rewritten stays among the account's drafts, where nobody "
        "else sees it: no call that deletes it is documented.",
        "Restrictions by place, cards and posts for advertisements only.",
        "Subscribing accounts to events, which needs the app's own token, is up to the operator.",
    ),
    notes=(
        "Prices of August 2026: a post 0.015 US dollars, a post with a link 0.200, an alt text 0.005, each post read "
        "0.005, each profile read 0.010. Without credits X refuses everything, and Postroom waits and says so.",
        "Apps without a contract may reply only to those who mentioned or quoted the account. Threads and first "
        "comments below an account's own posts are reported to work; X's rule does not say so.",
        "One stock symbol ($ABC) in a post is the most for apps without a contract.",
        "X took quotes from all apps without a contract in April 2026: what it says then is shown to the person.",
        "Captions go out as SubRip, one file for each language; without its country, which X does not know.",
        "The person must be signed in to the right account in the browser: X does not let them choose.",
        "How long texts and videos of accounts with a subscription may be is not documented for certain; X itself says "
        "no to what is too long.",
        "A text that the account published a while ago is refused as a duplicate. Postroom then looks for it first.",
    ),
)
