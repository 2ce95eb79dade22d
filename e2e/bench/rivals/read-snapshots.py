"""Reads snapshots with libvirt's own client: lists those of each domain and asks for the XML of each.

Usage: read-snapshots.py URI, with the UUID of a domain a line on standard input.
Prints how many there were, and how many seconds it took from when the connection was open.
"""

import sys
import time

import libvirt

connection = libvirt.open(sys.argv[1])
wanted = set(sys.stdin.read().split())
domains = [domain for domain in connection.listAllDomains() if domain.UUIDString() in wanted]

began = time.perf_counter()
texts = [snapshot.getXMLDesc() for domain in domains for snapshot in domain.listAllSnapshots()]
print(len(texts), time.perf_counter() - began)
