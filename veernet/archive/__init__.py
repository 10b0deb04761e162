"""Thousands to millions of logs: planned, digitised, resumed, and accounted for.

A plan says what is to be done; a folder of results says what was. What must be right
(attempts, outcomes, commits) is here and knows no engine; `veernet.archive.pools` are
the engines: processes of this machine, or Ray.
"""
