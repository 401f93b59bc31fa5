"""The name of the program if PRODUCT_NAME is not set."""

DEFAULT_NAME = "Urenboek"
# A longer name does not fit in the bar of a phone, beside a menu.
LONGEST_NAME = 30
