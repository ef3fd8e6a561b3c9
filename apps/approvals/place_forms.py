"""The place that a comment is about, as a form names it: words, a point of a picture, or a moment of a video."""

from __future__ import annotations

import re
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.approvals.anchors import LONGEST_QUOTE, Place

TOO_MANY: Final = "too_many_places"
NO_POINT: Final = "place_not_possible"
NO_MOMENT: Final = "moment_not_possible"
_MOMENT: Final = re.compile(r"(?:(?:(\d{1,2}):)?(\d{1,3}):)?(\d{1,5})")


class MomentField(forms.Field):
    """Seconds, from "0:12", "1:02:03" or plain seconds; None where nothing was written."""

    def to_python(self, value: Any) -> float | None:
        text = str(value or "").strip()
        if not text:
            return None
        found = _MOMENT.fullmatch(text)
        if found is None or (found[2] and int(found[3]) > 59) or (found[1] and int(found[2]) > 59):
            raise forms.ValidationError(_("Write the moment as minutes and seconds, like 0:12."), code=NO_MOMENT)
        hours, minutes, seconds = (int(one or 0) for one in found.groups())
        return float(hours * 3600 + minutes * 60 + seconds)


class PlaceForm(forms.Form):
    """At most one place. What is wrong is said in words, and by code for pages that word it themselves."""

    quote = forms.CharField(
        label=_("About these words"),
        required=False,
        max_length=LONGEST_QUOTE,
        help_text=_("Copied from the post: the comment stays with them when they move."),
    )
    picture = forms.CharField(label=_("Picture"), required=False, max_length=64)
    x = forms.FloatField(label=_("From the left, in percent"), required=False)
    y = forms.FloatField(label=_("From the top, in percent"), required=False)
    video = forms.CharField(label=_("Video"), required=False, max_length=64)
    moment = MomentField(
        label=_("At this moment of the video"),
        required=False,
        help_text=_("Minutes and seconds, like 0:12."),
        widget=forms.TextInput(attrs={"inputmode": "text", "autocomplete": "off", "size": 8}),
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if any(name in self.errors for name in ("quote", "x", "y", "moment")):
            return said
        is_point = bool(said.get("picture")) or said.get("x") is not None or said.get("y") is not None
        if sum([bool(said["quote"].strip()), is_point, said["moment"] is not None]) > 1:
            words = _("A comment is about one place: words, a place in a picture, or a moment of a video.")
            raise forms.ValidationError(words, code=TOO_MANY)
        if is_point and not (said["picture"] and _is_percent(said["x"]) and _is_percent(said["y"])):
            words = _("Choose a picture, and the place in it: two numbers from 0 to 100.")
            raise forms.ValidationError(words, code=NO_POINT)
        return said

    @property
    def place(self) -> Place:
        said = self.cleaned_data
        return Place(
            quote=said["quote"].strip(), picture=said["picture"], x=(said["x"] or 0) / 100, y=(said["y"] or 0) / 100,
            video=said["video"], second=said["moment"],
        )  # fmt: skip

    @property
    def code(self) -> str:
        """What is wrong with the place, for a page in many languages; "" where something else is."""
        named = {error.code for errors in self.errors.as_data().values() for error in errors}
        known = next((code for code in (TOO_MANY, NO_POINT, NO_MOMENT) if code in named), "")
        return known or (NO_POINT if self.errors.keys() & {"x", "y"} else "")


def _is_percent(value: float | None) -> bool:
    return value is not None and 0 <= value <= 100
