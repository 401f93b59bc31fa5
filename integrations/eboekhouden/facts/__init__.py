"""Facts about the service as data: limits, VAT codes, error codes and what to do about them."""
