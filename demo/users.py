"""Whom the demo signs in with one click: role, address and password (contract of the README)."""

from accounts.roles import Role

PASSWORD = "trinvis-demo"  # noqa: S105  (printed for everyone to see)
DOMAIN = "demo.trinvis.test"

# In the order of a case's way through the system.
ROLES: dict[str, Role] = {
    "referrer": Role.REFERRER,
    "teamleader": Role.TEAM_LEADER,
    "caseworker": Role.CASEWORKER,
    "contact": Role.CONTACT_PERSON,
    "specialist": Role.SPECIALIST,
    "steering": Role.STEERING_GROUP,
    "citizen": Role.CITIZEN,
    "admin": Role.ADMINISTRATOR,
}


def address(key: str) -> str:
    """The e-mail address of the demo user `key`, such as `caseworker`."""
    return f"{key}@{DOMAIN}"
