"""Benchmarks that anyone can run: `make bench`, or one: `… -m tests.bench capture`."""
