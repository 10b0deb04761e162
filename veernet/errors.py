"""The two ways in which veernet says no, each one line that a user can act on."""


class InputError(ValueError):
    """The input or an argument is wrong: what, where, and what to do about it.

    The command line prints the message as one line and exits with code 2.
    """


class Refused(Exception):
    """The scan was read but is no readable curve log; the message says why.

    The command line prints the message as one line and exits with code 3.
    """
