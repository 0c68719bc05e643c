"""The commands behind the Makefile: an environment, private servers, the demo, the checks.

`environment` uses the standard library alone, because it makes the virtual environment in which the rest runs.
"""
