"""A campaign against the archive: whatever breaks, every log is told of.

Most of it is done with logs that are stubs: small files that say what whoever reads
them is to do, from giving a LAS to taking down its process.
"""
