"""The outage proof: `make proof`, or some of it: `… -m tests.proof week flapping`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "docker"))
