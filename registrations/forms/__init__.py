"""The three forms of Register. They parse the input; registering.py validates and saves."""

from .expenses import ExpenseForm
from .hours import HoursForm
from .registration import RegistrationForm
from .trips import TripForm

__all__ = ["ExpenseForm", "HoursForm", "RegistrationForm", "TripForm"]
