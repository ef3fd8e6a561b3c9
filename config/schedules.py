"""What beat wakes, and how often. The tasks look at the rows themselves: a wake-up says nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from celery.schedules import schedule

# expires: a wake-up that nobody took in time is worth nothing, for the next one is on its way.
SCHEDULE: Final[dict[str, dict[str, Any]]] = {
    "send what is prepared": {
        "task": "publishing.leave",
        "schedule": schedule(timedelta(seconds=5)),
        "options": {"expires": 10},
    },
    "prepare, and publish what is due": {
        "task": "publishing.publish_due",
        "schedule": schedule(timedelta(seconds=5)),
        "options": {"expires": 10},
    },
    "look for lost answers": {
        "task": "publishing.reconcile",
        "schedule": schedule(timedelta(seconds=15)),
        "options": {"expires": 30},
    },
    "take back what was prepared in vain": {
        "task": "publishing.tidy",
        "schedule": schedule(timedelta(minutes=5)),
        "options": {"expires": 300},
    },
    "relay events": {"task": "events.relay", "schedule": schedule(timedelta(seconds=5)), "options": {"expires": 10}},
    "handle notices of platforms": {
        "task": "webhooks.handle_notices",
        "schedule": schedule(timedelta(seconds=5)),
        "options": {"expires": 10},
    },
    "carry out data requests": {
        "task": "compliance.work",
        "schedule": schedule(timedelta(minutes=1)),
        "options": {"expires": 60},
    },
    "tell others": {
        "task": "webhooks.deliver",
        "schedule": schedule(timedelta(seconds=5)),
        "options": {"expires": 10},
    },
    "forget what was told": {
        "task": "webhooks.forget_deliveries",
        "schedule": schedule(timedelta(hours=1)),
        "options": {"expires": 3600},
    },
    "ask platforms to tell us": {
        "task": "webhooks.listen",
        "schedule": schedule(timedelta(minutes=10)),
        "options": {"expires": 600},
    },
    "read the keys of platforms": {
        "task": "webhooks.read_keys",
        "schedule": schedule(timedelta(hours=1)),
        "options": {"expires": 3600},
    },
    "look for posts that are gone": {
        "task": "webhooks.patrol",
        "schedule": schedule(timedelta(minutes=10)),
        "options": {"expires": 600},
    },
    "keep the rules of retention": {
        "task": "compliance.keep_rules",
        "schedule": schedule(timedelta(hours=1)),
        "options": {"expires": 3600},
    },
    "refresh tokens": {
        "task": "social_accounts.refresh_expiring",
        "schedule": schedule(timedelta(minutes=1)),
        "options": {"expires": 60},
    },
    "check accounts": {
        "task": "social_accounts.check_accounts",
        "schedule": schedule(timedelta(minutes=1)),
        "options": {"expires": 60},
    },
    "tell of circuit breakers": {
        "task": "social_accounts.tell_of_breakers",
        "schedule": schedule(timedelta(minutes=1)),
        "options": {"expires": 60},
    },
    "read what may be chosen at platforms": {
        "task": "social_accounts.read_choices",
        "schedule": schedule(timedelta(minutes=1)),
        "options": {"expires": 60},
    },
    "make renditions": {
        "task": "media.make_renditions",
        "schedule": schedule(timedelta(seconds=10)),
        "options": {"expires": 10},
    },
    "call off what nobody needs": {
        "task": "media.cancel_unneeded",
        "schedule": schedule(timedelta(hours=1)),
        "options": {"expires": 3600},
    },
    "take in what has arrived": {
        "task": "media.take_in",
        "schedule": schedule(timedelta(minutes=1)),
        "options": {"expires": 60},
    },
    "clean up files": {
        "task": "media.clean_up",
        "schedule": schedule(timedelta(hours=1)),
        "options": {"expires": 3600},
    },
    "run out of time to approve": {
        "task": "approvals.run_out_of_time",
        "schedule": schedule(timedelta(seconds=30)),
        "options": {"expires": 30},
    },
    "go on where nobody approves": {
        "task": "approvals.escalate",
        "schedule": schedule(timedelta(minutes=1)),
        "options": {"expires": 60},
    },
    "plan what reviewers hear today": {
        "task": "approvals.plan_digests",
        "schedule": schedule(timedelta(minutes=5)),
        "options": {"expires": 300},
    },
    "write to reviewers": {
        "task": "approvals.send_letters",
        "schedule": schedule(timedelta(seconds=30)),
        "options": {"expires": 30},
    },
    "forget old letters to reviewers": {
        "task": "approvals.forget_letters",
        "schedule": schedule(timedelta(hours=1)),
        "options": {"expires": 3600},
    },
    "watch over publishing": {
        "task": "watch.look",
        "schedule": schedule(timedelta(seconds=30)),
        "options": {"expires": 30},
    },
    "keep the record of lateness": {
        "task": "watch.record",
        "schedule": schedule(timedelta(minutes=5)),
        "options": {"expires": 300},
    },
    "keep yesterday's record complete": {
        "task": "watch.record_again",
        "schedule": schedule(timedelta(hours=6)),
        "options": {"expires": 3600},
    },
    "open the night of workspaces": {
        "task": "analytics.open_nights",
        "schedule": schedule(timedelta(minutes=1)),
        "options": {"expires": 60},
    },
    "read figures": {
        "task": "analytics.read",
        "schedule": schedule(timedelta(seconds=30)),
        "options": {"expires": 30},
    },
    "import posts": {
        "task": "analytics.work_imports",
        "schedule": schedule(timedelta(seconds=30)),
        "options": {"expires": 30},
    },
    "keep uploaded history": {
        "task": "analytics.work_history",
        "schedule": schedule(timedelta(seconds=30)),
        "options": {"expires": 30},
    },
    "judge fresh figures": {
        "task": "analytics.look",
        "schedule": schedule(timedelta(minutes=2)),
        "options": {"expires": 120},
    },
    "make the months of figures": {
        "task": "analytics.keep_months",
        "schedule": schedule(timedelta(hours=6)),
        "options": {"expires": 3600},
    },
    "forget figures that are over their time": {
        "task": "analytics.keep_rules",
        "schedule": schedule(timedelta(hours=1)),
        "options": {"expires": 3600},
    },
    "look at domains of short links": {
        "task": "links.check_domains",
        "schedule": schedule(timedelta(seconds=20)),
        "options": {"expires": 20},
    },
    "begin reports of schedules": {
        "task": "reports.open_due",
        "schedule": schedule(timedelta(minutes=1)),
        "options": {"expires": 60},
    },
    "make reports": {
        "task": "reports.make",
        "schedule": schedule(timedelta(seconds=30)),
        "options": {"expires": 30},
    },
    "mail reports": {
        "task": "reports.send",
        "schedule": schedule(timedelta(seconds=30)),
        "options": {"expires": 30},
    },
    "empty reports that are over their time": {
        "task": "reports.keep_rules",
        "schedule": schedule(timedelta(hours=1)),
        "options": {"expires": 3600},
    },
    "forget answers to repeated requests": {
        "task": "tenants.forget_answers",
        "schedule": schedule(timedelta(hours=1)),
        "options": {"expires": 3600},
    },
    "forget journeys to platforms": {
        "task": "social_accounts.forget_journeys",
        "schedule": schedule(timedelta(hours=1)),
        "options": {"expires": 3600},
    },
}
