"""The boards: one module for each, over what all of them share, which is `asked`, `filters` and `parts`."""
