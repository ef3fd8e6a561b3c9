from apps.analytics.models.readings import Reading, Refresh
from apps.analytics.models.snapshots import AccountSnapshot, Figures, PublicationSnapshot, SnapshotRun

__all__ = ["AccountSnapshot", "Figures", "PublicationSnapshot", "Reading", "Refresh", "SnapshotRun"]
