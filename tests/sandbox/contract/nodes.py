"""The walk that checks a body against its shape.

A node of a shape is a check from `fields`, a dict (an object with known keys), a list
with one node (an array), or one of the classes below. What is wrong with a *container*
is a wrong body (400 ProtocolError); what is wrong with a single *value* drops that
value and is noted.
"""

from . import fields
from .errors import ProtocolError
from .fields import BadField, FatalField, Noted

DROP = object()


class Report:
    """What was noted about one body."""

    def __init__(self, project):
        self.project = project
        self.warnings = []
        self.dropped = []
        self.fatal = []

    def note(self, location, message):
        self.warnings.append({"location": location, "message": message})

    def null(self, location):
        """No page says what a null means."""
        if self.project.strict.fields == "own_page":
            self.remark(location, "a null is no value, ignored")

    def remark(self, location, message):
        note = {"location": location, "message": message, "remark": True}
        self.warnings.append(note)

    def drop(self, location, message):
        """A bad value: dropped with a warning, or told where validation errors are."""
        self.remark(location, f"{message}, dropped")
        self.dropped.append({"location": location, "message": message})

    def fail(self, location, message):
        self.fatal.append({"location": location, "message": message})


class Ids:
    """`"ids": {"<system name>": "<value>"}` with the names the project knows."""

    def __init__(self, of):
        self.of = of

    def clean(self, value, path, report):
        if not isinstance(value, dict):
            raise ProtocolError(f"{path} must be an object")
        known = report.project.ids.get(self.of)
        clean = {}
        for key, item in value.items():
            if known is not None and key.lower() not in known:
                raise ProtocolError(f"Unknown identifier '{key}' at {path}")
            item = self.one(key, item, f"{path}/{key}", report)
            if item is not DROP:
                clean[key] = item
        return clean

    @staticmethod
    def one(key, item, path, report):
        if isinstance(item, int) and not isinstance(item, bool):
            if key.lower() != "mindboxid":
                report.note(path, "an identifier is a string, the number was converted")
            item = str(item)
        if not isinstance(item, str) or not item.strip() or len(item) > 1000:
            report.drop(path, "an identifier is a string of 1 to 1000 characters")
            return DROP
        return item


class CustomFields:
    """`customFields`: they must exist in the project, where the project lists them."""

    def clean(self, value, path, report):
        if not isinstance(value, dict):
            raise ProtocolError(f"{path} must be an object")
        clean = {
            key: self.one(key, item, f"{path}/{key}", report)
            for key, item in value.items()
        }
        return {key: item for key, item in clean.items() if item is not DROP}

    @staticmethod
    def one(key, item, path, report):
        if item == fields.CLEAR:
            return item
        known = report.project.custom_fields
        kind = "any" if known is None else known.get(key)
        if kind is None:
            report.drop(path, "no such custom field in the project")
            return DROP
        return leaf(fields.CUSTOM_KINDS[kind], item, path, report)


class Status:
    """A line status: a string, or the object form of the processing operations."""

    def clean(self, value, path, report):
        if isinstance(value, dict):
            value = dig(value, "ids.externalId")
        return leaf(fields.enum, value, path, report)


class Anything:
    def clean(self, value, path, report):
        return value


def leaf(check, value, path, report):
    try:
        return check(value)
    except Noted as noted:
        report.note(path, str(noted))
        return noted.value
    except FatalField as error:
        report.fail(path, str(error))
    except BadField as error:
        report.drop(path, str(error))
    return DROP


def clean_object(shape, value, path, report):
    if not isinstance(value, dict):
        raise ProtocolError(f"{path or '/'} must be an object")
    clean = {}
    for key, item in value.items():
        node = shape.get(key)
        if node is None:
            report.remark(f"{path}/{key}", "unknown field, ignored")
        elif item is None:
            report.null(f"{path}/{key}")
        else:
            item = walk(node, item, f"{path}/{key}", report)
            if item is not DROP:
                clean[key] = item
    return clean


def clean_array(shape, value, path, report):
    if not isinstance(value, list):
        raise ProtocolError(f"{path} must be an array")
    clean = (
        walk(shape[0], item, f"{path}/{i}", report) for i, item in enumerate(value)
    )
    return [item for item in clean if item is not DROP]


def walk(node, value, path, report):
    if callable(node):
        return leaf(node, value, path, report)
    if isinstance(node, dict):
        return clean_object(node, value, path, report)
    if isinstance(node, list):
        return clean_array(node, value, path, report)
    return node.clean(value, path, report)


def dig(body, path):
    for key in path.split("."):
        body = body.get(key) if isinstance(body, dict) else None
    return body
