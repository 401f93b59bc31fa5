"""The name of the program if PRODUCT_NAME is not set, and its version."""

DEFAULT_NAME = "Urenboek"
# A longer name does not fit in the bar of a phone, beside a menu.
LONGEST_NAME = 30
# That of pyproject.toml, which is not in the image.
VERSION = "0.2.0"
