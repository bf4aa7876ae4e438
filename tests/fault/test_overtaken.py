"""Between a worker's look at the log and the start of its job another job is
committed: what the look has seen is over, but the log is not read again."""

from support.caught import LOG, OLD, Caught
from support.jobs import JOB, jobs
from support.processes import wait_until
from support.redis_gate import is_reading, is_start
from support.shop_log import visits

MORE, YET_MORE = visits(83, 200), visits(84, 100)


class Overtaken(Caught):
    def overtake(self, more, what=is_start, path="/parse"):
        """A parse of which this command comes behind another's commit. Gives
        the jobs that there were before."""
        connection, held, worker = self.catch(what, path)
        with self.redis.client() as redis:
            before = jobs(redis)
        worker.pause()
        try:
            self.service.append_log(more)
            self.parse(LOG + MORE + more)
        finally:
            held.release()
            worker.resume()
        answer = self.answer_or_none(connection)
        if answer is not None and answer.status == 201:
            self.assert_whole(answer, LOG + MORE + more)
        return before

    def assert_no_more_is_read(self, before):
        with self.redis.client() as redis:
            wait_until("no job runs", lambda: not redis.ask(
                "EXISTS", "{logs}:running", "{logs}:next"))
            for job in set(jobs(redis)) - set(before):
                record = redis.hash(f"{JOB}{job}")
                self.assertEqual(record["state"], "done", record)
                self.assertIn(record["mode"], ("incremental", "unchanged"))

    def test_growth_is_read_by_both_or_by_one(self):
        self.parse()
        self.service.append_log(MORE)
        self.assert_no_more_is_read(self.overtake(YET_MORE))

    def test_what_the_other_has_read_is_not_read_again(self):
        self.parse()
        self.service.append_log(MORE)
        self.assert_no_more_is_read(self.overtake(b""))

    def test_all_of_it_is_read_as_it_is_by_then(self):
        self.parse()
        self.service.append_log(MORE)
        self.overtake(YET_MORE, path="/parse?full=true")
        self.assert_reports(LOG + MORE + YET_MORE)

    def test_what_was_looked_at_before_the_other_is_no_log_that_shrank(self):
        self.parse()
        self.service.append_log(MORE)
        self.overtake(YET_MORE, is_reading)
        self.assert_reports(LOG + MORE + YET_MORE)
