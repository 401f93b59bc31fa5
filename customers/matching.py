"""Match relations with customers: by the relation's id, else by number, never by name."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from django.utils.translation import gettext as _

from integrations.eboekhouden.facts.limits import RELATION
from integrations.eboekhouden.messages import Relation
from lib.stored_texts import in_every_language
from lib.text import clean_line

from .models import Customer
from .relations import label

MAX_NUMBER = RELATION["code"]
# A longer name of a relation is cut off here.
LONGEST_NAME = 100
# The fields by which a possible duplicate is recognised, the strongest first.
NUMBERS, TEXTS = ("vat_number", "coc_number"), ("email", "name")
TRAITS = (*NUMBERS, *TEXTS)


@dataclass(frozen=True)
class Match:
    """A relation with its customer (None: a new one), or with the reason why it is skipped."""

    relation: Relation
    customer: Customer | None = None
    skipped: str = ""


def key(number: str) -> str:
    """Return a number for comparison, without surrounding blanks and in lower case."""
    return number.strip().casefold()


def same_name(one: str, other: str) -> bool:
    """Return whether two names are equal, apart from capitals and white space."""
    return _plain(one).casefold() == _plain(other).casefold()


def _plain(name: str) -> str:
    return clean_line(name)[:LONGEST_NAME]


def match(relations: Iterable[Relation], customers: Iterable[Customer]) -> list[Match]:
    """Match every relation once, in order of id, and no customer more than once."""
    ordered = sorted(relations, key=lambda relation: (relation.id, relation.code, relation.name))
    known_customers = list(customers)
    by_remote = {
        customer.remote_id: customer
        for customer in known_customers
        if customer.remote_id is not None
    }
    by_number = {key(customer.number): customer for customer in known_customers}
    relation_ids = {relation.id for relation in ordered}
    duplicates = _duplicates(ordered, by_remote)
    return [
        Match(relation, skipped=in_every_language(partial(_reason, relation, duplicates)))
        if _reason(relation, duplicates)
        else _find(relation, by_remote, by_number, relation_ids)
        for relation in ordered
    ]


def _find(
    relation: Relation,
    by_remote: dict[int, Customer],
    by_number: dict[str, Customer],
    relation_ids: set[int],
) -> Match:
    if relation.id in by_remote:
        return Match(relation, by_remote[relation.id])
    customer = by_number.get(key(relation.code))
    if customer and customer.remote_id in relation_ids:
        number = customer.number
        return Match(relation, skipped=in_every_language(lambda: _linked_elsewhere(number)))
    return Match(relation, customer)


def _linked_elsewhere(number: str) -> str:
    text = _("customer number %(number)s belongs to another relation, which is linked here")
    return text % {"number": number}


def _reason(relation: Relation, duplicates: Mapping[int, Relation]) -> str:
    """Return why a relation is skipped, in the active language, or ""."""
    if why := _defect(relation):
        return why
    keeper = duplicates.get(id(relation))
    if keeper is None:
        return ""
    text = _("code %(code)s occurs twice, also as “%(name)s”")
    return text % {"code": keeper.code, "name": keeper.name}


def _defect(relation: Relation) -> str:
    """Return why a relation cannot be a customer, or ""."""
    if relation.id <= 0:
        return _("the relation has no id")
    if not relation.code.strip():
        return _("the relation has no code, which would be the customer number")
    if len(relation.code.strip()) > MAX_NUMBER:
        return _("the code is longer than %(limit)s characters") % {"limit": MAX_NUMBER}
    if not relation.name.strip():
        return _("the relation has no name")
    return ""


def _duplicates(ordered: list[Relation], by_remote: dict[int, Customer]) -> dict[int, Relation]:
    """Return the kept relation, by each that shares its code and is skipped.

    Of such a group the linked relation is kept, else the first one.
    """
    groups: dict[str, list[Relation]] = defaultdict(list)
    for relation in ordered:
        if not _defect(relation):
            groups[key(relation.code)].append(relation)
    keepers: dict[int, Relation] = {}
    for group in groups.values():
        keeper = next((relation for relation in group if relation.id in by_remote), group[0])
        keepers |= {id(relation): keeper for relation in group if relation is not keeper}
    return keepers


class PossibleDuplicates:
    """Customers without a relation, one of which a new customer may duplicate."""

    def __init__(self, customers: Iterable[Customer]) -> None:
        self._by_trait: dict[tuple[str, str], Customer] = {}
        for customer in customers:
            for trait in _traits({name: getattr(customer, name) for name in TRAITS}):
                self._by_trait.setdefault(trait, customer)

    def sentence(self, values: dict[str, object]) -> str:
        """Return a phrase about the existing customer that these values resemble, or ""."""
        for trait in _traits(values):
            other = self._by_trait.get(trait)
            if other:
                return _("looks like customer %(number)s “%(name)s”: the same %(what)s") % {
                    "number": other.number,
                    "name": other.name,
                    "what": label(trait[0]),
                }
        return ""


def _traits(values: Mapping[str, object]) -> list[tuple[str, str]]:
    """Return values that two customers seldom share by chance, the strongest first."""
    traits = [
        (name, "".join(filter(str.isalnum, str(values[name]))).casefold()) for name in NUMBERS
    ]
    traits += [(name, str(values[name]).strip().casefold()) for name in TEXTS]
    return [(name, value) for name, value in traits if value]
