"""Pages of privacy: exports, erasing, closing."""
