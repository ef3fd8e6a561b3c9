"""A report is frozen once, and everything that is shown of it comes from there."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import timedelta

import openpyxl
import pypdfium2
import pytest
from django.db import connection

from apps.analytics.boards.organization import organization_board
from apps.analytics.models import AccountDay, AccountSnapshot, Goal, Reading
from apps.analytics.overview import overview
from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.core.printing import PrinterMissing
from apps.events.models import Event
from apps.media import storage
from apps.posts.models import Part
from apps.reports import drawing, services, sheets
from apps.reports.errors import Malformed, ReportRefused
from apps.reports.freezing import digest_of
from apps.reports.models import Report, ReportFile
from apps.reports.periods import Period
from apps.reports.plan import Comparison, Kind, Plan, Section, usual, whole
from apps.reports.services import making
from apps.reports.showing.face import face_of
from apps.reports.states import FileKind, ReportState
from apps.social_accounts.models import SocialAccount
from apps.social_accounts.states import AccountState
from tests.analytics.test_own_clicks import Followed
from tests.reports.month import SEPTEMBER, MonthOf
from tests.support import factories

pytestmark = pytest.mark.django_db
MILLIMETRE = 72 / 25.4
DRAWN = [getattr(pypdfium2.raw, f"FPDF_PAGEOBJ_{name}") for name in ("PATH", "TEXT", "FORM")]


def section(report, kind):
    return next(one for one in report.data["sections"] if one["kind"] == kind)


def body_of(desk, report, kind):
    (row,) = desk.rows(ReportFile, report=report, kind=kind)
    with storage.open_file(row.file.name) as file:
        return file.read()


def test_a_report_is_made_frozen_and_told_of(desk, month):
    report = desk.made()

    assert (report.state, report.tries) == (ReportState.READY, 1)
    assert report.as_of == desk.clock.now
    assert report.sha256 == digest_of(report.data)
    assert {row.kind for row in desk.rows(ReportFile)} == set(FileKind.values)
    assert [row.name for row in desk.rows(Event, subject_id=report.pk)] == ["report.ready"]
    assert set(report.account_ids) == {str(account.pk) for account in month.accounts.values()}


def test_its_numbers_are_those_of_the_dashboard(desk, month):
    report = desk.made()
    with desk.scope():
        found = overview(desk.workspace, first=SEPTEMBER.first, last=SEPTEMBER.last)

    figures = {one["name"]: one for one in section(report, "figures")["figures"]}
    for name in ("followers", "views", "published", "post_views", "interactions"):
        number = getattr(found, name)
        for key in ("value", "known", "of", "before", "now"):
            assert figures[name][key] == getattr(number, key)
    assert [row["interactions"] for row in section(report, "networks")["networks"]] == [
        row.interactions for row in found.platforms
    ]
    top = [post["interactions"] for post in section(report, "top")["posts"]]
    assert top[:5] == [post.interactions for post in found.top]


def test_accounts_that_are_connected_no_more_are_in_it_as_long_as_there_is_something_to_tell_of_them(
    desk, place, month
):
    gone = factories.account(place, "mastodon", handle="deleted-account", state=AccountState.DISCONNECTED)
    waits = factories.account(place, "mastodon", handle="new-one", state=AccountState.NEEDS_REAUTH)
    past = month.accounts["linkedin"]
    with tenancy.across_tenants("a test disconnects somebody and sets goals"):
        born = {"created_at": month.accounts["mastodon"].created_at.replace(year=2025)}
        SocialAccount.plain.filter(pk__in=[gone.pk, waits.pk]).update(**born)
        SocialAccount.plain.filter(pk=past.pk).update(state=AccountState.DISCONNECTED)
        for account in (gone, waits):
            Goal.plain.create(
                organization_id=place.organization_id, workspace=place, account=account, aim="followers", target=9,
                begins_on=SEPTEMBER.first, ends_on=SEPTEMBER.last,
            )  # fmt: skip

    report = desk.made(whole())

    named = {one["id"] for one in report.data["accounts"]}
    assert named == {str(account.pk) for account in (*month.accounts.values(), waits)}
    assert "deleted-account" not in json.dumps(report.data)
    assert str(waits.pk) in {gap["account"] for gap in section(report, "meanings")["gaps"]}
    followers = section(report, "figures")["figures"][0]
    assert (followers["name"], followers["known"], followers["of"]) == ("followers", 5, 6), "YouTube stands apart"
    assert [goal["account"] for goal in section(report, "goals")["goals"]] == [str(waits.pk)]
    with desk.scope():
        board = organization_board([place], first=SEPTEMBER.first, last=SEPTEMBER.last, zone="UTC").everybody
        assert board.followers.of == overview(place, first=SEPTEMBER.first, last=SEPTEMBER.last).followers.of == 6


def test_clicks_on_our_own_links_are_a_figure_apart_where_there_are_such_links(desk, month):
    without = desk.made()
    followed = Followed(desk.workspace, around=SEPTEMBER.first)
    followed.link()

    report = desk.made()

    assert [one["name"] for one in section(without, "figures")["figures"]][-1] == "rate"
    own = section(report, "figures")["figures"][-1]
    spans = [(SEPTEMBER.first, SEPTEMBER.last), (SEPTEMBER.first - timedelta(days=30), SEPTEMBER.first - timedelta(1))]
    assert own["name"] == "own_clicks"
    assert [own["value"], own["before"]] == [followed.sum(*span) for span in spans]
    tiles = [tile for one in face_of(report.data, {}).sections for tile in one.tiles]
    (shown,) = [tile for tile in tiles if tile.label == "Clicks on our links"]
    assert shown.note == "counted by ourselves, apart from the networks"


def test_what_is_frozen_stays_whatever_changes(desk, month):
    report = desk.made()
    page, pdf = drawing.as_html(report.data, report.pictures), body_of(desk, report, "pdf")
    with tenancy.across_tenants("a test changes what it was about"):
        AccountDay.plain.filter(missing="").update(views=1, followers=1)
        Reading.plain.update(latest_id=None)
        Part.plain.update(text="Changed afterwards")
    desk.workspace.name = "Renamed"
    with desk.scope():
        desk.workspace.save()

    again = desk.again(report)

    assert drawing.as_html(again.data, again.pictures) == page
    assert body_of(desk, again, "pdf") == pdf
    assert "Changed afterwards" not in page
    assert sheets.as_csv(again.data) == body_of(desk, again, "csv")


def test_what_was_frozen_is_not_computed_again_when_the_drawing_fails(desk, month, monkeypatch):
    report = desk.ask()
    monkeypatch.setattr(drawing, "as_pdf", lambda *_: 1 / 0)
    services.make_due(now=desk.clock.now)
    failed = desk.again(report)
    assert (failed.state, failed.problem) == (ReportState.QUEUED, "ZeroDivisionError")
    assert failed.is_frozen
    assert desk.rows(ReportFile) == []
    with tenancy.across_tenants("a test changes what it was about"):
        AccountDay.plain.filter(missing="").update(views=1)
    monkeypatch.undo()

    desk.clock.advance(minutes=1)
    services.make_due(now=desk.clock.now)

    again = desk.again(report)
    assert again.state == ReportState.READY
    assert (again.data, again.as_of) == (failed.data, failed.as_of)


def test_one_that_fails_three_times_says_so_and_can_be_tried_again(desk, month, monkeypatch):
    report = desk.ask()
    monkeypatch.setattr(drawing, "as_pdf", lambda *_: 1 / 0)
    for _ in range(3):
        services.make_due(now=desk.clock.now)
        desk.clock.advance(minutes=10)
    failed = desk.again(report)
    assert (failed.state, failed.tries) == (ReportState.FAILED, 3)
    assert "Try it again" in failed.problem_words
    assert [row.name for row in desk.rows(Event, subject_id=report.pk)] == ["report.failed"]
    monkeypatch.undo()

    with desk.scope():
        services.retry(report=failed, actor=SYSTEM)
    services.make_due(now=desk.clock.now)

    assert desk.again(report).state == ReportState.READY


def test_without_a_printer_there_is_a_report_and_words_instead_of_a_pdf(desk, month, monkeypatch):
    def no_printer(*_):
        raise PrinterMissing

    monkeypatch.setattr(drawing, "as_pdf", no_printer)

    report = desk.made()

    assert report.state == ReportState.READY
    assert "no PDF" in report.problem_words
    assert {row.kind for row in desk.rows(ReportFile)} == {"csv", "xlsx"}


def test_a_worker_that_was_killed_leaves_a_report_that_another_makes_once(desk, month):
    report = desk.ask()
    claim = making._claim(desk.clock.now)
    assert making._claim(desk.clock.now) is None, "it is held"

    desk.clock.advance(minutes=11)
    assert services.make_due(now=desk.clock.now) == 1
    making._make(claim)  # the first one was only slow

    assert desk.again(report).state == ReportState.READY
    assert len(desk.rows(ReportFile)) == 3
    assert len(desk.rows(Event, subject_id=report.pk)) == 1


def test_missing_is_said_and_never_zero(desk, month):
    report = desk.made()

    gaps = section(report, "meanings")["gaps"]
    names = {str(account.pk): name for name, account in month.accounts.items()}
    told = {(names[gap["account"]], gap["first"], gap["last"], gap["why"]) for gap in gaps}
    assert told == {
        ("instagram", "2026-09-08", "2026-09-10", "not_read"),
        ("facebook", "2026-09-20", "2026-09-30", "no_permission"),
    }
    views = next(one for one in section(report, "trends")["trends"] if one["name"] == "views")
    day = next(point for point in views["points"] if point["day"] == "2026-09-09")
    assert day["value"] is None
    page = drawing.as_html(report.data, report.pictures)
    assert "8–10 September" in page
    assert "The connection does not include the right to read figures" in page
    mastodon = next(row for row in section(report, "networks")["networks"] if row["platform"] == "mastodon")
    assert mastodon["views"] is None


@pytest.mark.parametrize(
    ("comparison", "span"),
    [
        (Comparison.BEFORE, {"first": "2026-08-02", "last": "2026-08-31"}),
        (Comparison.YEAR, {"first": "2025-09-01", "last": "2025-09-30"}),
        (Comparison.NONE, None),
    ],
)
def test_it_is_compared_with_what_was_chosen(desk, month, comparison, span):
    report = desk.made(Plan("Report", (Section(Kind.FIGURES),), comparison))

    assert report.data["compared"] == span
    followers = section(report, "figures")["figures"][0]
    assert (followers["before"] is None) is (comparison is not Comparison.BEFORE)


def test_last_years_days_are_read_from_last_years_rows(desk, place):
    account = factories.account(place, "mastodon")
    own = {"organization_id": place.organization_id, "workspace_id": place.pk, "account": account}
    with tenancy.across_tenants("a test writes two days"):
        for year, followers in ((2025, 100), (2026, 150)):
            day = SEPTEMBER.last.replace(year=year)
            AccountSnapshot.plain.create(**own, day=day, taken_at=desk.clock.now, followers=followers)

    report = desk.made(Plan("Report", (Section(Kind.FIGURES),), Comparison.YEAR))

    followers = section(report, "figures")["figures"][0]
    assert (followers["now"], followers["before"]) == (150, 100)
    assert "50 % more" in drawing.as_html(report.data, {})


def test_sections_come_in_the_order_that_was_chosen(desk, month):
    kinds = (Kind.MEANINGS, Kind.TOP, Kind.WORDS, Kind.FIGURES)
    plan = Plan("Report", tuple(Section(kind, heading=f"My {kind.value}", text="Said *plainly*") for kind in kinds))

    page = drawing.as_html((report := desk.made(plan)).data, report.pictures)

    places = [page.index(f"My {kind.value}") for kind in kinds]
    assert places == sorted(places)
    assert page.count("Said *plainly*") == 4


def test_flops_are_no_top_posts_and_had_time(desk, month):
    report = desk.made()

    top, flop = (section(report, kind)["posts"] for kind in ("top", "flop"))
    assert top
    keys = [{(post["title"], post["platform"], post["published_at"]) for post in posts} for posts in (top, flop)]
    assert not keys[0] & keys[1]
    assert [post["interactions"] for post in flop] == sorted(post["interactions"] for post in flop)


def test_the_pdf_says_what_the_report_says(desk, month):
    report = desk.made()

    document = pypdfium2.PdfDocument(body_of(desk, report, "pdf"))
    words = [page.get_textpage().get_text_range() for page in document]

    assert "Alder & Rye" in words[0]
    assert "Northlight Studio" in words[0]
    whole_text = " ".join(words)
    for said in ("By network", "Top posts", "What was published", "What the figures mean", "30 September 2026"):
        assert said in whole_text
    assert all("September 2026" in text for text in words), "each page says what it is of"


SIDES, FOOT = 17 * MILLIMETRE, 21 * MILLIMETRE  # margins, of which the upper and the lower hold head and foot
HEADING = 13.5  # points: text has 12.67 at most, headings 14; figures are larger and have their words below them


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_long_pdf_is_whole_on_every_page(desk, place, language):
    """What can be seen of it without eyes: nothing is clipped, no heading stands alone, no page is left empty."""
    MonthOf(place, posts=240)
    sections = tuple(replace(one, text="Said at some length. " * 12) for one in whole().sections)
    report = desk.made(Plan("Report", sections, language=language))
    document = pypdfium2.PdfDocument(body_of(desk, report, "pdf"))

    assert len(document) >= 10
    for number, page in enumerate(document, 1):
        _lies_within_its_margins(page, number)
        body = [one for one in _words(page) if one[1] > FOOT]
        size, lowest = min(body, key=lambda one: one[1])
        assert size < HEADING, f"page {number} ends with a heading, {lowest:.0f} points from its edge"
        is_full = lowest < page.get_height() * 0.6
        assert is_full or number == len(document), f"page {number} ends {lowest:.0f} points from its edge"
        assert f"{number} / {len(document)}" in page.get_textpage().get_text_range()


@pytest.mark.parametrize("language", ["en", "de"])
def test_drawings_have_points_in_their_coordinates_in_every_language(desk, month, language):
    report = desk.made(Plan("Report", whole().sections, language=language))

    page = drawing.as_html(report.data, report.pictures)

    assert page.count('<svg class="chart"') == len(section(report, "trends")["trends"])
    numbers = re.findall(r' (?:x|y|x1|y1|y2|cx|cy|width|height)="([^"]*)"', page)
    assert [one for one in numbers if not re.fullmatch(r"-?[0-9]+(?:\.[0-9]+)?", one)] == []


def _lies_within_its_margins(page, number):
    """Every line, bar and word."""
    width, height = page.get_size()
    for thing in page.get_objects(filter=DRAWN, max_depth=1):  # pictures are cut on purpose
        left, bottom, right, top = thing.get_bounds()
        place = f"page {number}: {left:.0f} {bottom:.0f} {right:.0f} {top:.0f}"
        assert left >= SIDES - 1, place
        assert right <= width - SIDES + 1, place
        assert bottom >= 0, place
        assert top <= height, place


def _words(page):
    """The size and the place above the lower edge of each letter that can be seen."""
    text = page.get_textpage()
    letters = text.get_text_range()
    for place in range(text.count_chars()):
        if letters[place : place + 1].strip():
            size = pypdfium2.raw.FPDFText_GetFontSize(text.raw, place)
            yield size, text.get_charbox(place)[1]


class TestSheets:
    EVIL = ('=HYPERLINK("http://x")', "+1+1", "-2", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1")

    @pytest.fixture
    def data(self, desk, place):
        month = MonthOf(place, posts=0, pictures=0)
        with tenancy.across_tenants("somebody has an odd name"):
            SocialAccount.plain.update(handle="=cmd|' /C calc'!A0")
        with tenancy.across_tenants("a test writes posts"):
            for number in range(len(self.EVIL)):
                month._post(number)
            for post, text in zip(Part.plain.order_by("pk"), self.EVIL, strict=True):
                Part.plain.filter(pk=post.pk).update(text=text)
        return desk.made(whole()).data

    def test_no_cell_of_the_csv_is_a_formula(self, data):
        rows = list(csv.reader(io.StringIO(sheets.as_csv(data).decode("utf-8-sig"))))

        assert [cell for row in rows for cell in row if "cmd" in cell], "what is dangerous is there"
        for cell in (cell for row in rows for cell in row):
            stripped = cell.strip(" ")
            assert not stripped.startswith(("=", "+", "@", "\t", "\r", "＝")) or _is_number(cell), cell
            assert not stripped.startswith("-") or _is_number(cell)

    def test_no_cell_of_the_workbook_is_a_formula(self, data):
        book = openpyxl.load_workbook(io.BytesIO(sheets.as_xlsx(data)))

        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert [cell for cell in cells if "cmd" in str(cell.value)]
        assert {cell.data_type for cell in cells} <= {"s", "n"}
        assert [cell for cell in cells if str(cell.value).lstrip().startswith(("=", "@"))] == []

    def test_numbers_are_numbers_and_what_is_not_known_is_empty(self, data):
        book = openpyxl.load_workbook(io.BytesIO(sheets.as_xlsx(data)))
        rows = list(book["networks"].iter_rows(values_only=True))
        mastodon = dict(zip(rows[0], next(row for row in rows if row[0] == "mastodon"), strict=True))

        assert mastodon["views"] is None
        assert isinstance(mastodon["followers"], int)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def test_a_report_speaks_its_language(desk, month):
    report = desk.made(Plan("Bericht", usual().sections, language="de"))

    page = drawing.as_html(report.data, report.pictures)

    assert '<html lang="de">' in page
    assert "September 2026" in page
    assert json.dumps(report.data), "the data itself has no language"


def test_the_time_that_it_takes_does_not_hold_a_transaction(desk, month, monkeypatch):
    seen = []
    real = drawing.as_pdf
    monkeypatch.setattr(drawing, "as_pdf", lambda *given: (seen.append(connection.savepoint_ids[:]), real(*given))[1])

    desk.made()

    assert seen == [[]]


def test_too_many_are_not_asked_for(desk):
    for _ in range(20):
        desk.ask()
    with pytest.raises(ReportRefused):
        desk.ask()
    today = desk.clock.now.date()
    for first, last in ((today, today), (today, today - timedelta(days=2)), (today - timedelta(days=500), today)):
        with pytest.raises(Malformed):
            desk.ask(period=Period(first, last))
    assert len(desk.rows(Report)) == 20
