"""Snapshots by the million, made by the database itself: accounts of many agencies over many days, with corrections,
posts on every rung of the ladder, and clicks on a short link in each of them.

Written as the owner of the tables, past the triggers; what dashboards read is counted from them afterwards, by the
statements of `rebuild_rollups` without a workspace.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

DAYS: Final = 500  # that each account has been read
TO_AN_ACCOUNT: Final = 1_000  # rows of all kinds
RUNGS: Final = 7
POSTS: Final = 57  # of each account
IN_EACH: Final = 20  # clients of one agency
AT_A_CLIENT: Final = 10  # accounts
TABLES: Final = (
    "posts_post", "posts_part", "publishing_publication", "analytics_reading", "analytics_accountsnapshot",
    "analytics_publicationsnapshot", "analytics_accountday", "analytics_posttotal", "links_link", "links_clickday",
)  # fmt: skip
TRIGGERS: Final = (("analytics_accountsnapshot", "keep_days"), ("analytics_publicationsnapshot", "keep_posts"))
RAW: Final = (
    """jsonb_build_object('favourites_count', mod(n, 90), 'reblogs_count', mod(n, 20), 'replies_count', mod(n, 7))"""
)
PLACES: Final = """
    CREATE TEMP TABLE places AS SELECT id AS account, organization_id AS o, workspace_id AS w, platform,
      row_number() OVER (ORDER BY id) AS n FROM social_accounts_socialaccount
"""
# Of every fifth day a correction. Two platforms tell views; the others do not, and theirs stay unknown.
DAY_ROWS: Final = f"""
    INSERT INTO analytics_accountsnapshot (id, created_at, updated_at, organization_id, workspace_id, account_id, day,
      revision, taken_at, missing, views, reach, likes, followers, raw)
    SELECT gen_random_uuid(), at, at, o, w, account, day, revision, at,
      CASE WHEN gap THEN 'throttled' ELSE '' END,
      CASE WHEN gap OR mod(n, 3) = 0 THEN NULL ELSE mod(n, 900) + revision END,
      CASE WHEN gap THEN NULL ELSE mod(n, 500) END, CASE WHEN gap THEN NULL ELSE mod(n, 90) END,
      CASE WHEN gap THEN NULL ELSE 1000 + step END, CASE WHEN gap THEN '{{}}'::jsonb ELSE {RAW} END
    FROM generate_series(%(first)s::date, %(last)s::date, '1 day') AS days(of), places,
      LATERAL (SELECT of::date AS day, of::date - %(begin)s::date AS step) AS d,
      LATERAL generate_series(1, CASE WHEN mod(n + step, 5) = 0 THEN 2 ELSE 1 END) AS revision,
      LATERAL (SELECT day + interval '26 hours' + revision * interval '1 day' AS at,
        revision = 1 AND mod(n + step, 35) = 0 AS gap) AS told
"""
POSTED: Final = """
    CREATE TEMP TABLE posted AS SELECT o, w, account, n, gen_random_uuid() AS post, gen_random_uuid() AS publication,
      %(begin)s::timestamptz + number * (%(days)s::interval / %(posts)s) + mod(n, 24) * interval '1 hour' AS at
    FROM generate_series(0, %(posts)s - 1) AS number, places
"""
OF_POSTS: Final = (
    """INSERT INTO posts_post (id, created_at, updated_at, organization_id, workspace_id, title, language, local_due_at,
      timezone, due_at, revision, external_ref, review)
      SELECT post, at, at, o, w, '', '', at, 'UTC', at, 1, '', '' FROM posted""",
    """INSERT INTO posts_part (id, created_at, updated_at, organization_id, workspace_id, post_id, position, role, text,
      link) SELECT gen_random_uuid(), at, at, o, w, post, 0, 'main', 'Fresh from the roaster, until noon.', ''
      FROM posted""",
    """INSERT INTO publishing_publication (id, created_at, updated_at, organization_id, workspace_id, post_id,
      account_id, due_at, next_try_at, revision, state, fence, attempts_made, searches_made, remote_id, remote_url,
      remote_facts, published_at, problem, problem_words, problem_field)
      SELECT publication, at, at, o, w, post, account, at, at, 1, 'published', 1, 1, 0, publication::text,
      'https://platform.example/' || publication, '{}', at, '', '', '' FROM posted""",
    """INSERT INTO analytics_reading (id, created_at, updated_at, organization_id, workspace_id, account_id,
      publication_id, published_at, step, fence, tries, read_at, problem, problem_words)
      SELECT gen_random_uuid(), at, at, o, w, account, publication, at, '', 7, 0, at + interval '90 days', '', ''
      FROM posted""",
    f"""INSERT INTO analytics_publicationsnapshot (id, created_at, updated_at, organization_id, workspace_id,
      account_id, publication_id, published_at, key, taken_at, missing, views, likes, comments, shares, raw)
      SELECT gen_random_uuid(), at + age, at + age, o, w, account, publication, at, key, at + age, '',
      CASE WHEN mod(n, 3) = 0 THEN NULL ELSE rung * 40 + mod(n, 90) END, rung * 4 + mod(n, 9), rung, mod(n, 3), {RAW}
      FROM posted, (VALUES ('1h', interval '1 hour', 1), ('6h', '6 hours', 2), ('1d', '1 day', 3), ('3d', '3 days', 4),
        ('7d', '7 days', 5), ('30d', '30 days', 6), ('90d', '90 days', 7)) AS ladder(key, age, rung)
      WHERE at + age < now()""",
)  # fmt: skip
# A short link in each post, followed on the day on which it goes out and on the next ones.
FOLLOWED: Final = 6
OF_LINKS: Final = (
    """INSERT INTO links_link (id, created_at, updated_at, organization_id, workspace_id, post_id, account_id, written,
      destination, outgoing, host, code, title)
      SELECT publication, at, at, o, w, post, account, address, address, 'https://postroom.example/s/' || code, '',
      code, '' FROM posted, LATERAL (SELECT 'https://shop.example/' || n AS address,
      left(md5(publication::text), 16) AS code) AS written""",
    f"""INSERT INTO links_clickday (id, created_at, updated_at, organization_id, workspace_id, link_id, day, clicks)
      SELECT gen_random_uuid(), at, at, o, w, publication, at::date + after, 1 + mod(n, 40) / (after + 1)
      FROM posted, generate_series(0, {FOLLOWED - 1}) AS after""",
)  # fmt: skip


def plant(rows: int) -> None:
    """So many snapshots, more or less, with all that they are about."""
    import psycopg

    from apps.core import tenancy
    from apps.social_accounts.models import SocialAccount
    from tests.benchmarks.harness import planting
    from tests.benchmarks.harness.course import say

    count = max(rows // TO_AN_ACCOUNT, AT_A_CLIENT * IN_EACH)
    planting.accounts(
        count, workspaces=count // AT_A_CLIENT, platform="mastodon", origin="https://platform.example", in_each=IN_EACH
    )
    with tenancy.across_tenants(planting.WHY):
        SocialAccount.across_tenants.update(created_at=datetime.now(UTC) - timedelta(days=DAYS + 1))
    say(f"planted {count} accounts")
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as owner:
        _past_the_guards(owner)
        for words, statement, said in _statements(DAYS * rows // (count * TO_AN_ACCOUNT)):
            _as_everybody(owner, statement, said)
            say(words)
        for table, trigger in TRIGGERS:
            owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")
        owner.execute(f"VACUUM ANALYZE {', '.join(TABLES)}")
    say("vacuumed")


def _past_the_guards(owner: Any) -> None:
    """Nothing but pages is read afterwards: references are dropped, and triggers are asked to look away."""
    keys = owner.execute(
        "SELECT conrelid::regclass::text, quote_ident(conname) FROM pg_constraint"
        " WHERE contype = 'f' AND conparentid = 0 AND conrelid = ANY (%s::regclass[])", [list(TABLES)],
    ).fetchall()  # fmt: skip
    for table, name in keys:
        owner.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for table, trigger in TRIGGERS:
        owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")


def _statements(days: int) -> Iterator[tuple[str, str, dict[str, Any]]]:
    from apps.analytics.partitioning import MAKE
    from apps.analytics.services.rollups import KEPT, POINT, fill

    last = datetime.now(UTC).date() - timedelta(days=1)
    begin = last - timedelta(days=days - 1)
    yield "made months", f"SELECT {MAKE}(%(begin)s, %(last)s)", {"begin": begin, "last": last}
    yield "found places", PLACES, {}
    for first, end in _months(begin, last):
        yield f"wrote {first:%B %Y}", DAY_ROWS, {"first": first, "last": end, "begin": begin}
    posts = max(POSTS * days // DAYS, 1)
    yield "made posts", POSTED, {"begin": begin, "days": timedelta(days=days), "posts": posts}
    of_posts = (*OF_POSTS, *OF_LINKS)
    for number, statement in enumerate(of_posts, 1):
        yield f"wrote posts and links, {number} of {len(of_posts)}", statement, {}
    for what in KEPT:
        yield f"counted {what[0].__name__}", fill(*what, where="true"), {}
    yield "pointed to the newest", POINT.replace("workspace_id = %s AND", ""), {}


def _months(begin: date, last: date) -> Iterator[tuple[date, date]]:
    while begin <= last:
        after = (begin.replace(day=1) + timedelta(days=32)).replace(day=1)
        yield begin, min(after - timedelta(days=1), last)
        begin = after


def _as_everybody(owner: Any, statement: str, said: dict[str, Any]) -> None:
    """Policies bind the owner as well, but for the role that serves all tenants."""
    from apps.core.tenancy import ACROSS_ROLE

    with owner.transaction():
        owner.execute("SET LOCAL synchronous_commit TO off")
        owner.execute("SET LOCAL work_mem TO '256MB'")
        owner.execute(f"SET LOCAL ROLE {ACROSS_ROLE}")
        owner.execute(statement, said or None)
