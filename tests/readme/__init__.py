"""The README tells the truth."""
