from odoo.addons.mindbox_connector.tests.discovery import find_tests

globals().update(find_tests(__name__, __path__))
