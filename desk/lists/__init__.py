"""The lists of citizens and of tasks (J6, experience 11)."""
