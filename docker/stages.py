"""Parts of a long run, side by side where they neither wait for time nor meet.

The first part of a stage shows what it does; the others write it down, and show it
when the first has ended. So the output stays one part after the other.
"""

import sys
from contextlib import ExitStack, contextmanager

import processes
from databases import LOGS
from steps import PYTHON, Stop, say


def run(stages, command):
    """Run all parts, whatever the ones before found; return what has failed.

    :param stages: dicts of what runs at the same time: {title: function}
    :param command: words that run one part by its title in a process of its own
    """
    failed = []
    for stage in stages:
        failed += run_stage(stage, command)
    return failed


def run_stage(stage, command):
    (first, part), *others = stage.items()
    with ExitStack() as stack:
        behind = {
            title: stack.enter_context(running(title, command))
            for title, _part in others
        }
        passed = {first: passes(first, part)}
        passed |= {title: has_passed(title, one) for title, one in behind.items()}
    return [title for title, well in passed.items() if not well]


def passes(title, part):
    """Run a part in this process."""
    say(f"\n== {title}")
    try:
        part()
    except Stop as stop:
        say(str(stop))
        return False
    return True


@contextmanager
def running(title, command):
    """Run a part beside this process, its output in a file of its own."""
    log = LOGS / f"part-{title.lower().replace(' ', '-')}.log"
    log.unlink(missing_ok=True)
    with processes.child([PYTHON, *command, title], log) as process:
        yield process


def has_passed(title, process):
    """Wait for a part that runs beside, and show what it did."""
    code = process.wait()
    say(f"\n== {title}")
    sys.stdout.write(process.log.read_text(errors="replace"))
    return not code
