"""All rows of the table, in order."""

from compat import (
    given_up_cases,
    header_cases,
    key_cases,
    part_cases,
    plain_cases,
    refused_cases,
    signer_cases,
)

CASES = (
    *plain_cases.cases(),
    *part_cases.cases(),
    *given_up_cases.cases(),
    *key_cases.cases(),
    *header_cases.cases(),
    *signer_cases.cases(),
    *refused_cases.cases(),
)
