"""Why an action did not happen."""

from django.core.exceptions import PermissionDenied


class NotAllowed(PermissionDenied):
    """The user may see it, but this is not theirs to do: 403."""


class Refused(Exception):
    """It cannot be done in this state; the text says why, in the user's language. Nothing was changed."""
