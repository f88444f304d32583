# SPDX-License-Identifier: ISC
"""The table of ordinary behaviours, which two files fill."""
from collections import namedtuple

# share: of desktops that have it; 0 for behaviours of one special host each. What is marked "test"
# is in no background that anything is fitted on.
Habit = namedtuple("Habit", "name share part make")
HABITS = []


def habit(share=0.0, part="fit"):
    def enter(make):
        HABITS.append(Habit(make.__name__, share, part, make))
        return make
    return enter
