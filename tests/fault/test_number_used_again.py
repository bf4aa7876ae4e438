"""Redis is emptied under a job, and what a worker still does for it comes when
another job runs: it must not be taken for that one's."""

from support.caught import NEW, OLD, Caught


class Emptied(Caught):
    def empty(self):
        with self.redis.client() as redis:
            redis.ask("FLUSHALL")
        self.client = self.service.register()
        self.service.write_log(OLD)
        self.parse(OLD)  # the first job, as before: the next is the second
        self.service.write_log(NEW)

    def test_a_commit_of_before_changes_nothing(self):
        _, held, _ = self.catch("commit")
        self.empty()
        connection, of_new, _ = self.catch("commit")
        held.release()
        of_new.release()
        self.end_right(connection, NEW)

    def test_a_partial_of_before_is_not_taken_for_a_new_one(self):
        _, held, _ = self.catch("map")
        self.empty()
        connection, of_new, _ = self.catch("reduce")
        held.release()
        of_new.release()
        self.end_right(connection, NEW)
