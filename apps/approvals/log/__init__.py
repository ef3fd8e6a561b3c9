"""The log of decisions for auditors: read in pages, exported line by line, and verified.

Every decision holds the hash of what it says and of the decision before it on its post. Whoever changes a row, or takes
one out of the middle, breaks that; whoever takes the last ones away is told on by the diary, which counts them too.
"""
