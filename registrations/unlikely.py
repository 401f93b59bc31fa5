"""What is usual for a customer or a category, to ask about what is far above it."""

from decimal import Decimal

from django.utils.translation import gettext as _

from lib.formats import euro
from lib.kilometres import kilometres
from lib.unlikely import LAST, is_unlikely, typical

from .models import Expense, RegistrationQuerySet, Trip


def question_about_expense(expense: Expense) -> str:
    """Return a question if the amount is over ten times the usual one; else an empty text."""
    amount = abs(expense.quantity * expense.price)
    rows = Expense.objects.filter(organisation=expense.organisation_id)
    usual = _usual_amount(rows.filter(category=expense.category_id), but=expense)
    if usual and is_unlikely(amount, usual):
        sentence = _(
            "%(amount)s is more than ten times what this category usually has (%(usual)s). "
            "Is that right?"
        )
        return sentence % {"amount": euro(amount), "usual": euro(usual)}
    if expense.project is None:
        return ""
    usual = _usual_amount(rows.filter(project__customer=expense.project.customer_id), but=expense)
    if usual and is_unlikely(amount, usual):
        sentence = _(
            "%(amount)s is more than ten times what this customer usually has (%(usual)s). "
            "Is that right?"
        )
        return sentence % {"amount": euro(amount), "usual": euro(usual)}
    return ""


def question_about_trip(trip: Trip) -> str:
    """Return a question if the distance is over ten times the usual one; else an empty text."""
    if trip.project is None:
        return ""
    rows = Trip.objects.filter(
        organisation=trip.organisation_id, project__customer=trip.project.customer_id
    )
    distances = rows.exclude(pk=trip.pk).order_by("-date", "-pk").values_list("distance", flat=True)
    usual = typical(Decimal(distance) for distance in distances[:LAST])
    if not usual or not is_unlikely(Decimal(trip.distance), usual):
        return ""
    sentence = _(
        "%(km)s km is more than ten times what this customer usually has (%(usual)s km). "
        "Is that right?"
    )
    return sentence % {"km": kilometres(trip.distance), "usual": kilometres(usual)}


def _usual_amount(rows: RegistrationQuerySet, *, but: Expense) -> Decimal | None:
    last = rows.exclude(pk=but.pk).order_by("-date", "-pk").values_list("quantity", "price")[:LAST]
    return typical(quantity * price for quantity, price in last)
