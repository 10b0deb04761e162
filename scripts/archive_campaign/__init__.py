"""A campaign against the archive: whatever is killed or breaks, every log is accounted for.

Most of it is done with logs that are stubs: small files that say what whoever reads
them is to do, from giving a LAS to taking down its process.
"""
