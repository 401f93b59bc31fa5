"""The providers to log in through, for templates."""

from allauth.socialaccount.models import SocialAccount
from django import template

from ..login.openid import offered
from ..models import User

register = template.Library()
register.simple_tag(offered, name="login_providers")


@register.simple_tag
def has_connections(user: User) -> bool:
    """Return whether the page with the accounts elsewhere has something to show."""
    return bool(offered()) or SocialAccount.objects.filter(user=user).exists()
