"""Where somebody is logged in: allauth's page. It ends others after a recent login only."""

from allauth.usersessions.forms import ManageUserSessionsForm
from allauth.usersessions.views import ListUserSessionsView
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from ..login.confirming import is_confirmed, to_confirm


class OwnSessionsView(ListUserSessionsView):
    """The sessions of the person, and the button that ends all others."""

    def form_valid(self, form: ManageUserSessionsForm) -> HttpResponse:
        if not is_confirmed(self.request):
            messages.error(self.request, to_confirm())
            return redirect(self.success_url)
        return super().form_valid(form)


own_sessions = OwnSessionsView.as_view()
