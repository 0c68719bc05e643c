"""Statuses that pages answer with beside 200."""

# What was typed cannot be taken; somebody else was faster; somebody tried too often.
UNPROCESSABLE, CONFLICT, TOO_MANY = 422, 409, 429
