"""How fast an archive is read, against single commands, and what the ledger costs."""
