"""The pages on which a centre is set up: organisations, units, workshops, opening hours, closing days (U1, U4)."""
