"""The data of a report for spreadsheets. What people wrote is text there, however it begins: no cell is a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter

from apps.core.spreadsheets import safe_text
from apps.platforms import registry

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def safe(value: Cell) -> Cell:
    """A text that begins like a formula gets an apostrophe before it; numbers stay numbers."""
    return safe_text(value) if isinstance(value, str) else value


def tables_of(data: Mapping[str, Any]) -> list[Table]:
    """The data in tables; what is not known is an empty cell."""
    makers = {
        "figures": _figures, "goals": _goals, "trends": _trends, "networks": _networks, "audience": _audience,
        "top": _posts, "flop": _posts,
        "calendar": _published, "approvals": _approvals, "meanings": _gaps,
    }  # fmt: skip
    tables = [_about(data)]
    for section in data["sections"]:
        if maker := makers.get(section["kind"]):
            tables.append(maker(section, data))
    return tables


def as_csv(data: Mapping[str, Any]) -> bytes:
    """All tables in one file, each under its name, with a line between; with a mark by which Excel knows UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    for number, table in enumerate(tables_of(data)):
        if number:
            writer.writerow([])
        writer.writerow([f"# {table.name}"])
        writer.writerow(table.columns)
        writer.writerows([safe(cell) for cell in row] for row in table.rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def as_xlsx(data: Mapping[str, Any]) -> bytes:
    """The same with a sheet for each table, in constant memory."""
    out = io.BytesIO()
    options = {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        "nan_inf_to_errors": False,
    }  # fmt: skip
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": data["title"], "author": data["agency"]})
        strong, plain = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.####"})
        for table in tables_of(data):
            sheet = book.add_worksheet(table.name)
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(table.columns) - 1, 18)
            for row, cells in enumerate([table.columns, *table.rows]):
                for column, cell in enumerate(cells):
                    _write(sheet, row, column, cell, strong if row == 0 else plain)
    return out.getvalue()


def _write(sheet: Any, row: int, column: int, cell: Cell, look: Any) -> None:
    if isinstance(cell, str):
        sheet.write_string(row, column, str(safe(cell)), look)
    elif cell is not None:
        sheet.write_number(row, column, cell, look)


# --- tables -----------------------------------------------------------------------------------------------------------


def _about(data: Mapping[str, Any]) -> Table:
    before = data["compared"] or {"first": None, "last": None}
    rows: list[tuple[Cell, ...]] = [
        ("title", data["title"]), ("agency", data["agency"]), ("client", data["client"]),
        ("first", data["period"]["first"]), ("last", data["period"]["last"]),
        ("compared_first", before["first"]), ("compared_last", before["last"]),
        ("timezone", data["timezone"]), ("as_of", data["as_of"]),
    ]  # fmt: skip
    return Table("report", ("what", "value"), tuple(rows))


def _figures(section: Mapping[str, Any], data: Mapping[str, Any]) -> Table:
    columns = ("name", "value", "known", "of", "now", "before", "taken_at")
    return Table("figures", ("figure", *columns[1:]), _cells(section["figures"], columns))


def _goals(section: Mapping[str, Any], data: Mapping[str, Any]) -> Table:
    own = (
        "begins_on", "ends_on", "until", "target", "value", "known", "of", "share", "expected", "forecast", "pace",
    )  # fmt: skip
    accounts = {one["id"]: one for one in data["accounts"]}
    rows = [{**goal, **_whose(accounts.get(goal["account"]))} for goal in section["goals"]]
    return Table("goals", ("aim", "platform", "account", *own), _cells(rows, ("aim", "platform", "handle", *own)))


def _whose(account: Mapping[str, Any] | None) -> dict[str, Any]:
    """Nobody's own: of all accounts together."""
    return {"platform": account["platform"], "handle": account["handle"]} if account else {}


def _trends(section: Mapping[str, Any], data: Mapping[str, Any]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for trend in section["trends"]:
        for number, point in enumerate(trend["points"]):
            before = trend["before"][number] if number < len(trend["before"]) else {}
            rows.append((
                trend["name"], point["day"], point["value"], point["part"], point["known"], point["of"],
                before.get("day"), before.get("value"),
            ))  # fmt: skip
    columns = ("figure", "day", "value", "known_part", "known", "of", "compared_day", "compared_value")
    return Table("trends", columns, tuple(rows))


def _networks(section: Mapping[str, Any], data: Mapping[str, Any]) -> Table:
    columns = ("platform", "accounts", "posts", "followers", "views", "post_views", "interactions", "rate", "until")
    return Table("networks", columns, _cells(section["networks"], columns))


def _audience(section: Mapping[str, Any], data: Mapping[str, Any]) -> Table:
    accounts = {one["id"]: one for one in data["accounts"]}
    rows = tuple(
        (
            account["platform"],
            account["handle"],
            one["day"],
            division["by"],
            group["name"],
            group["count"],
            group["share"],
        )
        for one in section["audiences"]
        for account in (accounts[one["account"]],)
        for division in one["divisions"]
        for group in division["groups"]
    )
    return Table("audience", ("platform", "account", "day", "by", "group", "followers", "share"), rows)


def _posts(section: Mapping[str, Any], data: Mapping[str, Any]) -> Table:
    columns = ("title", "platform", "account", "published_at", "views", "interactions", "taken_at", "url")
    handles = {one["id"]: one["handle"] for one in data["accounts"]}
    rows = [{**post, "account": handles.get(post["account"], "")} for post in section["posts"]]
    return Table(f"{section['kind']}_posts", columns, _cells(rows, columns))


def _published(section: Mapping[str, Any], data: Mapping[str, Any]) -> Table:
    rows = tuple(
        (post["published_at"], post["title"], ", ".join(map(registry.label, post["platforms"])), post["url"])
        for post in section["published"]
    )
    return Table("published", ("published_at", "title", "networks", "url"), rows)


def _approvals(section: Mapping[str, Any], data: Mapping[str, Any]) -> Table:
    names = ("approved", "at_once", "changes", "rejected", "seconds")
    return Table("approvals", ("what", "value"), tuple((name, section[name]) for name in names))


def _gaps(section: Mapping[str, Any], data: Mapping[str, Any]) -> Table:
    accounts = {one["id"]: one for one in data["accounts"]}
    rows = tuple(
        (
            accounts[gap["account"]]["platform"],
            accounts[gap["account"]]["handle"],
            gap["first"],
            gap["last"],
            gap["why"],
        )
        for gap in section["gaps"]
    )
    return Table("missing", ("platform", "account", "first", "last", "why"), rows)


def _cells(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(tuple(row.get(name) for name in columns) for row in rows)
