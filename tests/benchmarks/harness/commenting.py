"""Comments below what has gone out, written by the service that people's are written by, while workers are struck: each
is out once in the end, by the sandbox's count, or a person is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any, Final

from tests.benchmarks.harness.faults import Faults
from tests.benchmarks.harness.planting import WHY, Planted

if TYPE_CHECKING:
    from tests.benchmarks.harness.course import Course

UNDER_WAY: Final = 12  # so many at once, that whatever strikes meets some to the last
OF_ALL: Final = ("falls", "log")  # what is told of the whole process elsewhere


def run(course: Course, count: int, *, below: Sequence[Planted]) -> dict[str, Any]:
    """Write `count` comments, with whatever disturbs the course, and tell what has come of them. Posts are compared
    with what is out as well: a comment must not send one again."""
    course.stub.clear_faults()
    course.faults = Faults(course, count)
    before, kills = course.out(), course.kills()
    writer = Writer(below, count)

    def out() -> int:
        return course.out() - before

    def is_all_out() -> bool:
        writer.keep_under_way(out())
        return writer.is_done and (out() >= len(writer.made) or course.is_quiet())

    disturbances = course.faults.while_publishing(out)
    course.ends_in(course.options["most_seconds"])
    is_out = course.watch_for(is_all_out, seconds=course.options["most_seconds"], meanwhile=disturbances)
    course.faults.end(disturbances)
    is_settled = course.settle()
    found = course.outcome([*below, *writer.made], course.stub.accepted())
    told = {name: value for name, value in found.items() if name not in OF_ALL}
    kills = course.kills() - kills
    return {"count": len(writer.made), "is_all_out": is_out, "is_settled": is_settled, **told, "kills": kills}


class Writer:
    """Writes comments below the publications that are out, in turn; `made` are those that are written."""

    def __init__(self, below: Sequence[Planted], count: int) -> None:
        self._left = count
        self._places = islice(cycle(list(_live(below))), count)
        self.made: list[Planted] = []

    @property
    def is_done(self) -> bool:
        return not self._left

    def keep_under_way(self, out: int) -> None:
        while self._left and len(self.made) - out < UNDER_WAY:
            self._write(*next(self._places))

    def _write(self, row: Any, one: Planted) -> None:
        from apps.core import ids
        from apps.core.actors import SYSTEM
        from apps.publishing import services
        from apps.publishing.remarks import Remark, Remarks

        text = f"Comment {len(self.made)} below {one.text}"
        with row.scope():
            (comment,) = services.comment(
                post=row.post, publications=[row], remarks=Remarks(Remark(text)), batch=ids.new_id(), actor=SYSTEM
            )
        self.made.append(Planted(comment.pk, one.organization, one.workspace, one.account, text))
        self._left -= 1


def _live(planted: Sequence[Planted]) -> Iterator[tuple[Any, Planted]]:
    from apps.core import tenancy
    from apps.publishing.models import Publication
    from apps.publishing.states import State

    with tenancy.across_tenants(WHY):
        out = Publication.across_tenants.filter(pk__in=[one.publication_id for one in planted], state=State.PUBLISHED)
        rows = {row.pk: row for row in out.select_related("post")}
    return ((rows[one.publication_id], one) for one in planted if one.publication_id in rows)
