"""Figures of a centre for its leaders and its steering group (F2)."""
