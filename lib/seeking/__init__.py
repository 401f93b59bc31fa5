"""Pages of a long table that are found by their first or last row, so that each costs the same.

A page follows a position in the query string, `after` or `before`: the values of the columns of the
order and the id. An index that ends in these columns finds it without counting what comes before.
"""

from .orders import Order
from .pages import PARAMETERS, SeekPage, page_of
from .rows import OrderedRows

__all__ = ["PARAMETERS", "Order", "OrderedRows", "SeekPage", "page_of"]
