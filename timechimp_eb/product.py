"""What the program is called where nobody chose another name with PRODUCT_NAME."""

DEFAULT_NAME = "Urenboek"
# More does not fit in the bar of a phone beside a menu.
LONGEST_NAME = 30
