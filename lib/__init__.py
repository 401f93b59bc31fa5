"""Subjects without a model: money, amounts, dates, identifiers, countries, spreadsheets."""
