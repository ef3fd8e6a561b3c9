from django.db import models


class PartRole(models.TextChoices):
    MAIN = "main", "Post"
    FIRST_COMMENT = "first_comment", "First comment"
    REPLY = "reply", "Reply"
