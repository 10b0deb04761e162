"""Does wrong to files and to runs, and counts how veernet takes it.

``python scripts/fault_campaign`` prints a table: for each kind of file how many of its
mutations were read, refused in one line, or ended otherwise, which is a defect; and for
runs that were killed, interrupted or denied their disk what they left.
"""
