"""Open and close sessions, log in, and check the session of every call."""

import secrets

from sandbox.books import sessions
from sandbox.books.credentials import credentials, fact
from sandbox.codes import refuse_if


def open_session(call):
    _check_credentials(call)
    count_call(call)
    return {"SessionID": _opened(call)}


def open_session_sub(call):
    _check_credentials(call)
    refuse_if(not call.switches.accountant, "E002.5")
    own = credentials(call.db).security_code_2
    refuse_if(sessions.bare(call.arguments["AdministratieGUID"]) != own, "E001.2")
    count_call(call)
    return {"SessionID": _opened(call)}


def _check_credentials(call):
    known, given = credentials(call.db), call.arguments
    refuse_if(call.switches.unable_to_verify, "E001.7")
    right = (given["Username"] or "").lower() == known.username.lower()
    right = right and (given["SecurityCode1"] or "").lower() == known.security_code_1
    refuse_if(not right, "E001.1")
    refuse_if(sessions.bare(given["SecurityCode2"]) != known.security_code_2, "E001.3")
    refuse_if(not call.switches.administration_found, "E001.2")
    refuse_if(not call.switches.user_has_rights, "E001.5")


def _opened(call):
    alone = not call.switches.parallel_sessions
    source = (call.arguments["Source"] or "")[:15]
    return f"{{{sessions.open_session(call.db, source=source, at=call.at, alone=alone)}}}"


def check_session(call):
    """Refuse a session that is blank, unknown, closed, too old, or of other books."""
    given = call.arguments["SessionID"] or ""
    refuse_if(call.switches.unable_to_verify, "E001.7")
    session_id = sessions.bare(given)
    refuse_if(not session_id, "E002.1")
    refuse_if(call.switches.braces_required and not given.strip().startswith("{"), "E002.1")
    session = sessions.session(call.db, session_id)
    refuse_if(session is None, "E002.2")
    refuse_if(session["closed"], "E002.4")
    refuse_if(_is_too_old(call, session), "E002.3")
    own = credentials(call.db).security_code_2
    refuse_if(sessions.bare(call.arguments["SecurityCode2"]) != own, "E001.3")
    sessions.touch(call.db, session_id, at=call.at)


def _is_too_old(call, session):
    total = call.switches.session_total_seconds
    return (
        session["expired"]
        or call.at - session["used_at"] > call.switches.session_idle_seconds
        or (total and call.at - session["opened_at"] > total)
    )


def count_call(call):
    """Count the call, or refuse it if the quota of today or this month is used up."""
    today, month = call.now.date().isoformat(), call.now.strftime("%Y-%m")
    refuse_if(sessions.calls(call.db, today, "*") >= call.switches.daily_quota, "E003.3")
    if call.operation == "GetMutaties":
        used = sessions.calls(call.db, month, "GetMutaties")
        refuse_if(used >= call.switches.monthly_quota, "E003.1")
        sessions.count_call(call.db, month, "GetMutaties")
    sessions.count_call(call.db, today, "*")


def close_session(call):
    """Close the session; an unknown one is ignored."""
    sessions.close(call.db, sessions.bare(call.arguments["SessionID"]))
    return {}


def auto_login(call):
    known = credentials(call.db).username
    refuse_if((call.arguments["Username"] or "").lower() != known.lower(), "E001.7")
    return {"Token": secrets.token_hex(20)}


def get_administrations(call):
    own = {
        "Bedrijf": fact(call.db, "administration"),
        "Plaats": fact(call.db, "town"),
        "Guid": f"{{{credentials(call.db).security_code_2}}}",
        "StartBoekjaar": None,
    }
    return {"Administraties": [own]}
