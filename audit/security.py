"""Security events as log lines with stable names, for a system that collects them (SIEM).

A name never changes its meaning. No line holds a secret, and none an e-mail address.
"""

from typing import Any

import structlog

from . import origin

log = structlog.get_logger("security")

# Each event with what it says. docs/security.md has the same list.
EVENTS = {
    "security.login": "somebody logged in",
    "security.login_failed": "a wrong password, or a wrong code of the second factor",
    "security.logout": "somebody logged out",
    "security.password_changed": "a person has another password",
    "security.address_changed": "a person has another e-mail address to log in with",
    "security.factor_added": "a second factor was added",
    "security.factor_removed": "a second factor was removed",
    "security.recovery_codes_made": "a person has new recovery codes",
    "security.rights_changed": "role or rights of a member changed",
    "security.member_added": "somebody became a member, or was invited",
    "security.member_deactivated": "somebody lost access to an organisation",
    "security.sessions_ended": "the sessions of a person were ended",
    "security.bank_account_changed": "an organisation has another bank account",
    "security.second_factor_required": "whether an organisation requires a second factor changed",
    "security.codes_changed": "the codes of e-Boekhouden changed",
    "security.connection_switched": "the connection with e-Boekhouden was switched on or off",
    "security.exported": "somebody downloaded data",
    "security.refused": "somebody without the right asked for a page or an action",
}


def log_event(event: str, **details: Any) -> None:
    """Write a line about a security event, with who and from where. Raises KeyError if unknown."""
    meaning = EVENTS[event]
    whence = origin.current()
    about = {"user": whence.user_id(), "address": whence.address(), "request": whence.request_id}
    level = log.warning if event.endswith(("_failed", ".refused")) else log.info
    level(event, meaning=meaning, **{**about, "job": whence.job, **details})
