"""Parts of a page; templatetags/ui.py registers them for templates."""
