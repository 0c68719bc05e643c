"""How a programme goes: pauses, its end, phases, the coordinator (P1, P3, P4)."""
