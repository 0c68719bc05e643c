"""The agreed week of a case (P5, P12)."""
