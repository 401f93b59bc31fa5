"""Finance → Reports: what was invoiced, what is still open, and what goes on the VAT return.

Every figure can be followed to the invoices that it adds up, and the parts of an invoice add up to
the invoice, to the cent. The database adds whole cents, or Python adds decimals.
"""
