"""Redis gives a task to a worker whose connection breaks before it has heard of
it, again and again: nobody has had the task, so it has killed nobody."""

import time

from support.caught import Caught
from support.redis_gate import is_take

# Long enough for others to take the task over more often than a deadly one is
# given out.
LOST_S = 2


class LostAnswers(Caught):
    settings = {"task_timeout_ms": 100, "workers": 1}

    def lose_tasks(self):
        """Every answer for so long from the first that tells of a task on."""
        self.until = None

        def is_lost(words):
            if not is_take(words):
                return False
            with self.redis.client() as redis:
                if redis.ask("GET", "{logs}:running") != words[6].decode():
                    return False
            now = time.monotonic()
            self.until = self.until or now + LOST_S
            return now < self.until
        self.gate.lose(is_lost)

    def test_do_not_fail_a_job(self):
        self.lose_tasks()
        self.assert_whole(self.client.get("/parse"))
        self.assertLess(self.until, time.monotonic())
