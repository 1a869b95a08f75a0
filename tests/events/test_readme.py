"""The README's table of events is the tests' table of contents."""

import re

from steps import ROOT


def test_each_event_of_the_readme_names_the_tests_that_show_it():
    readme = (ROOT / "README.md").read_text()
    table = readme[readme.index("| event ") :].split("\n\n")[0]
    named = set(re.findall(r"`(test_\w+)`", table))
    rows = [line for line in table.splitlines()[2:] if "`test_" in line]
    assert len(rows) == len(table.splitlines()) - 2
    files = [
        *ROOT.glob("tests/**/test_*.py"),
        *ROOT.glob("mindbox_*/tests/**/test_*.py"),
    ]
    text = "".join(file.read_text() for file in files)
    assert not [name for name in named if f"def {name}(" not in text]
