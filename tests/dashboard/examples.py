"""A context for each page, as its template documents it. Tests render them; they are the pages' specification by example."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from types import SimpleNamespace as It
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.template.loader import render_to_string
from django.test import RequestFactory

ZONE = "Europe/Oslo"
NOW = datetime(2026, 10, 14, 12, 34, tzinfo=ZoneInfo(ZONE))
TODAY = NOW.date()
PICTURE = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='400' height='300'%3E%3Crect width='400' "
    "height='300' fill='%23e0b055'/%3E%3Ccircle cx='290' cy='90' r='46' fill='%23fff4d8'/%3E%3C/svg%3E"
)
TEXT = (
    "It’s Cardamom Bun Day at Alder & Rye 🌿\n\nWe fold the dough 27 times and grind the cardamom an hour before it goes "
    "in. First tray at 07:00, second at 11:00, and when they’re gone, they’re gone.\n\n#kardemommebolle #oslobakery"
)


def nav(label: str, icon: str, *, current: bool = False, warning: str = "", count: int = 0, key: str = "") -> It:
    return It(label=label, url=f"/{icon}/", icon=icon, is_current=current, warning=warning, count=count, key=key, is_new=False)


def shell(**changes: Any) -> It:
    here = It(id="w1", name="Alder & Rye", is_current=True)
    values = {
        "theme": "",
        "single_keys": True,
        "path": "/",
        "here_name": "Alder & Rye",
        "organization_name": "Northlight Agency",
        "user_name": "Priya Nair",
        "user_email": "priya@northlight.example",
        "workspaces": [here, It(id="w2", name="Halden Cycles", is_current=False), It(id="w3", name="Maren Coast Hotels", is_current=False)],
        "organizations": [It(id="o1", name="Northlight Agency", is_current=True), It(id="o2", name="Papaya Studio", is_current=False)],
        "nav": [
            nav("Today", "home"),
            nav("Calendar", "calendar", current=True),
            nav("Posts", "posts"),
            nav("Media", "media"),
            nav("Accounts", "accounts", warning="2 need reconnecting"),
        ],
        "organization_nav": [nav("Workspaces", "clients"), nav("Members", "members"), nav("Organization", "settings")],
        "tabs": [
            nav("Today", "home"),
            nav("Calendar", "calendar", current=True),
            It(label="New post", url="/compose/", icon="plus", is_current=False, is_new=True),
            nav("Posts", "posts"),
            nav("Accounts", "accounts"),
        ],
        "actions": [nav("Write a post", "edit", key="C"), nav("Calendar", "calendar"), nav("Connect an account", "accounts")],
        "no_posts": [],
        "zone": ZONE,
        "compose_url": "/compose/",
        "switch_url": "/switch/",
        "workspaces_url": "/workspaces/",
        "profile_url": "/profile/",
        "security_url": "/security/",
        "preferences_url": "/preferences/",
        "sign_out_url": "/sign-out/",
        "search_url": "/search/",
    }
    return It(**(values | changes))


def row(title: str, state: str, at: datetime | None = NOW, note: str = "", platforms: tuple[str, ...] = ("instagram", "mastodon", "bluesky")) -> It:
    return It(
        url="/posts/1/", title=title, excerpt="We fold the dough 27 times and grind the cardamom an hour before.", state=state,
        due_at=at, platforms=list(platforms), thumb_url=PICTURE if state != "draft" else "", note=note,
    )


def care(tone: str = "bad") -> It:
    return It(
        tone=tone,
        title="Instagram @alderandrye signed us out on 13 Oct, 22:41.",
        text="3 posts are held, the first is due today at 17:00. Nothing is lost.",
        action_url="/accounts/1/",
        action_label="Reconnect Instagram",
    )


def home() -> dict[str, Any]:
    return {
        "today": TODAY, "now": NOW, "zone": ZONE, "calendar_url": "/calendar/", "compose_url": "/compose/", "posts_url": "/posts/",
        "care": [care()],
        "attention": [row("Rye week: meet the miller", "needs_attention", note="Bluesky took it and then the connection dropped"), row("Evening opening hours", "failed", note="Instagram refused the picture")],
        "days": [
            It(date=TODAY, label="Today", posts=[row("Rye week: field to loaf", "publishing"), row("Last loaves at five", "scheduled")]),
            It(date=TODAY + timedelta(1), label="Tomorrow", posts=[row("Cardamom bun day, and a title that is much too long to fit on one line of a phone", "scheduled")]),
            It(date=TODAY + timedelta(2), label="Fri 16 Oct", posts=[]),
        ],
        "drafts": [row("Behind the counter", "draft", None, note="edited yesterday by Tomás Herrera"), row("Winter menu teaser", "draft", None, note="edited Monday")],
        "recent": [row("Cinnamon or cardamom?", "published"), row("Oven, 04:10", "partially_published")],
        "counts": [It(label="Scheduled", value=12, state="scheduled", url="/posts/"), It(label="Needs attention", value=2, state="needs_attention", url="/posts/"), It(label="Drafts", value=4, state="draft", url="/posts/")],
    }


def first_run() -> dict[str, Any]:
    def step(title: str, text: str, *, done: bool = False, current: bool = False, networks: bool = False) -> It:
        return It(title=title, text=text, is_done=done, is_current=current, url="/next/", action=title, other_url="", other_action="", shows_networks=networks)

    return {
        "first_name": "Priya",
        "steps": [
            step("Name your agency", "Northlight Agency, Oslo time", done=True),
            step("Connect a first account", "Yours or a client’s. You sign in at the network itself.", current=True, networks=True),
            step("Write a post", "One text for all networks, with its own words where one needs them."),
            step("Invite your team", "Each person sees the workspaces you choose, and no other."),
        ],
        "networks": ["instagram", "mastodon", "bluesky"],
        "sandbox_url": "/sandbox/",
    }


def month() -> dict[str, Any]:
    first = date(2026, 9, 28)
    titles = ["Sourdough Monday", "Meet Nora, head baker", "Rye loaf, 36 hours", "October menu", "Friday buns", "Weekend queue"]
    states = ["published", "published", "failed", "needs_attention", "scheduled", "draft", "held", "uncertain", "canceled", "retrying"]
    cells = []
    for number in range(35):
        on = first + timedelta(number)
        chips = [
            It(url="/posts/1/", title=titles[(number + n) % 6], state=states[(number + n) % 10] if number > 12 else "published",
               at=None if (number + n) % 10 == 5 and number > 12 else NOW, platforms=["instagram", "mastodon", "bluesky"][: n % 3 + 1])
            for n in range([1, 2, 0, 3, 1, 0, 0][number % 7])
        ]
        cells.append(It(
            date=on, is_today=on == TODAY, is_past=on < TODAY - timedelta(1), is_outside=on.month != 10, is_weekend=on.weekday() > 4,
            is_first=on.day == 1, note="Clocks go back" if on == date(2026, 10, 25) else "", chips=chips,
            more_count=4 if number == 17 else 0, more_url="/posts/?day=2026-10-15", compose_url="/compose/",
        ))
    return {"month": It(
        title="October 2026", zone=ZONE, now=NOW, url="/calendar/2026-10/", previous_url="/calendar/2026-09/", previous_title="September 2026",
        next_url="/calendar/2026-11/", next_title="November 2026", today_url="/calendar/", compose_url="/compose/",
        weekdays=["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
        filters=[
            It(label="All", value="", count=31, state="", url="/calendar/", is_on=True),
            It(label="Scheduled", value="scheduled", count=9, state="scheduled", url="/calendar/?state=scheduled", is_on=False),
            It(label="Needs attention", value="needs_attention", count=2, state="needs_attention", url="/calendar/?state=a", is_on=False),
            It(label="Drafts", value="draft", count=4, state="draft", url="/calendar/?state=draft", is_on=False),
        ],
        earlier_url="/posts/", earlier_count=12, is_empty=False, cells=cells,
    )}


def accounts() -> dict[str, Any]:
    def account(name: str, platform: str, health: str, words: str, sign_in: str, reconnect: str = "") -> It:
        return It(url="/accounts/1/", name=name, handle="@alderandrye", platform=platform, kind="profile", health=health, health_words=words,
                  sign_in=sign_in, connected_by="Ingrid Solheim", planned="14", last_post_at=NOW, reconnect_url=reconnect)

    return {
        "accounts": [
            account("Alder & Rye", "instagram", "bad", "Signed out", "Ended 13 Oct", "/reconnect/"),
            account("Alder & Rye", "mastodon", "warn", "Reconnect within 5 days", "Ends Mon 19 Oct", "/reconnect/"),
            account("alderandrye.example", "bluesky", "ok", "Healthy", "Renews itself"),
            account("Maren Coast", "bluesky", "unknown", "Not checked yet", "Renews itself"),
        ],
        "zone": ZONE, "now": NOW, "checked_at": NOW, "care": [care()], "connect_url": "/connect/",
    }


def connect() -> dict[str, Any]:
    def choice(platform: str, note: str, needs: str = "", **changes: Any) -> It:
        return It(**({"platform": platform, "note": note, "connected": 0, "needs": needs, "is_open": False, "value": "", "error": "",
                      "method": "oauth", "is_ready": True, "missing": ""} | changes))

    return {
        "platforms": [
            choice("instagram", "A professional account: business or creator"),
            choice("mastodon", "Any server of the Fediverse", "instance", is_open=True, value="masto.example", error="No Mastodon server answers at masto.example. Check the spelling."),
            choice("bluesky", "Handle, own domain or own server", "bluesky", method="app_password"),
            choice("threads", "", is_ready=False, missing="Whoever runs this server adds the app’s keys first."),
        ],
        "start_url": "/start/", "back_url": "/accounts/",
    }


def channels() -> dict[str, Any]:
    return {
        "platform": "instagram", "error": "Choose at least one channel.", "action_url": "/channels/", "back_url": "/accounts/",
        "missing": ["Without “publish content” Postroom can read the account but not post to it."],
        "channels": [
            It(remote_id="1", name="Alder & Rye", handle="@alderandrye", kind="profile", is_chosen=True, note="connected already"),
            It(remote_id="2", name="Alder & Rye Torshov", handle="@alderandrye.torshov", kind="profile", is_chosen=False, note=""),
        ],
    }


def account() -> dict[str, Any]:
    return {
        "account": It(name="Alder & Rye", handle="@alderandrye", platform="instagram", kind="profile", url="https://example.org/", health="bad",
                      health_words="Signed out", reason="Instagram signed us out on 13 Oct, 22:41.", sign_in="Ended 13 Oct", connected_at=NOW,
                      connected_by="Ingrid Solheim", checked_at=NOW, server="", scopes=["publish content", "read profile"], planned=14, held=3),
        "zone": ZONE, "list_url": "/accounts/", "check_url": "/check/", "reconnect_url": "/reconnect/", "disconnect_url": "/disconnect/",
        "events": [It(title="Signed out", text="Instagram refused the token", at=NOW, tone="bad", icon="failed"), It(title="Connected", text="Ingrid Solheim", at=NOW, tone="ok", icon="check")],
    }


def posts() -> dict[str, Any]:
    return {
        "posts": [row("Rye week: meet the miller", "partially_published"), row("Friday buns", "scheduled"), row("Jam jars", "held"), row("Winter menu teaser", "draft", None), row("Shop closed", "canceled")],
        "zone": ZONE, "now": NOW, "query": "", "day": None, "list_url": "/posts/", "newer_url": "/posts/?newer", "older_url": "/posts/?older", "compose_url": "/compose/",
        "filters": [It(label="All", state="", count=None, url="/posts/", is_on=True), It(label="Drafts", state="draft", count=4, url="/posts/?s", is_on=False), It(label="Needs attention", state="needs_attention", count=2, url="/posts/?s", is_on=False)],
        "accounts": [It(id="a1", label="Instagram @alderandrye", is_chosen=False)],
    }


def publication(state: str, **changes: Any) -> It:
    values: dict[str, Any] = {
        "id": f"p-{state}", "version": "7", "name": "Alder & Rye", "handle": "@alderandrye", "platform": "instagram", "state": state, "note": "due Wed 14 Oct, 12:30",
        "due_at": NOW, "is_moving": False, "poll_url": "/publication/", "remote_url": "", "phases": [], "problem": "", "problem_more": "",
        "problem_tone": "warn", "evidence": None, "follow_ups": [], "attempts": [], "cancel_url": "", "publish_now_url": "", "retry_url": "",
        "edit_url": "", "reconnect_url": "", "live_url": "", "absent_url": "", "drop_url": "",
    }
    return It(**(values | changes))


def step(title: str, text: str, state: str, at: datetime | None = NOW) -> It:
    return It(title=title, text=text, at=at, state=state)


def undecided() -> It:
    return publication(
        "needs_attention", platform="bluesky",
        phases=[It(title="Prepared", note="", at=NOW, state="published"), It(title="Sent", note="", at=NOW, state="published"), It(title="Answer lost", note="", at=NOW, state="needs_attention"), It(title="Live", note="unknown", at=None, state="")],
        problem="We can’t tell whether Bluesky published this.",
        problem_more="Bluesky took the post and then the connection dropped. We looked three times and found nothing. We won’t send it again by ourselves, because that could post it twice.",
        evidence=It(sent=TEXT, sent_at=NOW, looked_at=["The 20 newest posts of the profile: none with this text.", "The newest is “Ask the baker: how long does rye keep?”"], looked_when=NOW, profile_url="https://example.org/"),
        attempts=[It(title="Attempt 1 of 1, step by step", is_open=True, steps=[step("Picture uploaded and ready", "2.1 MB", "published"), step("Marked, then sent", "Fence 41", "published"), step("No answer in 30 seconds", "The connection closed after the request was sent.", "needs_attention"), step("Looked for the post", "Not among the 20 newest.", "uncertain")])],
        live_url="/live/", absent_url="/absent/", drop_url="/drop/",
    )


def post() -> dict[str, Any]:
    return {
        "post": It(id="0199-11aa", title="Rye week: meet the miller", state="partially_published", due_at=NOW, zone=ZONE, author="Tomás Herrera", revision=4,
                   parts=[It(role="main", label="", text=TEXT), It(role="first_comment", label="First comment", text="Torshov has them until noon.")],
                   media=[It(url=PICTURE, alt="Rye field in evening light"), It(url=PICTURE, alt="The mill")], platforms=["instagram", "mastodon", "bluesky"]),
        "publications": [
            undecided(),
            publication("published", remote_url="https://example.org/p/1", note="live since 12:30:02", follow_ups=[It(title="First comment", text="Torshov has them until noon.", state="failed", note="Instagram refused it.", remote_url="", retry_url="/again/")]),
            publication("publishing", platform="mastodon", is_moving=True, phases=[It(title="Prepared", note="", at=NOW, state="published"), It(title="Sent", note="", at=NOW, state="publishing"), It(title="Live", note="soon", at=None, state="")]),
            publication("failed", platform="mastodon", handle="@bread@masto.example", problem="Mastodon refused the picture.", problem_more="It is larger than this server takes.", problem_tone="bad", retry_url="/retry/", edit_url="/edit/"),
            publication("scheduled", platform="mastodon", handle="@shop@masto.example", is_moving=True, cancel_url="/cancel/", publish_now_url="/now/"),
        ],
        "history": [It(title="Time moved to 12:30", text="Priya Nair", at=NOW, tone="info", icon="edit")],
        "back_url": "/calendar/2026-10/", "back_label": "October 2026", "edit_url": "/edit/", "cancel_url": "/cancel/", "publish_now_url": "/now/", "delete_url": "",
    }


def composer() -> dict[str, Any]:
    def variant(id_: str, platform: str, **changes: Any) -> It:
        values = {"id": id_, "label": "@alderandrye", "platform": platform, "is_chosen": True, "is_open": False, "text": "", "error": "", "options": []}
        return It(**(values | changes))

    def preview(id_: str, platform: str, family: str, *, is_open: bool = False) -> It:
        return It(id=id_, label="Alder & Rye", handle="@alderandrye", platform=platform, family=family, is_open=is_open,
                  segments=[It(text=TEXT[:90], kind=""), It(text="#oslobakery", kind="tagged"), It(text=" more than fits", kind="over")],
                  media=[It(url=PICTURE, alt="A tray of buns"), It(url=PICTURE, alt="")], after=["Torshov has them until noon."], note="Text folds after 125 characters here.")

    visibility = It(name="visibility", field="option-a2-visibility", label="Visibility", value="public", choices=[("public", "Public"), ("unlisted", "Quiet public")], error="")
    return {"composer": It(
        heading="Edit post", state="draft", action_url="/compose/", preview_url="/compose/preview/", piece_url="/compose/piece/", back_url="/calendar/", back_label="Calendar",
        form_key="k", revision=3, zone=ZONE, now=NOW, date="2026-10-15", time="09:30", may_schedule=True, may_publish=True, is_planned=False,
        title="Cardamom bun day", text=TEXT, first_comment="Can’t make it to Grünerløkka? Torshov has them until noon.", replies=[It(number=1, text="Second part", error="Too long for Bluesky.")],
        accounts=[It(id="a1", label="Alder & Rye", handle="@alderandrye", platform="instagram", is_chosen=True, problem=""), It(id="a2", label="Alder & Rye", handle="@alderandrye@m.example", platform="mastodon", is_chosen=True, problem=""), It(id="a3", label="Alder & Rye", handle="@alderandrye.example", platform="bluesky", is_chosen=True, problem="reconnect needed")],
        chosen_count=3, shared_is_open=True,
        variants=[variant("a1", "instagram"), variant("a2", "mastodon", text="Own words", options=[visibility]), variant("a3", "bluesky", error="11 characters too long for Bluesky.")],
        media=[It(id="m1", url=PICTURE, name="tray.jpg", alt="A tray of nine cardamom buns", ratio="4:3", error="", is_first=True, is_last=False), It(id="m2", url=PICTURE, name="IMG_2291.jpg", alt="", ratio="3:2", error="Too large for Bluesky.", is_first=False, is_last=True)],
        media_note="2 of 4", first_comment_on=["instagram"], threads_on=["mastodon", "bluesky"],
        errors=It(accounts="", text="", media="", first_comment="", when="This time is in the past.", form="Not scheduled yet: 2 things need another look."),
        counters=[It(label="Instagram", platform="instagram", count="209", limit="2,200", over=0, percent=9, tone="ok"), It(label="Bluesky", platform="bluesky", count="311", limit="300", over=11, percent=100, tone="bad")],
        problems=It(to_fix=1, to_check=1, items=[It(tone="bad", platform="bluesky", title="11 characters too long", text="Bluesky takes 300.", target="variant-a3", action="Shorten for Bluesky"), It(tone="warn", platform="", title="Picture 2 has no alt text", text="", target="alt-m2", action="Write alt text")]),
        previews=[preview("a1", "instagram", "feed", is_open=True), preview("a2", "mastodon", "micro"), preview("a3", "bluesky", "micro")],
    )}


class SampleForm(forms.Form):
    email = forms.EmailField(label="Mail address", help_text="They get a link that works for seven days.")
    role = forms.ChoiceField(choices=[("manager", "Manager"), ("creator", "Creator")])
    workspaces = forms.MultipleChoiceField(choices=[("w1", "Alder & Rye"), ("w2", "Halden Cycles")], widget=forms.CheckboxSelectMultiple)
    notify = forms.BooleanField(label="Tell me when they join", required=False)


def form_page() -> dict[str, Any]:
    form = SampleForm({"email": "nora", "role": "manager"})
    form.is_valid()
    return {
        "heading": "Invite a member", "lede": "They choose a password themselves.", "submit_label": "Send invitation", "back_url": "/members/", "back_label": "Members",
        "action_url": "/invite/", "form": form, "remove_url": "/remove/", "member_name": "Nora", "archive_url": "/archive/", "archive_label": "Archive workspace",
        "archive_text": "Nothing goes out any more; everything can be read.", "role_notes": [It(name="Manager", text="plans, publishes, connects accounts"), It(name="Creator", text="writes drafts")],
    }


def members() -> dict[str, Any]:
    return {
        "members": [It(name="Priya Nair", email="priya@northlight.example", role="Owner", workspaces="All workspaces", has_mfa=True, joined_at=NOW, url="", is_you=True), It(name="Tomás Herrera", email="tomas@northlight.example", role="Creator", workspaces="Alder & Rye", has_mfa=False, joined_at=NOW, url="/members/2/", is_you=False)],
        "invitations": [It(email="nora@alderandrye.example", role="Approver", workspaces="Alder & Rye", expires_at=NOW, invited_by="Priya Nair", resend_url="/resend/", revoke_url="/revoke/")],
        "invite_url": "/invite/", "zone": ZONE,
    }


def workspaces() -> dict[str, Any]:
    def workspace(name: str, zone: str, **changes: Any) -> It:
        return It(**({"id": name, "name": name, "timezone": zone, "accounts": 3, "planned": 12, "note": "", "is_current": False, "is_archived": False, "edit_url": "/edit/"} | changes))

    return {
        "workspaces": [workspace("Alder & Rye", ZONE, is_current=True), workspace("Halden Cycles", "America/New_York", note="halden-01"), workspace("Old client", "UTC", is_archived=True)],
        "switch_url": "/switch/", "new_url": "/new/",
    }


def invitation() -> dict[str, Any]:
    return {"organization_name": "Northlight Agency", "invited_by": "Priya Nair", "role": "creator", "email": "nora@alderandrye.example", "workspaces": "for Alder & Rye",
            "problem": "", "is_signed_in": False, "signed_in_as": "", "accept_url": "/accept/", "sign_in_url": "/in/", "sign_up_url": "/up/"}


def library() -> dict[str, Any]:
    pictures = [It(id=f"m{n}", url=PICTURE, name=f"tray-{n}.jpg", alt="A tray of buns" if n % 2 else "", size="2.1 MB", dimensions="1200 × 900", at=NOW, save_url="/save/", delete_url="" if n % 2 else "/delete/", used=n) for n in range(5)]
    return {"pictures": pictures, "zone": ZONE, "upload_url": "/upload/", "error": "notes.pdf is not a picture. Add JPEG, PNG, WebP or GIF.", "newer_url": "", "older_url": "/media/?older"}


def profile() -> dict[str, Any]:
    return {"form": SampleForm(), "action_url": "/profile/", "email": "priya@northlight.example", "email_url": "/email/", "password_url": "/password/", "mfa_url": "/mfa/", "has_mfa": True, "leave_url": "/leave/", "organization_name": "Northlight Agency"}


def switch() -> dict[str, Any]:
    return {"organizations": [It(id="o1", name="Northlight Agency", note="3 workspaces, owner"), It(id="o2", name="Papaya Studio", note="1 workspace, creator")], "switch_url": "/switch/", "sign_out_url": "/out/"}


PAGES: dict[str, Any] = {
    "dashboard/home.html": home,
    "dashboard/first_run.html": first_run,
    "dashboard/calendar.html": month,
    "dashboard/search.html": lambda: {"query": "rye", "posts": [row("Rye week", "scheduled")], "zone": ZONE, "search_url": "/search/"},
    "dashboard/_found.html": lambda: {"query": "rye", "posts": [row("Rye week", "scheduled") , row("Draft", "draft", None)], "actions": [], "zone": ZONE},
    "social_accounts/list.html": accounts,
    "social_accounts/connect.html": connect,
    "social_accounts/leaving.html": lambda: {"platform": "mastodon", "authorize_url": "https://masto.example/oauth/authorize?state=s"},
    "social_accounts/channels.html": channels,
    "social_accounts/account.html": account,
    "social_accounts/consent_failed.html": lambda: {"platform": "bluesky", "words": "Bluesky says that the permission was not given.", "again_url": "/again/", "back_url": "/accounts/"},
    "posts/composer.html": composer,
    "posts/_live.html": composer,
    "posts/_media.html": composer,
    "posts/_after.html": composer,
    "publishing/list.html": posts,
    "publishing/post.html": post,
    "media/library.html": library,
    "tenants/members.html": members,
    "tenants/member_form.html": form_page,
    "tenants/workspace_form.html": form_page,
    "tenants/organization.html": form_page,
    "tenants/workspaces.html": workspaces,
    "tenants/invitation.html": invitation,
    "tenants/join.html": lambda: {"form": SampleForm(), "email": "nora@alderandrye.example", "organization_name": "Northlight Agency"},
    "tenants/create.html": lambda: {"form": SampleForm()},
    "tenants/switch.html": switch,
    "tenants/profile.html": profile,
    "403.html": dict,
    "403_csrf.html": dict,
    "404.html": dict,
    "429.html": dict,
    "500.html": dict,
}


def render(template: str, *, theme: str = "") -> str:
    """The page `template` with its example, as a member sees it."""
    return render_to_string(template, {"zone": ZONE, **PAGES[template](), "messages": [], "shell": shell(theme=theme)}, RequestFactory().get("/"))
