"""What an invoice is on paper and on the wire: PDF, UBL, and the archive of both."""
