"""AddRelatie, UpdateRelatie and GetRelaties."""

from sandbox.books import relations
from sandbox.codes import CODE_MISSING, NAME_MISSING, RELATION_LENGTHS, refuse_if

from .call import blank

NOT_KEPT = ("ID", "AddDatum")
SEARCHED = ("Code", "Bedrijf", "Plaats", "Contactpersoon", "Email", "BP")


def add_relation(call):
    given = call.required("oRel")
    fields = {name: _kept(value) for name, value in given.items() if name not in NOT_KEPT}
    fields["BP"] = fields["BP"].upper() or "B"
    _check(call, fields)
    _check_unique(call, fields["Code"], own_id=0)
    added = call.now.date()
    return {"Rel_ID": relations.add(call.db, fields, added=added, visible_at=call.visible_at)}


def update_relation(call):
    """Missing fields keep their value or are emptied, depending on the switch."""
    given = call.required("oRel")
    found = relations.find(call.db, relation_id=given["ID"]) if given["ID"] else []
    refuse_if(not found, "CMUT017")  # no code is documented for this; the text fits
    fields = {name: value for name, value in given.items() if name not in NOT_KEPT}
    if call.switches.absent_on_update == "keep":
        fields = {name: value for name, value in fields.items() if value is not None}
    fields = found[0].fields | {name: _kept(value) for name, value in fields.items()}
    fields["BP"] = fields["BP"].upper() or "B"
    _check(call, fields)
    _check_unique(call, fields["Code"], own_id=given["ID"])
    relations.change(call.db, given["ID"], fields)
    return {}


def _kept(value):
    return "" if value is None else value


def _check(call, fields):
    if call.switches.relation_fields_required:
        refuse_if(blank(fields["Code"]), "CREL01", text=CODE_MISSING)
        refuse_if(blank(fields["Bedrijf"]), "CREL02", text=NAME_MISSING)
    longer = {"CREL03": call.switches.contact_max, "CREL16": call.switches.email_max}
    for code, name, _, longest, _ in RELATION_LENGTHS:
        refuse_if(len(fields[name]) > longer.get(code, longest), code)
    refuse_if(fields["BP"] not in ("B", "P"), "CREL26")


def _check_unique(call, code, *, own_id):
    if not call.switches.unique_relation or blank(code):
        return
    found = relations.find(call.db, code=code, how=call.switches.codes_compared)
    others = [other for other in found if other.id != own_id]
    refuse_if(others, "CREL001")


def get_relations(call):
    wanted = call.filter()
    found = relations.find(
        call.db,
        code=wanted.text("Code"),
        relation_id=wanted.number("ID"),
        how=_how(call),
        visible_at=call.at,
    )
    keyword = wanted.text("Trefwoord").lower()
    rows = (_row(relation) for relation in found)
    return {"Relaties": [row for row in rows if not keyword or _holds(row, keyword)]}


def _how(call):
    is_exact = call.switches.filter == "exact"
    return call.switches.codes_compared if is_exact else call.switches.filter


def _holds(row, keyword):
    return any(keyword in str(row.get(name) or "").lower() for name in SEARCHED)


def _row(relation):
    return relation.fields | {"ID": relation.id, "AddDatum": relation.added}
