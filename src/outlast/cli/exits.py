"""The one table of exit codes.

It knows which kind of error leads to which code. It does not know any command.
"""

from outlast.errors import CallerError, ClaimRefused, MachineError, OperatorError, OutlastError, UpstreamError

FINE = 0
FINDINGS = 1
USAGE = 2
UNFINISHED = 3

EXIT_CODES: dict[type[OutlastError], int] = {
    OperatorError: USAGE,
    ClaimRefused: FINDINGS,
    CallerError: USAGE,
    UpstreamError: UNFINISHED,
    MachineError: UNFINISHED,
    OutlastError: UNFINISHED,
}


def exit_code(error: OutlastError) -> int:
    """The code of the nearest class in the error's ancestry that the table names."""
    for kind in type(error).__mro__:
        if kind in EXIT_CODES:
            return EXIT_CODES[kind]
    return UNFINISHED
