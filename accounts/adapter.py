"""How people get in: accounts are made by an administrator, not by strangers."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Login, password reset and change; no signing up by oneself."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
