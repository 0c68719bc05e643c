"""The case page: its head, its timeline, its checklist, who is around it (experience 12)."""
