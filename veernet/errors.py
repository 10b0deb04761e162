"""The ways in which veernet says no or takes note, each one line to act on."""


class InputError(ValueError):
    """The input or an argument is wrong: what, where, and what to do about it.

    The command line prints the message as one line and exits with code 2.
    """


class Refused(Exception):
    """The scan was read but is no readable curve log; the message says why.

    The command line prints the message as one line and exits with code 3.
    """


class Note(UserWarning):
    """Something that goes on as it is, but that a user will want to know once.

    The command line prints it as one line; elsewhere it is a warning like any other.
    """
