"""Addresses of the pages of invoices."""

from django.urls import reverse


def url(name: str, *args: object) -> str:
    return reverse(f"billing:invoice-{name}", args=args)
