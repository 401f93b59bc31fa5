"""The lists of Overview: filters, totals, groups, views, selections, exports."""
