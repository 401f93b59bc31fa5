"""Registrations: hours, expenses and trips, with the pages to register and to review them."""
