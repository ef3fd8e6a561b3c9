"""Fixtures that every room shares; each piece lives in tests/support and says there what it promises."""

pytest_plugins = [
    "tests.support.network",
    "tests.support.valkey",
    "tests.support.database",
    "tests.support.clock",
    "tests.support.mail",
    "tests.support.tenants",
    "tests.support.databases",
    "tests.support.platforms",
    "tests.support.publishing",
    "tests.support.running",
    "tests.support.browser",
]
