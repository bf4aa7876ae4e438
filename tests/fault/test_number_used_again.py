"""Redis forgets a job, and what a worker still does for it comes when another job
runs: it must not be taken for that one's."""

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


class StartedAgain(Caught):
    """Redis was killed, and its file lacks the last second: when it is there
    again it is as it was before the job."""

    def number(self):
        with self.redis.client() as redis:
            return redis.ask("GET", "{logs}:job")

    def forget(self, before):
        with self.redis.client() as redis:
            number = redis.ask("GET", "{logs}:running")
            redis.ask("SET", "{logs}:job", before)
            redis.ask("DEL", "{logs}:running", "{logs}:tasks",
                      f"{{logs}}:job:{number}", f"{{logs}}:job:{number}:tasks")

    def test_a_commit_of_before_changes_nothing(self):
        before = self.number()
        _, held, _ = self.catch("commit")
        self.forget(before)
        self.service.write_log(NEW)
        connection, of_new, _ = self.catch("commit")
        held.release()
        self.assert_reports(OLD)
        of_new.release()
        self.end_right(connection, NEW)
