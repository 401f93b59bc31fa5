"""Write the part of Bootstrap that is used, after a template took another class."""

from tools.assets.bootstrap import PART, part_of_bootstrap

PART.write_text(part_of_bootstrap())
