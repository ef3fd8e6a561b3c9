"""The questions that boards ask of stored figures: whose, of which days, against what was usual or meant."""
