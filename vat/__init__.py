"""VAT rates and treatments, their codes and words, and the totals per rate."""
