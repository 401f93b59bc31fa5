"""The parts of a page: template tags, navigation, theme, dialogs, static files."""
