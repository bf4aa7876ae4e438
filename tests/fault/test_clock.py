"""Redis's clock is put back while workers have tasks in hand, and one of them dies:
its task is taken over as soon as ever, not when the clock is there again."""

from support.caught import Caught
from support.service import time_of

HOUR_S = 3600
# Some task_timeout_ms, and what a busy machine needs.
TAKEN_OVER_S = 8


class PutBack(Caught):
    redis_options = {"has_clock": True}

    def take_over(self, task):
        connection, held, worker = self.catch(task)
        self.redis.clock.put(-HOUR_S)
        worker.kill()
        held.drop()
        answer, seconds = time_of(lambda: self.answer_or_none(connection))
        if answer is None:  # it was the one that answers
            _, seconds = time_of(self.parse)
        else:
            self.assert_whole(answer)
        self.assertLess(seconds, TAKEN_OVER_S)

    def test_a_map_task_is_taken_over(self):
        self.take_over("map")

    def test_the_commit_is_taken_over(self):
        self.take_over("commit")
