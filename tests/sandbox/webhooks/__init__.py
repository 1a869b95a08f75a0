"""Webhooks: Mindbox calls the shop.

Help pages webhooks and workflows-webhook-responses. A call is templated JSON with
headers of the integration; nothing is signed. It is made once and may get lost, or
come again although it was answered. With a transaction ID in it, it is repeated three
times where nobody answers in time, or with 5xx or 429.
"""
