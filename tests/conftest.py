"""Fixtures that every room shares; each piece lives in tests/support and says there what it promises."""

from hypothesis import settings

# No test is judged by its time: on a busy machine that would be chance.
settings.register_profile("postroom", deadline=None, max_examples=60)
settings.load_profile("postroom")

pytest_plugins = [
    "tests.support.network",
    "tests.support.s3",
    "tests.support.valkey",
    "tests.support.governor",
    "tests.support.database",
    "tests.support.events",
    "tests.support.clock",
    "tests.support.mail",
    "tests.support.tenants",
    "tests.support.databases",
    "tests.support.platforms",
    "tests.support.publishing",
    "tests.support.running",
    "tests.support.browser",
]
