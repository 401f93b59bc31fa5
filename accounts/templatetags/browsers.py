"""The browser of a session, for the page that shows where somebody is logged in."""

from django import template

from ..login.browsers import browser_in_words

register = template.Library()
register.filter("browser_in_words", browser_in_words)
