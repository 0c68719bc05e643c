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


# The other efforts' people: role by key, in each effort the ones that have something to see first. What the buttons say
# is in the centre's language, as the people are.
EFFORTS: dict[str, dict[str, Role]] = {
    "ressource": {"caseworker-ressource": Role.CASEWORKER},
    "shc": {
        "caseworker-shc": Role.CASEWORKER,
        "teamleader-shc": Role.TEAM_LEADER,
        "referrer-shc": Role.REFERRER,
        "specialist-shc": Role.SPECIALIST,
        "steering-shc": Role.STEERING_GROUP,
        "citizen-shc": Role.CITIZEN,
        "admin-shc": Role.ADMINISTRATOR,
    },
    "rebus": {
        "caseworker-rebus": Role.CASEWORKER,
        "teamleader-rebus": Role.TEAM_LEADER,
        "referrer-rebus": Role.REFERRER,
        "specialist-rebus": Role.SPECIALIST,
        "steering-rebus": Role.STEERING_GROUP,
        "citizen-rebus": Role.CITIZEN,
        "admin-rebus": Role.ADMINISTRATOR,
    },
    "herlev": {
        "caseworker-herlev": Role.CASEWORKER,
        "teamleader-herlev": Role.TEAM_LEADER,
        "referrer-herlev": Role.REFERRER,
        "specialist-herlev": Role.SPECIALIST,
        "steering-herlev": Role.STEERING_GROUP,
        "citizen-herlev": Role.CITIZEN,
        "admin-herlev": Role.ADMINISTRATOR,
    },
}
EVERYBODY = ROLES | {key: role for effort in EFFORTS.values() for key, role in effort.items()}


def address(key: str) -> str:
    """The e-mail address of the demo user `key`, such as `caseworker`."""
    return f"{key}@{DOMAIN}"
