"""`python -m tests.browser.clock INSTANT MODULE ARGUMENTS...`: run a module as if it were another time, ticking on."""

import runpy
import sys
from datetime import datetime

import time_machine

instant, module, *arguments = sys.argv[1:]
# Never stopped: the process and what it forks live in that time.
time_machine.travel(datetime.fromisoformat(instant), tick=True).start()
sys.argv = [module, *arguments]
runpy.run_module(module, run_name="__main__", alter_sys=True)
