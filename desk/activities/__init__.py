"""Activities of a case, of groups and of a centre (P8)."""
