"""What several verbs tell and write, and how they end."""

DONE, DEFECT, WRONG_INPUT, REFUSED = 0, 1, 2, 3

EXIT_CODES = (
    "exit codes: 0 done; 1 a defect of veernet; 2 the input or the arguments are "
    "wrong; 3 refused: the scan is no readable curve log"
)
