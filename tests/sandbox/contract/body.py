"""From the bytes of a call to a clean body, and the report about it."""

import json
from decimal import Decimal

from .errors import ProtocolError
from .nodes import Report, clean_object, dig
from .shapes import BODY, STEP_NEEDS
from .takes import only_named


def no_constant(word):
    raise ValueError(f"{word} is not JSON")


DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=no_constant)


def parse_json(raw):
    """The body as Python values with exact decimals; anything else is a wrong body."""
    try:
        text = raw.decode("utf-8")
        body = DECODER.decode(text)
        if "\\ud" in text or "\\uD" in text:
            json.dumps(body, ensure_ascii=False, default=str).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise ProtocolError(
            f"The body is not valid JSON in UTF-8: {type(error).__name__}"
        ) from None
    if not isinstance(body, dict):
        raise ProtocolError("The body must be a JSON object")
    if "\\u0000" in text:
        raise ProtocolError("The body contains a zero character")
    return body


def check_parts(step, body):
    for choice in STEP_NEEDS.get(step, ()):
        if all(dig(body, path) is None for path in choice):
            raise ProtocolError(f"The body needs {' or '.join(choice)}")


def check_body(body, operation, project):
    """The clean body and the report about it."""
    report = Report(project)
    if project.strict.fields == "own_page":
        body, strays = only_named(body, operation)
        for place in strays:
            report.remark(place, "not a field of this operation, ignored")
    else:
        unknown = [key for key in body if key not in BODY]
        if unknown:
            raise ProtocolError(f"Unknown top-level field '{unknown[0]}'")
    check_parts(operation.step, body)
    return clean_object(BODY, body, "", report), report
