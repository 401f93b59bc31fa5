"""The parts that pages are made of; templatetags/ui.py gives them to templates."""
