"""`make terms`: export the add-ons' terms anew, and keep what is translated."""

import os

import databases
import postgres
from databases import ODOO
from steps import ROOT, main, run, say


def export(database, addon):
    """Write the add-on's template from a database in which it is installed."""
    command = [ODOO, "i18n", "export", "-d", database, "-l", "pot", "--", addon]
    run(command, f"Exporting the terms of {addon}")


def merge(addon):
    """Take the terms over into each language; return those without a translation."""
    import polib

    folder = ROOT / addon / "i18n"
    template = polib.pofile(str(folder / f"{addon}.pot"))
    missing = []
    for path in sorted(folder.glob("*.po")):
        catalogue = polib.pofile(str(path), wrapwidth=78)
        catalogue.merge(template)
        for term in catalogue.obsolete_entries():
            catalogue.remove(term)
        catalogue.save()
        missing += [(path.name, term.msgid) for term in catalogue if not term.msgstr]
    return missing


def terms():
    with postgres.served(postgres.dev_cluster()) as environ:
        os.environ.update(environ)
        name = f"{databases.PREFIX}terms"
        database = databases.clone(databases.ready(), name)
        try:
            for addon in databases.addons():
                export(database, addon)
        finally:
            databases.drop(database)
    for addon in databases.addons():
        for file, term in merge(addon):
            say(f"{addon}/i18n/{file} lacks: {term}")


if __name__ == "__main__":
    main(terms)
