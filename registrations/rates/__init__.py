"""What a registration costs and is worth, and what a change of a rate touches."""
