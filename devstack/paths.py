"""Where things are. `TRINVIS_DEMO` puts the demo's servers and logs elsewhere, for tests of the demo itself."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements" / "dev.txt"
DEMO = Path(os.environ.get("TRINVIS_DEMO") or VAR / "demo").absolute()
