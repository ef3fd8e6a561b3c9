"""What the API is measured on: an organization with a plan, three accounts, a key, and a large table of posts.

    python -m tests.benchmarks.harness.api_world 1000000

makes it in the database of its environment and prints the key and the accounts as one line of JSON.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from typing import Any, Final

ACCOUNTS: Final = 3
# As many of the newest posts go to all of the accounts; the rest, which nobody reads, to one.
NEWEST: Final = 20_000
# Ids as uuid7 makes them, a second apart, the last of them now.
IDS: Final = """
    CREATE FUNCTION pg_temp.nth(n bigint, kind int) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
      SELECT (lpad(to_hex({first_ms} + n * 1000), 12, '0') || '7' || lpad(to_hex(kind), 3, '0') || '8'
              || substr(md5(n::text || kind::text), 1, 15))::uuid $$
"""
POSTS: Final = """
    INSERT INTO posts_post (id, created_at, updated_at, organization_id, workspace_id, title, language, local_due_at,
      timezone, due_at, revision, external_ref, review)
    SELECT pg_temp.nth(n, 0), at, at, %(organization)s, %(workspace)s, '', '', at, 'UTC', at, 1, '', ''
    FROM generate_series(1, %(posts)s::bigint) n, to_timestamp(({first_ms} + n * 1000) / 1000.0) at
"""
PARTS: Final = """
    INSERT INTO posts_part (id, created_at, updated_at, organization_id, workspace_id, post_id, position, role, text,
      link)
    SELECT pg_temp.nth(n, 1), now(), now(), %(organization)s, %(workspace)s, pg_temp.nth(n, 0), 0, 'main',
      'Post ' || n || ': fresh from the roaster, until noon. Come by while it is warm.', ''
    FROM generate_series(1, %(posts)s::bigint) n
"""
VARIANTS: Final = """
    INSERT INTO posts_variant (id, created_at, updated_at, organization_id, workspace_id, post_id, account_id, options)
    SELECT pg_temp.nth(n, 2 + %(number)s), now(), now(), %(organization)s, %(workspace)s, pg_temp.nth(n, 0),
      %(account)s, '{{}}'
    FROM generate_series(%(begin)s::bigint, %(posts)s::bigint) n
"""
PUBLICATIONS: Final = """
    INSERT INTO publishing_publication (id, created_at, updated_at, organization_id, workspace_id, post_id, account_id,
      due_at, next_try_at, revision, state, fence, attempts_made, searches_made, remote_id, remote_url, remote_facts,
      published_at, problem, problem_words, problem_field)
    SELECT pg_temp.nth(n, 8 + %(number)s), at, at, %(organization)s, %(workspace)s, pg_temp.nth(n, 0), %(account)s,
      at, at, 1, 'published', 1, 1, 0, 'r' || n, 'https://platform.example/@a/' || n, '{{}}', at, '', '', ''
    FROM generate_series(%(begin)s::bigint, %(posts)s::bigint) n, to_timestamp(({first_ms} + n * 1000) / 1000.0) at
"""
TABLES: Final = ("posts_post", "posts_part", "posts_variant", "publishing_publication")
FOREIGN_KEYS: Final = """
    SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'f' AND conrelid = ANY (%s::regclass[])
"""


def main(posts: int) -> None:
    import django

    django.setup()
    world, facts = _people()
    if posts:
        _fill(posts, facts)
    sys.stdout.write(json.dumps(world) + "\n")


def _people() -> tuple[dict[str, Any], dict[str, Any]]:
    from apps.core import tenancy
    from apps.tenants.rest import ids
    from apps.usage.models import Assignment, Plan
    from tests.benchmarks.harness import planting
    from tests.support.programs_with_keys import program

    places = planting.accounts(ACCOUNTS, workspaces=1, platform="mastodon", origin="https://platform.example")
    workspace = places[0].row.workspace
    with tenancy.across_tenants(planting.WHY):
        plan = Plan.objects.create(
            name="Measured", monthly_publications=10**9, daily_publications={"*": 10**9}, workspaces=10, keys=10
        )
        Assignment.plain.create(organization_id=workspace.organization_id, plan=plan)
    own = program(workspace)
    world = {"key": own.text, "accounts": [ids.public(ids.ACCOUNT, place.row.pk) for place in places]}
    facts = {"organization": workspace.organization_id, "workspace": workspace.pk}
    return world, {**facts, "accounts": [place.row.pk for place in places]}


def _fill(posts: int, facts: dict[str, Any]) -> None:
    """Rows by the million, as the owner of the tables: foreign keys are put back as they were, and old rows trusted."""
    import psycopg

    first_ms = int(datetime.now(UTC).timestamp() * 1000) - posts * 1000
    newest = max(1, posts - NEWEST)
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as owner, owner.transaction():
        owner.execute("SET LOCAL synchronous_commit TO off")
        owner.execute(
            "SELECT set_config('postroom.organization_id', %s, true), set_config('postroom.workspace_ids', '*', true)",
            [str(facts["organization"])],
        )
        keys = owner.execute(FOREIGN_KEYS, [list(TABLES)]).fetchall()
        for table, name, _ in keys:
            owner.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        owner.execute(IDS.format(first_ms=first_ms))
        for statement in (POSTS, PARTS):
            owner.execute(statement.format(first_ms=first_ms), {**facts, "accounts": None, "posts": posts})
        for number, account in enumerate(facts["accounts"]):
            said = {**facts, "accounts": None, "account": account, "number": number, "posts": posts}
            for statement in (VARIANTS, PUBLICATIONS):
                owner.execute(statement.format(first_ms=first_ms), {**said, "begin": newest if number else 1})
        for table, name, definition in keys:
            owner.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition} NOT VALID")
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as owner:
        owner.execute(f"VACUUM ANALYZE {', '.join(TABLES)}")


if __name__ == "__main__":
    main(int(sys.argv[1]))
