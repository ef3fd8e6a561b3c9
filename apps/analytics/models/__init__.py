from apps.analytics.models.alerting import Alert, AlertRecipient, AlertRule
from apps.analytics.models.history import HistoryUpload, UploadedDay, UploadedPost
from apps.analytics.models.importing import Import, ImportedPost
from apps.analytics.models.plans import Goal, MixShare
from apps.analytics.models.readings import Reading, Refresh
from apps.analytics.models.rollups import AccountDay, PostTotal
from apps.analytics.models.snapshots import AccountSnapshot, Audience, Figures, PublicationSnapshot, SnapshotRun

__all__ = [
    "AccountDay",
    "AccountSnapshot",
    "Alert",
    "AlertRecipient",
    "AlertRule",
    "Audience",
    "Figures",
    "Goal",
    "HistoryUpload",
    "Import",
    "ImportedPost",
    "MixShare",
    "PostTotal",
    "PublicationSnapshot",
    "Reading",
    "Refresh",
    "SnapshotRun",
    "UploadedDay",
    "UploadedPost",
]
