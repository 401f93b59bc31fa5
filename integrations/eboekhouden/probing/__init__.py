"""Ask the service what nobody documents, with test records, in an administration for trials.

asking      the calls, the test records and what the answers looked like
shapes, sessions, relations, invoices, entries      the questions, by subject
questions   all questions in their order, and carrying them out
"""
