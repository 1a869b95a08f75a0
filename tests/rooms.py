"""The rooms of an add-on, and what each uses of the others: read, not run.

A room is a package below ``models``. ``models/__init__.py`` lists them from the ground
up. What every room may read, like the client, lies in the add-on's own folder, below
them; wizards and controllers lie on top. Code may use its own room and those below. A
room that has to tell one above offers a hook, a method that the upper room extends with
``super()``.

What counts as a use: an import, a model or its table by name, a method of a model, and
a field that a room adds to somebody else's model. A method or field belongs to the file
itself where that defines one of the same name, else to the lowest room that does. A
method whose lowest definition calls ``super()`` is one of Odoo's, and belongs to none.
The ground has no environment: the models it names are data there, its imports count.
"""

import ast
import re
from collections import defaultdict
from functools import cached_property
from typing import NamedTuple

# Folders of an add-on with code that runs above all rooms.
ABOVE = ("wizards", "controllers")
# The place of what every room may read: the files in the add-on's own folder.
GROUND = "the ground"
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Use(NamedTuple):
    """One use of what another room defines."""

    room: str
    other: str
    name: str
    place: str

    def __str__(self):
        return f"{self.place}: {self.room} uses {self.name} of {self.other}"


class Class(NamedTuple):
    """A class, of a model or a plain one, and the names it defines."""

    room: str
    model: str
    is_new: bool
    methods: dict
    fields: set

    @property
    def added_fields(self):
        """The fields that an extension adds to a model."""
        return {} if self.is_new else dict.fromkeys(self.fields, True)


class Addon:
    """The Python files of an add-on, as syntax trees by room.

    :param Path path: the folder of the add-on
    """

    def __init__(self, path):
        self.path = path
        listing = _parse(self.path / "models" / "__init__.py")
        rooms = [
            alias.name
            for node in listing.body
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        ]
        self.rooms = [GROUND, *rooms, *ABOVE]

    @cached_property
    def files(self):
        """{room: {path: syntax tree}}"""
        folders = {room: self.path / "models" / room for room in self.rooms}
        folders |= {folder: self.path / folder for folder in ABOVE}
        found = {
            room: {path: _parse(path) for path in sorted(folder.rglob("*.py"))}
            for room, folder in folders.items()
        }
        own = sorted({*self.path.glob("*.py")} - {self.path / "__init__.py"})
        # What installs and removes the add-on stands above everything.
        return found | {
            GROUND: {path: _parse(path) for path in own if path.stem != "hooks"}
        }

    @cached_property
    def classes(self):
        """All classes, a :class:`Class` each."""
        return [
            _read_class(room, node)
            for room, files in self.files.items()
            for tree in files.values()
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef)
        ]

    @cached_property
    def models(self):
        """{name of a model or its table: the room that defines it}"""
        named = {c.model: c.room for c in self.classes if c.model and c.is_new}
        return named | {model.replace(".", "_"): room for model, room in named.items()}

    @cached_property
    def methods(self):
        """{method of a model: the lowest room that defines it}"""
        return self._find_lowest(lambda found: found.model and found.methods or {})

    @cached_property
    def fields(self):
        """{field: the lowest room that defines it}"""
        return self._find_lowest(lambda found: found.added_fields)

    def _find_lowest(self, get_names):
        rank = {room: number for number, room in enumerate(self.rooms)}
        lowest = {}
        for found in sorted(self.classes, key=lambda found: rank[found.room]):
            for name, is_own in get_names(found).items():
                lowest.setdefault(name, found.room if is_own else None)
        return {name: room for name, room in lowest.items() if room}

    def upward(self):
        """Return each :class:`Use` of a room above, in the order of the files."""
        rank = {room: number for number, room in enumerate(self.rooms)}
        return [
            Use(room, other, name, f"{path.relative_to(self.path)}:{line}")
            for room, files in self.files.items()
            for path, tree in files.items()
            for other, name, line in self._find_uses(room, tree)
            if rank.get(other, -1) > rank[room]
        ]

    def _find_uses(self, room, tree):
        """Yield (other room, name, line) of what a file uses of the rooms."""
        own_names = _find_own_names(tree)
        for node in _walk(tree):
            if room != GROUND or isinstance(node, ast.ImportFrom):
                for other, name in self._find_used(node, own_names):
                    yield other, name, node.lineno

    def _find_used(self, node, own_names):
        """Yield (room, name) of what a node of a syntax tree uses of the rooms."""
        if isinstance(node, ast.ImportFrom) and node.module:
            yield _get_room(node), node.module
        elif isinstance(node, ast.Attribute) and node.attr not in own_names:
            for names in (self.methods, self.fields):
                if node.attr in names and not _is_super(node.value):
                    yield names[node.attr], node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            for word in set(re.findall(r"[a-z][a-z0-9_.]*[a-z0-9]", node.value)):
                if word in self.models:
                    yield self.models[word], word

    def count_methods(self):
        """Return {model: names of the methods that it is assembled from}."""
        found = defaultdict(set)
        for each in self.classes:
            if each.model:
                found[each.model].update(each.methods)
        return found

    def describe(self, room):
        """Return the first lines of a room: what it is for, what it may call."""
        return ast.get_docstring(_parse(self.path / "models" / room / "__init__.py"))


def _parse(path):
    return ast.parse(path.read_text())


def _walk(tree):
    """Yield the nodes of a syntax tree, but not its docstrings."""
    documented = (ast.Module, ast.ClassDef, *FUNCTIONS)
    skipped = set()
    for node in ast.walk(tree):
        if isinstance(node, documented) and ast.get_docstring(node) is not None:
            skipped.add(node.body[0].value)
        if node not in skipped:
            yield node


def _get_room(node):
    """Return the folder that an import leads to, "" for a file of the same one."""
    folders = node.module.split(".models.")[-1].split(".")
    return folders[0] if node.level != 1 else ""


def _read_class(room, node):
    """Return the :class:`Class` of a definition."""
    values = {
        item.targets[0].id: item.value
        for item in node.body
        if isinstance(item, ast.Assign) and isinstance(item.targets[0], ast.Name)
    }
    inherited = _read_names(values.get("_inherit"))
    model = next(iter(_read_names(values.get("_name")) or inherited), "")
    methods = {
        item.name: not _calls_super(item)
        for item in node.body
        if isinstance(item, FUNCTIONS)
    }
    fields = {
        name
        for name, value in values.items()
        if isinstance(value, ast.Call) and ast.unparse(value.func).startswith("fields.")
        # One that is given more values is somebody else's.
        if not any(word.arg == "selection_add" for word in value.keywords)
    }
    return Class(room, model, model not in inherited, methods, fields)


def _find_own_names(tree):
    """Return what the classes of a file define: methods and attributes."""
    return {
        getattr(item, "name", None) or item.target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for item in node.body
        if isinstance(item, (*FUNCTIONS, ast.AnnAssign))
    } | {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    }


def _read_names(node):
    """Return the model names of ``_name`` or ``_inherit``."""
    value = ast.literal_eval(node) if node else []
    return [value] if isinstance(value, str) else value


def _is_super(node):
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "super"


def _calls_super(function):
    """Whether a method goes on with what it extends."""
    return any(
        isinstance(node, ast.Attribute)
        and node.attr == function.name
        and _is_super(node.value)
        for node in ast.walk(function)
    )
