"""Contents of the answers of the test client."""

import csv
import io

from django.http import HttpResponse, StreamingHttpResponse


def text(response: HttpResponse) -> str:
    return response.content.decode()


def exported(response: StreamingHttpResponse) -> list[dict[str, str]]:
    """Return the rows of an exported CSV file by the names of its columns."""
    content = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))
