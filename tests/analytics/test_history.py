"""Figures that people bring along: read whole or not at all, kept once, and never before what the platform told."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from apps.analytics import services
from apps.analytics.boards.account import account_board
from apps.analytics.errors import HistoryRefused
from apps.analytics.history.reading import Mistake, read, template
from apps.analytics.models import AccountSnapshot, HistoryUpload, UploadedDay, UploadedPost
from apps.analytics.overview import overview
from apps.analytics.selectors import account_series
from apps.analytics.services import history
from apps.analytics.states import ImportState
from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.events.models import Event
from apps.platforms.insights import Metric
from tests.support import factories

UNTIL = date(2026, 11, 29)


def sheet(text, kind="accounts", most=100):
    return read(text.encode() if isinstance(text, str) else text, kind, until=UNTIL, most=most)


# --- reading ----------------------------------------------------------------------------------------------------------


def test_every_mistake_is_named_by_its_row_and_column():
    found = sheet(
        "day,views,watch_seconds\n2026-11-30,5,\n2025-02-30,1,\n,1,\n2025-01-01,1.5,x\n2025-01-02,,\n\n"
        '2025-01-03,-1,1.5\n2025-01-04,7,2\n2025-01-04,8,2\n2025-01-05,7,2,9\n1999-12-31,1,\n2025-01-06,"1,204",\n'
    )
    assert found.rows == ()
    assert [(one.row, one.column) for one in found.mistakes] == [
        (2, "day"), (3, "day"), (4, "day"), (5, "views"), (5, "watch_seconds"), (6, ""), (8, "views"), (10, "day"),
        (11, ""), (12, "day"), (13, "views"),
    ]  # fmt: skip
    assert found.mistakes[0].words == "It is after 2026-11-29, the last day that is over there."
    assert found.mistakes[7].words == "Row 9 is about the same."


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", (1, "day")), ("views\n1\n", (1, "day")), ("day,Likes!\n", (1, "likes!")),
        ("day,views,views\n", (1, "views")),
        ("day\n2025-01-01\n", (1, "")), ("day,views\n", (0, "")), (b"\xff\xfe", (0, "")), ("day,views\n\0", (0, "")),
        ('day,views\n"2025', (2, "")),
    ],
)  # fmt: skip
def test_files_that_are_none(content, expected):
    found = sheet(content)
    assert found.rows == ()
    assert expected in [(one.row, one.column) for one in found.mistakes]


def test_more_rows_than_a_file_may_have():
    text = "day,views\n" + "".join(f"2025-01-{day:02},1\n" for day in range(1, 5))
    assert sheet(text, most=3).mistakes == [Mistake(5, "", "A file has up to 3 rows. Part it in two.")]
    assert len(sheet(text, most=4).rows) == 4


@given(
    st.dictionaries(
        st.dates(date(2000, 1, 1), UNTIL),
        st.tuples(st.none() | st.integers(0, 2**40), st.integers(0, 10**6)),
        min_size=1,
    ),
    st.sampled_from(",;\t"),
    st.booleans(),
)
def test_what_is_right_comes_out_as_it_went_in(days, delimiter, marked):
    lines = [delimiter.join(["Views", "day", "likes"])]
    for day, (views, likes) in days.items():
        lines.append(delimiter.join(["" if views is None else str(views), day.isoformat(), str(likes)]))
    text = "\r\n".join(lines)

    found = read(text.encode("utf-8-sig" if marked else "utf-8"), "accounts", until=UNTIL, most=10_000)

    assert not found.mistakes
    assert {row["day"]: (row.get("views"), row["likes"]) for row in found.rows} == {
        day.isoformat(): values for day, values in days.items()
    }


@pytest.mark.parametrize("kind", ["accounts", "posts"])
def test_a_template_is_right_but_for_its_rows(kind):
    assert [one.words for one in sheet(template(kind), kind).mistakes] == ["The file has no rows."]


# --- keeping ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def account(workspace):
    made = factories.account(workspace, handle="harbour")
    made.workspace = workspace
    return made


def uploaded(account, text, kind="accounts") -> HistoryUpload:
    with tenancy.scope(organization_id=account.organization_id):
        return services.upload_history(account=account, kind=kind, content=text.encode(), name="a.csv", actor=SYSTEM)


def all_of(model):
    with tenancy.across_tenants("a test looks"):
        return list(model.across_tenants.order_by("day", "pk"))


def read_again(row):
    with tenancy.across_tenants("a test looks"):
        return type(row).across_tenants.get(pk=row.pk)


def told(name) -> list[Event]:
    with tenancy.across_tenants("a test looks"):
        return list(Event.across_tenants.filter(name=name))


def days(first: str, number: int) -> str:
    begin = date.fromisoformat(first)
    return "day,views,followers\n" + "".join(f"{begin + timedelta(days=n)},{n},{100 + n}\n" for n in range(number))


@pytest.mark.django_db
def test_a_file_is_kept_and_told_of(account):
    row = uploaded(account, days("2025-01-01", 3))
    assert all_of(UploadedDay) == []

    services.work_history()

    row = read_again(row)
    assert (row.state, row.done, row.kept, row.told, row.rows) == (ImportState.COMPLETED, 3, 3, 0, [])
    assert [(one.day, one.views, one.likes) for one in all_of(UploadedDay)] == [
        (date(2025, 1, 1), 0, None), (date(2025, 1, 2), 1, None), (date(2025, 1, 3), 2, None)
    ]  # fmt: skip
    (event,) = told("import.completed")
    assert (event.subject_id, event.payload["found"], event.payload["kept"]) == (row.pk, 3, 3)


@pytest.mark.django_db
def test_nothing_is_kept_of_a_file_with_a_mistake(account):
    with pytest.raises(HistoryRefused) as refused:
        uploaded(account, "day,views\n2025-01-01,5\n2025-01-02,x\n")
    assert [(one.row, one.column) for one in refused.value.mistakes] == [(3, "views")]
    services.work_history()
    assert all_of(UploadedDay) == []


@pytest.mark.django_db
def test_what_the_platform_told_holds_before_and_after(account, workspace, clock):
    def tells(day, **figures):
        with tenancy.scope(organization_id=account.organization_id):
            AccountSnapshot.objects.create(workspace=workspace, account=account, day=day, taken_at=clock.now, **figures)

    tells(date(2025, 1, 1), views=7)
    tells(date(2025, 1, 2), missing="unreachable")
    row = uploaded(account, days("2025-01-01", 4))
    services.work_history()
    tells(date(2025, 1, 4), views=9)

    assert (read_again(row).kept, read_again(row).told) == (3, 1)
    with tenancy.scope(organization_id=account.organization_id):
        series = account_series(account, first=date(2025, 1, 1), last=date(2025, 1, 9))
        shown = overview(workspace, first=date(2025, 1, 1), last=date(2025, 1, 9))
    assert [(one.views, one.revision) for one in series.rows] == [(7, 1), (1, 0), (2, 0), (9, 1)]
    (told,) = shown.days.values()
    assert told.views[shown.begins :] == [7, 1, 2, 9, *[None] * 5]


@pytest.mark.django_db
def test_the_board_of_an_account_tells_what_the_board_of_its_workspace_tells(account, workspace, clock):
    first, last = date(2025, 1, 1), date(2025, 1, 9)
    with tenancy.scope(organization_id=account.organization_id):
        read = {"workspace": workspace, "account": account, "taken_at": clock.now}
        AccountSnapshot.objects.create(**read, day=first, views=7, followers=90)
        AccountSnapshot.objects.create(**read, day=date(2025, 1, 2), missing="unreachable")
    uploaded(account, days("2025-01-01", 3))
    services.work_history()

    with tenancy.scope(organization_id=account.organization_id):
        own = account_board(account, first=first, last=last)
        row = overview(workspace, first=first, last=last).row_of(account.platform, frozenset([account.pk]))

    assert (own.number(Metric.VIEWS).value, own.number(Metric.VIEWS).known) == (row.views, 3) == (7 + 1 + 2, 3)
    assert own.number(Metric.FOLLOWERS).value == row.followers == 102
    assert Metric.VIEWS in own.metrics, "its network tells no views, the file does"
    assert [(one.day.day, one.revision) for one in own.days] == [(3, 0), (2, 0), (1, 1)]


@pytest.mark.django_db
def test_the_page_of_an_account_marks_days_that_were_uploaded(account, owner, workspace):
    uploaded(account, days("2025-01-01", 3))
    services.work_history()
    browser = factories.signed_in(owner, at=workspace)
    address = reverse("analytics:account", args=[account.pk])

    page = browser.get(f"{address}?from=2025-01-01&to=2025-01-09").content.decode()

    assert page.count('<span class="badge">uploaded</span>') == 3


@pytest.mark.django_db
def test_a_worker_that_dies_loses_and_doubles_nothing(account, monkeypatch):
    monkeypatch.setattr(history, "BATCH", 2)
    row = uploaded(account, days("2025-01-01", 5))
    keep, times = history._keep_days, []

    def dies(*args):
        kept = keep(*args)
        times.append(1)
        if len(times) == 2:
            raise KeyboardInterrupt
        return kept

    monkeypatch.setattr(history, "_keep_days", dies)
    with pytest.raises(KeyboardInterrupt):
        services.work_history()
    assert (read_again(row).done, len(all_of(UploadedDay))) == (2, 2)

    with tenancy.across_tenants("a test lets the lease run out"):
        HistoryUpload.across_tenants.update(lease_until=None)
    services.work_history()

    assert (read_again(row).state, read_again(row).kept) == (ImportState.COMPLETED, 5)
    assert [one.views for one in all_of(UploadedDay)] == [0, 1, 2, 3, 4]


@pytest.mark.django_db
def test_one_that_fails_again_and_again_is_given_up_and_goes_on_when_asked(account, monkeypatch, clock):
    row = uploaded(account, days("2025-01-01", 2))

    def fails(*args):
        raise RuntimeError("no")

    with monkeypatch.context() as broken:
        broken.setattr(history, "_keep_days", fails)
        for _ in range(history.MOST_TRIES):
            services.work_history()
            clock.advance(minutes=2)
    assert read_again(row).state == ImportState.FAILED
    assert len(told("import.failed")) == 1

    with tenancy.scope(organization_id=account.organization_id):
        services.retry_history(upload_id=row.pk, actor=SYSTEM)
    services.work_history()
    assert read_again(row).state == ImportState.COMPLETED


def taken_in(account, text, kind="accounts") -> HistoryUpload:
    row = uploaded(account, text, kind)
    services.work_history()
    return row


def thrown_away(row) -> None:
    with tenancy.scope(organization_id=row.organization_id):
        services.delete_history(upload_id=row.pk, actor=SYSTEM)


@pytest.mark.django_db
def test_files_of_the_same_days_are_laid_over_each_other(account):
    first = taken_in(account, days("2025-01-01", 2))
    later = taken_in(account, "day,views,likes,followers\n2025-01-02,50,3,\n2025-01-03,,4,\n")

    assert [(one.views, one.likes, one.followers, one.upload_id) for one in all_of(UploadedDay)] == [
        (0, None, 100, first.pk), (50, 3, 101, later.pk), (None, 4, None, later.pk)
    ]  # fmt: skip


@pytest.mark.django_db
def test_a_file_that_is_thrown_away_takes_its_own_figures_and_no_others(account):
    first = taken_in(account, "day,views,followers\n2025-01-01,7,100\n2025-01-02,8,\n")
    later = taken_in(account, "day,views,likes\n2025-01-01,,3\n2025-01-02,50,\n")

    thrown_away(later)
    assert [(one.day.day, one.views, one.followers, one.likes, one.upload_id) for one in all_of(UploadedDay)] == [
        (1, 7, 100, None, first.pk)
    ], "what was overwritten on the second does not come back"  # fmt: skip

    again = taken_in(account, "day,likes\n2025-01-01,5\n")
    thrown_away(first)
    assert [(one.views, one.followers, one.likes, one.upload_id) for one in all_of(UploadedDay)] == [
        (None, None, 5, again.pk)
    ]  # fmt: skip
    thrown_away(again)
    assert all_of(UploadedDay) == []


@pytest.mark.django_db
def test_words_of_a_post_stay_when_a_later_file_has_figures_alone(account):
    first = taken_in(account, "post,day,published,text,likes\nabc,2025-02-01,2025-01-01,Bread,4\n", "posts")
    later = taken_in(account, "post,day,likes,views\nabc,2025-02-01,5,90\n", "posts")
    (row,) = all_of(UploadedPost)
    assert (row.text, row.published_on, row.likes, row.views) == ("Bread", date(2025, 1, 1), 5, 90)

    thrown_away(first)
    (row,) = all_of(UploadedPost)
    assert (row.text, row.published_on, row.likes, row.views, row.upload_id) == ("", None, 5, 90, later.pk)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_whatever_files_come_and_go_each_cell_is_of_the_newest_that_fills_it(account, seed):
    chance, names = random.Random(seed), ("views", "likes", "followers")
    files: list[HistoryUpload] = []
    cells: dict[tuple[date, str], tuple[int, HistoryUpload]] = {}
    for _ in range(12):
        if files and chance.random() < 0.3:
            gone = files.pop(chance.randrange(len(files)))
            thrown_away(gone)
            cells = {place: said for place, said in cells.items() if said[1] != gone}
        else:
            rows = {
                date(2025, 1, day): {name: chance.randint(0, 9) for name in chance.sample(names, chance.randint(1, 3))}
                for day in chance.sample(range(1, 5), chance.randint(1, 4))
            }
            lines = [",".join([str(day), *(str(said.get(name, "")) for name in names)]) for day, said in rows.items()]
            made = taken_in(account, "\n".join(["day," + ",".join(names), *lines]))
            files.append(made)
            cells |= {(day, name): (value, made) for day, said in rows.items() for name, value in said.items()}

        kept = {(one.day, name): getattr(one, name) for one in all_of(UploadedDay) for name in names}
        assert {place: value for place, value in kept.items() if value is not None} == {
            place: value for place, (value, _) in cells.items()
        }
        assert {one.day for one in all_of(UploadedDay)} == {day for day, _ in cells}


@pytest.mark.django_db
def test_posts_have_their_days(account):
    uploaded(
        account, "post,day,published,text,likes\nabc,2025-02-01,2025-01-01,=SUM(1),4\nabc,2025-03-01,,,5\n", "posts"
    )
    services.work_history()
    assert [(one.remote_id, one.day.month, one.likes, one.text) for one in all_of(UploadedPost)] == [
        ("abc", 2, 4, "=SUM(1)"), ("abc", 3, 5, "")
    ]  # fmt: skip


@pytest.mark.django_db
def test_who_is_forgotten_leaves_nothing(account):
    uploaded(account, days("2025-01-01", 2))
    services.work_history()
    services.forget_accounts(organization_id=account.organization_id, account_ids=[account.pk], for_good=True)
    assert all_of(UploadedDay) == []
    with tenancy.across_tenants("a test looks"):
        assert not HistoryUpload.across_tenants.exists()


# --- the pages --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_page_takes_a_file_and_names_what_is_wrong(owner, workspace, account):
    browser = factories.signed_in(owner, at=workspace)
    address = reverse("analytics:history", args=[account.pk])
    assert address in browser.get(reverse("analytics:imports", args=[account.pk])).content.decode()
    assert browser.get(reverse("analytics:history_template", args=["posts"])).content.startswith(b"post,day,published")

    def sends(text):
        file = SimpleUploadedFile("old.csv", text.encode(), "text/csv")
        upload_url = reverse("analytics:upload_history", args=[account.pk])
        return browser.post(upload_url, {"kind": "accounts", "file": file}, follow=True)

    refused = sends("day,views\n2025-01-01,many\n")
    assert refused.status_code == 422
    assert '<td class="r">2</td><td><code>views</code></td>' in refused.content.decode()
    assert "is being taken in" in sends(days("2025-01-01", 3)).content.decode()
    piece = browser.get(address, headers={"hx-request": "true"}).content.decode()
    assert "every 5s" in piece
    assert "<html" not in piece
    services.work_history()
    assert "3 of 3 rows kept" in browser.get(address).content.decode()
    with tenancy.across_tenants("a test looks"):
        row = HistoryUpload.across_tenants.get()
    browser.post(reverse("analytics:delete_history", args=[row.pk]))
    assert all_of(UploadedDay) == []
