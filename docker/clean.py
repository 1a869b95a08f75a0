"""Remove what `make` made in this checkout; downloads stay."""

import shutil

import postgres
from steps import CACHE, ROOT, VAR, VENV, main, say

MADE = (
    VENV,
    ROOT / ".odoo",
    ROOT / "node_modules",
    ROOT / ".pytest_cache",
    ROOT / ".ruff_cache",
    ROOT / ".hypothesis",
    CACHE / "chromium",
    VAR,
)


def clean():
    postgres.stop_all()
    for path in MADE:
        shutil.rmtree(path, ignore_errors=True)
    for cache in ROOT.glob("[!.]*/**/__pycache__"):
        shutil.rmtree(cache, ignore_errors=True)
    say("Removed what was made here; downloads are kept in .cache/.")


if __name__ == "__main__":
    main(clean)
