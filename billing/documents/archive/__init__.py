"""The archive of final invoices: PDF, UBL and data, created once, kept unchanged and verified.

Art. 52 of the General Tax Act (AWR): the administration is kept for seven years, as it was.
"""

from .storing import content_of, issue_files, issued_file, leaving_no_files

__all__ = ["content_of", "issue_files", "issued_file", "leaving_no_files"]
