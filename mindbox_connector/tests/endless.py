# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import threading

# Drops of an answer, and seconds between them: a minute, which nobody should wait for.
DROPS = 600
INTERVAL = 0.1


class Endless:
    """An answer of a :class:`LocalMindbox` that ends with the test, not before.

    Who has given up on it in time finds it still running: ``ended`` is false. No clock
    is asked, so a busy machine makes no difference.

    :param bytes head: what it begins with
    :param bytes drop: what trickles in ever after, if anything
    """

    def __init__(self, test, head=b"", drop=b""):
        self.head, self.drop = head, drop
        self.begun, self.over = threading.Event(), threading.Event()
        self.ended = False
        test.addCleanup(self.over.set)

    def __call__(self, handler):
        handler.close_connection = True
        self.begun.set()
        handler.wfile.write(self.head)
        for _number in range(DROPS):
            handler.wfile.write(self.drop)
            if self.over.wait(INTERVAL):
                return
        self.ended = True
