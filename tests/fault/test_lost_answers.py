"""Redis gives a task to a worker whose connection breaks before it has heard of
it, again and again: nobody has had the task, so it has killed nobody."""

import time

from support.caught import Caught
from support.redis_gate import WAIT_LIMIT_S, is_start, is_take

# Long enough for others to take the task over more often than a deadly one is
# given out.
LOST_S = 2


class LostAnswers(Caught):
    settings = {"task_timeout_ms": 100, "workers": 1}

    def lose_tasks(self):
        """Every answer for so long from the first that tells of a task on."""
        self.until = None

        def is_lost(words):
            if not is_start(words) and not is_take(words):
                return False
            with self.redis.client() as redis:
                if is_take(words) and \
                        redis.ask("GET", "{logs}:running") != words[6].decode():
                    return False
            now = time.monotonic()
            self.until = self.until or now + LOST_S
            return now < self.until
        self.gate.lose(is_lost)

    def parse(self):
        """A connection that breaks all the time may be as good as none: 503."""
        end = time.monotonic() + WAIT_LIMIT_S
        while (answer := self.client.get("/parse")).status == 503 and \
                time.monotonic() < end:
            time.sleep(0.05)
        return answer

    def states(self):
        """Of all jobs, by how they ended."""
        with self.redis.client() as redis:
            return {redis.hash(key)["state"] for key in
                    redis.keys("{logs}:job:[0-9]*") if ":" not in key[11:]}

    def test_do_not_fail_a_job(self):
        self.lose_tasks()
        self.assert_whole(self.parse())
        self.assertLess(self.until, time.monotonic())
        self.assertEqual(self.states(), {"done"})
