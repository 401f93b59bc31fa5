"""What the audit trail says of the rows of a file; of registrations only how many there were."""

from collections.abc import Sequence

from accounts.models import Membership
from audit.kinds import Action, Kind
from audit.models import Entry
from audit.recording import Rows, entry

from .kinds.base import Plan
from .models import FileImport, FileKind, Outcome

KINDS = {
    FileKind.CUSTOMERS: Kind.CUSTOMER,
    FileKind.PROJECTS: Kind.PROJECT,
    FileKind.TASKS: Kind.CATALOGUE,
    FileKind.EMPLOYEES: Kind.PERSON,
}


def entries_of(run: FileImport, plans: Sequence[Plan], *, by: Membership) -> list[Entry]:
    """Return an entry for each record that a block changes, and one for its new ones together."""
    kind = KINDS.get(FileKind(run.kind))
    if kind is None:
        return []
    changed = [plan for plan in plans if plan.outcome == Outcome.CHANGED]
    found = [
        entry(
            kind,
            Action.CHANGED,
            plan.target,
            changes={name: [str(old), str(new)] for name, (old, new) in plan.changes.items()},
            note=run.name,
            by=by,
        )
        for plan in changed
    ]
    new = [plan.target for plan in plans if plan.outcome == Outcome.NEW]
    # New employees are recorded where they become members.
    if new and kind is not Kind.PERSON:
        rows = [Rows(type(new[0]), [one.pk for one in new], labels=[str(one) for one in new])]
        organisation = run.organisation_id
        about = {"organisation": organisation, "rows": rows, "note": run.name, "by": by}
        found.append(entry(kind, Action.ADDED, **about))
    return found
