"""How a workspace sorts what it writes, and what it begins with: labels, campaigns, templates."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.db import models
from django.db.models import F, Q

from apps.core.models import WorkspaceOwned


class Colour(models.TextChoices):
    """Names of tokens; what each looks like, by day and by night, is the style sheet's business."""

    GREY = "grey", "Grey"
    BLUE = "blue", "Blue"
    TEAL = "teal", "Teal"
    GREEN = "green", "Green"
    YELLOW = "yellow", "Yellow"
    ORANGE = "orange", "Orange"
    RED = "red", "Red"
    PINK = "pink", "Pink"
    PURPLE = "purple", "Purple"


def folded(name: str) -> str:
    """What two names have in common that people take for one: no database folds every alphabet."""
    return " ".join(unicodedata.normalize("NFC", name).split()).casefold()


class Named(WorkspaceOwned):
    """Something with a name that is there once in its workspace, however it is spelt in capitals."""

    name = models.CharField(max_length=80)
    folded_name = models.CharField(max_length=240, editable=False)

    class Meta(WorkspaceOwned.Meta):
        abstract = True

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name = " ".join(self.name.split())
        self.folded_name = folded(self.name)
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "folded_name"}
        super().save(*args, **kwargs)


class Label(Named):
    """A word to find posts by; a post has any number."""

    colour = models.CharField(max_length=12, choices=Colour.choices, default=Colour.GREY)

    class Meta(Named.Meta):
        ordering = ["folded_name"]
        constraints = [models.UniqueConstraint("workspace", "folded_name", name="label_once_in_workspace")]


class Campaign(WorkspaceOwned):
    """What a number of posts are for, and from when to when. A post belongs to one at most."""

    name = models.CharField(max_length=120)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True, help_text="The last day of it.")
    goal = models.TextField(blank=True, max_length=2000)
    colour = models.CharField(max_length=12, choices=Colour.choices, default=Colour.GREY)
    external_ref = models.CharField(max_length=200, blank=True, help_text="Your own name for it, if you have one.")

    class Meta(WorkspaceOwned.Meta):
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "external_ref"],
                condition=~Q(external_ref=""),
                name="campaign_ref_once_in_workspace",
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="campaign_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Template(Named):
    """A post to begin with. `parts` are words and links by role; `options` are those of each platform, by name. Files
    and accounts belong to a post, and are no part of it."""

    parts = models.JSONField(default=list)
    options = models.JSONField(default=dict, blank=True)

    class Meta(Named.Meta):
        ordering = ["folded_name"]
        constraints = [models.UniqueConstraint("workspace", "folded_name", name="template_once_in_workspace")]


class PostLabel(WorkspaceOwned):
    """That a post has a label."""

    post = models.ForeignKey("posts.Post", on_delete=models.CASCADE, related_name="labelled")
    label = models.ForeignKey(Label, on_delete=models.CASCADE, related_name="+")

    class Meta(WorkspaceOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["post", "label"], name="a_label_once_on_a_post")]

    def __str__(self) -> str:
        return f"{self.label_id} on {self.post_id}"


class TemplateLabel(WorkspaceOwned):
    """That a post which begins with a template gets a label."""

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="labelled")
    label = models.ForeignKey(Label, on_delete=models.CASCADE, related_name="+")

    class Meta(WorkspaceOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["template", "label"], name="a_label_once_on_a_template")]

    def __str__(self) -> str:
        return f"{self.label_id} on {self.template_id}"
