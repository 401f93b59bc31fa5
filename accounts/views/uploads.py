"""Uploads that were kept for a form with an error."""

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from lib import kept_uploads

from ..access import member_required
from ..requests import MemberRequest


@require_POST
@member_required
def upload_forget(request: MemberRequest) -> HttpResponse:
    """Delete an upload that was kept for this user."""
    kept = kept_uploads.find(request.POST.get("kept_upload", ""), user_id=request.user.pk)
    if kept:
        kept.forget()
    return HttpResponse()
