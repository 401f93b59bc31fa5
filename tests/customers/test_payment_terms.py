"""Payment terms that the law limits between businesses are asked about, and never refused."""

import pytest

from customers.models import Customer
from customers.payment_terms import question_about_term

from .test_customer_pages import ADD, form


@pytest.mark.parametrize(
    ("days", "is_business", "words"),
    [
        (None, True, ""),
        (30, True, ""),
        (31, True, "A large company must pay a smaller one within 30 days"),
        (60, True, "Is 60 days right?"),
        (61, True, "more than 60 days is only valid if both agreed"),
        (365, False, ""),
        (366, True, ""),
    ],
)
def test_a_term_beyond_the_law_is_asked_about(days, is_business, words):
    question = question_about_term(days, is_business=is_business)

    assert words in question
    assert bool(question) is bool(words)


@pytest.mark.django_db
def test_a_customer_gets_a_term_beyond_the_law_only_when_confirmed(inside):
    typed = form(payment_term="45")

    refused = inside.post(ADD, typed)
    (question,) = refused.context["form"].questions_at("payment_term")
    accepted = inside.post(ADD, typed | {"confirmed": question.token})
    private = inside.post(ADD, typed | {"number": "K2", "is_business": "False"})

    assert refused.status_code == 422
    assert "A large company must pay a smaller one within 30 days" in refused.content.decode()
    assert (accepted.status_code, private.status_code) == (302, 302)
    assert list(Customer.objects.values_list("payment_term", flat=True)) == [45, 45]
