"""The forms of people, organisation and contracts."""
