"""The report: a table and charts, in docs/proof and in the README."""

import json
from dataclasses import asdict

from steps import ROOT, VAR

from .verdict import Result, percentile

FOLDER = ROOT / "docs" / "proof"
README = ROOT / "README.md"
KEPT = VAR / "proof"
MARKS = "<!-- proof: begin -->", "<!-- proof: end -->"
HEADER = (
    "scenario",
    "events in",
    "accepted",
    "processed",
    "failed late",
    "doubled",
    "reordered",
    "lost",
    "peak backlog",
    "first after, s",
    "drained in, s",
    "live p50 / p95, s",
    "worker, MB",
)
WIDTH, HEIGHT, MARGIN = 720, 220, 46
COLORS = ("#2a6fdb", "#d9622b", "#3c9a5f")
CHARTS = {
    "week": (
        "A week without Mindbox: what waits, and calls a second",
        ("backlog", "rate"),
    ),
    "flapping": ("Flapping every minute", ("backlog", "rate")),
    "masses": ("The large backlog drains", ("backlog", "rate", "memory")),
}
UNITS = {"backlog": "rows wait", "rate": "calls a second", "memory": "MB of a worker"}


def keep(result):
    """Remember a scenario's result until the next time it runs."""
    KEPT.mkdir(parents=True, exist_ok=True)
    (KEPT / f"{result.name}.json").write_text(json.dumps(asdict(result)))


def kept(names):
    """Return the newest results of the scenarios, as far as there are any."""
    paths = (KEPT / f"{name}.json" for name in names)
    return [Result(**json.loads(path.read_text())) for path in paths if path.exists()]


def write(results, machine):
    """Write report and charts, and show them in the README."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for result in results:
        if result.name in CHARTS:
            (FOLDER / f"{result.name}.svg").write_text(chart(result))
    charts = [result.name for result in results if result.name in CHARTS]
    images = [f"![{CHARTS[name][0]}](docs/proof/{name}.svg)" for name in charts]
    text = "\n".join([f"{machine}\n", *table(results), "", *notes(results)])
    here = "\n\n".join(image.replace("docs/proof/", "") for image in images)
    (FOLDER / "README.md").write_text(
        "# The outage proof\n\nWritten by `make proof`.\n\n" + f"{text}\n\n{here}\n"
    )
    show_in_readme("\n\n".join([text, *images]))


def show_in_readme(text):
    before, _mark, rest = README.read_text().partition(MARKS[0])
    after = rest.partition(MARKS[1])[2]
    if rest:
        README.write_text(f"{before}{MARKS[0]}\n\n{text}\n\n{MARKS[1]}{after}")


def table(results):
    lines = [HEADER, ["---"] * len(HEADER), *map(cells, results)]
    return ["| " + " | ".join(map(str, line)) + " |" for line in lines]


def cells(result):
    waits = [percentile(result.latencies, share) for share in (0.5, 0.95)]
    memory = " → ".join(f"{value:.0f}" for value in result.memory)
    return (
        result.title + verdict(result),
        f"{result.events:,}",
        f"{result.accepted:,}",
        f"{result.processed:,}",
        result.failed_late,
        result.doubled,
        result.reordered,
        result.lost,
        f"{result.peak:,}",
        seconds(result.first_after),
        seconds(result.drained_in),
        " / ".join(map(seconds, waits)),
        memory or "–",
    )


def verdict(result):
    if result.skipped:
        return " (not run)"
    return "" if result.passed else " **(not kept)**"


def seconds(value):
    return "–" if value is None else f"{value:.1f}"


def notes(results):
    """What else was seen, and every promise that was not kept."""
    for result in results:
        if result.notes:
            yield f"- {result.title}: {'; '.join(result.notes)}."
        if result.faults:
            faults = "; ".join(dict.fromkeys(result.faults))
            yield f"- **Not kept** – {result.title}: {faults}."


# -- Charts --------------------------------------------------------------------


def chart(result):
    """Return an SVG with one small chart per series, one below the other."""
    title, names = CHARTS[result.name]
    series = {**result.series, "rate": rate(result.series.get("calls", ()))}
    drawn = [name for name in names if series.get(name)]
    height = HEIGHT * len(drawn) + 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
        ' font-family="sans-serif" font-size="12" role="img">',
        f"<title>{title}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="{MARGIN}" y="20" font-size="14" font-weight="bold">{title}</text>',
    ]
    for number, name in enumerate(drawn):
        parts += panel(series[name], UNITS[name], 30 + HEIGHT * number, COLORS[number])
    return "\n".join([*parts, "</svg>"]) + "\n"


def panel(points, unit, top, color):
    """Yield the SVG of one series: a line on two axes."""
    end = max(at for at, _value in points) or 1
    most = max(value for _at, value in points) or 1
    left, right = MARGIN, WIDTH - 10
    floor, ceiling = top + HEIGHT - 30, top + 30
    path = " ".join(
        f"{left + at / end * (right - left):.1f},"
        f"{floor - value / most * (floor - ceiling):.1f}"
        for at, value in points
    )
    axis = 'stroke="#999" stroke-width="1"'
    yield f'<text x="{left}" y="{top + 18}" fill="{color}">{unit}</text>'
    yield f'<line x1="{left}" y1="{floor}" x2="{right}" y2="{floor}" {axis}/>'
    yield f'<line x1="{left}" y1="{ceiling}" x2="{left}" y2="{floor}" {axis}/>'
    yield f'<text x="{left - 4}" y="{ceiling + 4}" text-anchor="end">{most:,.0f}</text>'
    yield f'<text x="{left - 4}" y="{floor}" text-anchor="end">0</text>'
    yield f'<text x="{right}" y="{floor + 16}" text-anchor="end">{end:.0f} s</text>'
    yield f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="1.5"/>'


def rate(calls):
    """Return calls a second from the counter of calls."""
    pairs = zip(calls, calls[1:], strict=False)
    return [
        (at, max(0, value - before) / (at - since))
        for (since, before), (at, value) in pairs
        if at > since
    ]
