"""What develops and proves the program; no part of the product."""
