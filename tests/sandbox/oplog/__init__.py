"""The operation log of Mindbox: what became of each call, and its export by API.

Decisions where the documentation is silent:

* The log has every call that reached an operation, synchronous ones and refused ones
  too; a repeated transactionId is a failed row of its own.
* The window is by the time of the call, not of its execution.
* A third export beside two running ones is refused with 400.
* Whether the column of the transaction holds the caller's transactionId is a setting
  (`export_id`): by default it is an id of Mindbox's own.
* Messages quote values, request bodies are in full; only the key is not there.
"""
