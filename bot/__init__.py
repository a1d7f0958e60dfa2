"""The shell: people, time, the network, the scheduler, the command line."""

import os

# python-telegram-bot warns at each "try again later" unless told that we expect a timedelta.
os.environ.setdefault("PTB_TIMEDELTA", "true")
