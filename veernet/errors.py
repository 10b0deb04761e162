"""The ways in which veernet says no or takes note, each one line to act on."""

HEAD, TAIL = 420, 160
"""Characters of a message that are kept of its beginning and end: a file's words that
it quotes may be of any length."""


def one_line(text: str) -> str:
    """Return a message as a line that is read to its end.

    What cannot be printed, such as the end of a line in a name that it quotes, is
    escaped; the middle of what is very long is left out.
    """
    printed = "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in text
    )
    if len(printed) <= HEAD + TAIL:
        return printed
    return f"{printed[:HEAD]} ... {printed[-TAIL:]}"


class InputError(ValueError):
    """The input or an argument is wrong: what, where, and what to do about it.

    The command line prints the message, which is one line, and exits with code 2.
    """

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message))


class Refused(Exception):
    """The scan was read but is no readable curve log; the message says why.

    The command line prints the message, which is one line, and exits with code 3.
    """

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message))


class Note(UserWarning):
    """Something that goes on as it is, but that a user will want to know once.

    The command line prints it as one line; elsewhere it is a warning like any other.
    """
