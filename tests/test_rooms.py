"""The map of the code stays true: calls run one way, and nothing grows too big."""

import ast
from textwrap import dedent

import checks
import pytest
from steps import ROOT

from tests.rooms import Addon

# Lines of a file, and of one of the few long ones; lines of a function; methods that a
# class is assembled from.
MAX_FILE = 400
LONG_FILE = 300
MAX_LONG_FILES = 6
MAX_FUNCTION = 40
MAX_METHODS = 60
ADDONS = ("mindbox_connector", "mindbox_rfm")


@pytest.fixture(params=ADDONS)
def addon(request):
    return Addon(ROOT / request.param)


@pytest.fixture(scope="module")
def sources():
    """{path: text} of all Python files of the repository, its tests included."""
    return {path: (ROOT / path).read_text() for path in checks.tracked("*.py")}


@pytest.fixture
def house(tmp_path):
    """Build a small add-on of two rooms: `house(cellar="…", attic="…")`."""

    def build(**rooms):
        for room, source in rooms.items():
            folder = tmp_path / "models" / room
            folder.mkdir(parents=True)
            (folder / "code.py").write_text(dedent(source))
        listing = "".join(f"from . import {room}\n" for room in rooms)
        (tmp_path / "models" / "__init__.py").write_text(listing)
        return [(use.room, use.name) for use in Addon(tmp_path).upward()]

    return build


def test_no_room_uses_one_above_it(addon):
    assert not [str(use) for use in addon.upward()]


def test_every_room_has_its_place_and_says_what_it_is_for(addon):
    folders = {path.parent.name for path in addon.path.glob("models/*/__init__.py")}
    assert folders <= {*addon.rooms}
    assert not [room for room in folders if not addon.describe(room)]


def test_no_file_is_too_long_and_few_are_long(sources):
    lengths = {path: len(text.splitlines()) for path, text in sources.items()}
    long = {path: count for path, count in lengths.items() if count > LONG_FILE}
    assert max(lengths.values()) <= MAX_FILE and len(long) <= MAX_LONG_FILES, long


def test_no_function_is_too_long(sources):
    assert not [
        f"{path}: {node.name}"
        for path, text in sources.items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef)
        if node.end_lineno - node.lineno >= MAX_FUNCTION
    ]


def test_a_big_class_is_one_that_a_room_gives_a_reason_for(addon):
    big = {m for m, names in addon.count_methods().items() if len(names) > MAX_METHODS}
    rooms = {path.parent.name for path in addon.path.glob("models/*/__init__.py")}
    reasons = [addon.describe(room) or "" for room in rooms]
    assert not {model for model in big if not any(f"``{model}``" in r for r in reasons)}


# -- What the reader sees -----------------------------------------------------

CELLAR = """
    class Box(models.Model):
        _name = "my.box"

        def _open(self):
            self._after_open()

        def _after_open(self):
            pass
"""


def test_a_hook_of_a_lower_room_is_no_call_of_the_upper_one(house):
    attic = """
        class Box(models.Model):
            _inherit = "my.box"

            def _after_open(self):
                super()._after_open()
    """
    assert not house(cellar=CELLAR, attic=attic)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("box._shut()", "_shut"),
        ("box.lid", "lid"),
        ("self.env['my.lamp']", "my.lamp"),
        ("self.env.get('my.lamp')", "my.lamp"),
        ("lamps = fields.One2many('my.lamp', 'box_id')", "my.lamp"),
        ("execute('SELECT id FROM my_lamp')", "my_lamp"),
        ("from ..attic.code import Lamp", "attic.code"),
    ],
)
def test_each_kind_of_call_upwards_is_seen(house, line, name):
    attic = """
        class Box(models.Model):
            _inherit = "my.box"
            lid = fields.Char()

            def _shut(self):
                pass

        class Lamp(models.Model):
            _name = "my.lamp"
    """
    assert house(cellar=f"{line}\n", attic=attic) == [("cellar", name)]


def test_a_field_that_is_given_more_values_is_no_field_of_the_upper_room(house):
    attic = """
        class Server(models.Model):
            _inherit = "ir.actions.server"
            state = fields.Selection(selection_add=[("lamp", "Lamp")])
    """
    assert not house(cellar="box.state\n", attic=attic)


def test_what_odoo_calls_the_same_is_no_call_upwards(house):
    attic = """
        class Order(models.Model):
            _inherit = "sale.order"

            def _action_confirm(self):
                return super()._action_confirm()
    """
    assert not house(cellar="order._action_confirm()\n", attic=attic)
