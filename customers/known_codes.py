"""The codes of relations in e-Boekhouden, as the last complete import read them.

A relation that was not imported, or whose customer was deleted here, keeps its code there. A new
customer with that code would be taken for that relation, so it is asked about.
"""

from collections.abc import Mapping, Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Organisation
from integrations.runs import RunState
from lib.text import fill

from .matching import key, same_name
from .models import Customer, ImportRow


def known_rows(organisation: Organisation) -> QuerySet[ImportRow]:
    """Return the relations of the last import; a code may have outer blanks."""
    last = organisation.import_runs.filter(state=RunState.FINISHED).values("pk")[:1]
    return ImportRow.objects.filter(run__in=last)


def names_by_code(organisation: Organisation) -> dict[str, list[str]]:
    """Return the names of the relations of the last import, by code as `matching.key`."""
    found: dict[str, list[str]] = {}
    for number, name in known_rows(organisation).values_list("number", "name"):
        found.setdefault(key(number), []).append(name)
    return found


def relation_of_another(
    customer: Customer, names: Mapping[str, Sequence[str]] | None = None
) -> str:
    """Return the name of the relation with the code of an unlinked customer, if it is another one.

    `names` are those of `names_by_code`, if many customers are asked about. If several relations
    have the code and one has the name too, that one is the customer.
    """
    code = key(customer.number)
    if customer.is_in_eboekhouden or not code:
        return ""
    if names is None:
        alike = known_rows(customer.organisation).filter(number__icontains=code)
        rows = alike.values_list("number", "name")
        names = {code: [name for number, name in rows if key(number) == code]}
    found = names.get(code, ())
    is_ours = any(same_name(name, customer.name) for name in found)
    return "" if is_ours else next(iter(found), "")


def warning_about(customer: Customer, names: Mapping[str, Sequence[str]] | None = None) -> str:
    """Return a sentence about a relation with the code of the customer and another name, or ""."""
    name = relation_of_another(customer, names)
    if not name:
        return ""
    text = _(
        "In e-Boekhouden, %(code)s is relation “%(name)s”. The next import links it to this "
        "customer. If it is another one, give this customer another number first."
    )
    return fill(text, {"code": customer.number, "name": name})
