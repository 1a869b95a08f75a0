# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Answers, as no Mindbox should give them."""

import io
import json

from hypothesis import strategies as st
from urllib3 import HTTPHeaderDict, HTTPResponse

from ...client import MAX_ANSWER_BYTES

STATUSES = st.sampled_from(
    "Success TransactionAlreadyProcessed ValidationError ProtocolError "
    "InternalServerError success ok OK Accepted error".split()
) | st.sampled_from([None, 0, 200, True, [], {}, ""])
OUTCOMES = st.sampled_from(
    "Found NotFound Created Ambiguous NotProcessed ValidationError ProtocolError "
    "AlreadyBoundToAnotherCustomer Unavailable MindboxServerError "
    "DiscountCardIsBlocked PriceHasBeenChanged Processed Teleported".split()
)
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=()))
    | OUTCOMES,
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
ENVELOPES = st.fixed_dictionaries(
    {"status": STATUSES},
    optional={
        "customer": st.fixed_dictionaries({"processingStatus": OUTCOMES}) | ANYTHING,
        "order": st.fixed_dictionaries({"processingStatus": OUTCOMES}) | ANYTHING,
        "customersToMerge": st.lists(
            st.fixed_dictionaries({"processingStatus": OUTCOMES}) | ANYTHING, max_size=2
        ),
        "resultingCustomer": st.fixed_dictionaries({"processingStatus": OUTCOMES}),
        "validationMessages": st.lists(
            st.fixed_dictionaries(
                {}, optional={"message": ANYTHING, "location": ANYTHING}
            )
            | ANYTHING,
            max_size=3,
        )
        | ANYTHING,
        "errorMessage": ANYTHING,
        "httpStatusCode": ANYTHING,
    },
)
DOCUMENTS = (
    ENVELOPES | st.fixed_dictionaries({"result": ENVELOPES | ANYTHING}) | ANYTHING
).map(lambda document: json.dumps(document).encode())
ODD_BODIES = st.sampled_from(
    [
        b"",
        b"\0",
        b"null",
        b"<html>Sign in</html>",
        b'{"status": "Success"',
        b'\xef\xbb\xbf{"status": "Success"}',
        '{"status": "Success"}'.encode("utf-16"),
        b'{"status": "Success", "n": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"status": "Success", "x": ' + b"[" * 900 + b"]" * 900 + b"}",
        b'{"status": "ValidationError", "validationMessages": [{"message": '
        + b"[" * 900
        + b"]" * 900
        + b"}]}",
        b" " * (10 * MAX_ANSWER_BYTES),
    ]
)
BODIES = st.one_of(
    DOCUMENTS,
    DOCUMENTS,
    st.tuples(DOCUMENTS, st.integers(1, 20)).map(lambda cut: cut[0][: -cut[1]]),
    st.binary(max_size=60),
    ODD_BODIES,
)
HTTP_STATUSES = st.sampled_from([200, 200, 200, 400, 401, 403, 404, 429, 500, 503])
HTTP_STATUSES |= st.integers(100, 599)
WAITS = st.sampled_from(
    "0 -1 1 120 1e9 soon nan inf 1,2 ٣ Wed,_21_Oct_2015_07:28:00_GMT "
    "Fri,_31_Dec_9999_23:59:59_-2359 Mon,_01_Jan_0001_00:00:00_+2359".split()
).map(lambda text: text.replace("_", " "))
WAITS |= st.integers().map(str) | st.text(st.characters(max_codepoint=255))
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "Retry-After": WAITS,
        "Content-Type": st.sampled_from(["text/html", "application/json", "x; y=", ""]),
        "Content-Encoding": st.sampled_from(["identity", "gzip", "deflate", "br", "x"]),
        "Content-Length": st.sampled_from(["0", "5", "-1", "x"]),
    },
)


class Wire:
    """Stands where the connections are: gives each call the answer under test."""

    def __init__(self, status, headers, body):
        self.answer = status, headers, body

    def urlopen(self, *_args, **_options):
        status, headers, body = self.answer
        return HTTPResponse(
            io.BytesIO(body),
            HTTPHeaderDict(headers),
            status,
            preload_content=False,
            enforce_content_length=False,
        )
