"""Personal data: export, erasing, how long what is kept, and closing an organisation."""
