"""What platforms report over time, and the questions that are asked of it.

Raw readings are only ever added to: a correction is a row of its own, what was not told is NULL, and a reading that did
not come about is a row that says why. Pages and the API answer from these rows; none of them calls a platform. The room
reads accounts and publications and changes neither.
"""
