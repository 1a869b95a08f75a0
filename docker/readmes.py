"""Write each add-on's README.rst and app page from the fragments in readme/.

`readmes.py` writes them; `readmes.py check` only tells which ones are out of date.
"""

import ast
import sys

import databases
from steps import ROOT, Stop, main

# OCA's fragments, in the order of its READMEs, and the headings they get.
FRAGMENTS = {
    "DESCRIPTION": "",
    "CONTEXT": "Use Cases / Context",
    "INSTALL": "Installation",
    "CONFIGURE": "Configuration",
    "USAGE": "Usage",
    "ROADMAP": "Known issues / Roadmap",
    "CONTRIBUTORS": "Contributors",
}
PAGE = """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8" /><title>{title}</title></head>
<body>
<section class="oe_container">
{body}</section>
</body>
</html>
"""


def markdown(folder):
    """The fragments as one text, under the add-on's name."""
    title = ast.literal_eval((folder / "__manifest__.py").read_text())["name"]
    parts = [f"# {title}"]
    for name, heading in FRAGMENTS.items():
        fragment = folder / "readme" / f"{name}.md"
        if fragment.exists():
            parts += [f"## {heading}"] * bool(heading) + [fragment.read_text().strip()]
    return title, "\n\n".join(parts)


def pages(addon):
    """{path: text} of what is made from an add-on's fragments."""
    import pypandoc

    folder = ROOT / addon
    title, text = markdown(folder)
    # A line break in the source is one in the result: both stay readable.
    rst, html = (
        pypandoc.convert_text(text, kind, "markdown-smart", ["--wrap=preserve"])
        for kind in ("rst", "html")
    )
    return {
        folder / "README.rst": rst,
        folder / "static/description/index.html": PAGE.format(title=title, body=html),
    }


def readmes():
    made = {}
    for addon in databases.addons():
        made |= pages(addon)
    if "check" not in sys.argv[1:]:
        for path, text in made.items():
            path.write_text(text)
        return
    stale = [path for path, text in made.items() if path.read_text() != text]
    if stale:
        names = ", ".join(str(path.relative_to(ROOT)) for path in stale)
        raise Stop(f"Out of date: {names}. `make format` writes them anew.")


if __name__ == "__main__":
    main(readmes)
