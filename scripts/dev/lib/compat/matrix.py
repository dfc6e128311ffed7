"""The whole matrix, in the order of the table."""

from compat import header_cases, plain_cases, refused_cases

CASES = (*plain_cases.cases(), *header_cases.cases(), *refused_cases.cases())
