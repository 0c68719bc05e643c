"""One citizen: what is known, corrected, and two records of one person (K1, K2)."""
