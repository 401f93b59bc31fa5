"""The documents of an invoice: PDF, UBL, and the archive of both."""
