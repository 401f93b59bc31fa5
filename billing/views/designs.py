"""Settings → Invoices: the picture of each design."""

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import administrator_required
from accounts.requests import MemberRequest

from ..documents.pdf import document_picture
from ..documents.pdf.sample import sample_document
from ..models import Design
from ..numbering import settings_of


@require_safe
@administrator_required
def design_picture(request: MemberRequest, design: str) -> HttpResponse:
    """Return the first page of a sample, with logo and colour of the organisation, in a design."""
    if design not in Design.values:
        raise Http404
    choices = settings_of(request.organisation)
    choices.design = design
    document = sample_document(request.organisation, now=timezone.localtime())
    picture = document_picture(document, choices, language=request.organisation.language)
    return HttpResponse(
        picture, content_type="image/png", headers={"Cache-Control": "private, no-store"}
    )
