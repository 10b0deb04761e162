"""The heading of a log: whose well it is, where, and when it was logged."""
