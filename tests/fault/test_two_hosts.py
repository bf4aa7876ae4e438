"""Two hosts over one Redis: two masters, each in a directory of its own, that
see the same log."""

import re
import subprocess
import unittest
from concurrent.futures import ThreadPoolExecutor

from support.caught import LOG, Caught
from support.http_client import Client
from support.jobs import Elsewhere, jobs
from support.processes import wait_until


def without_mount_of(path):
    """A command for Service.starter: what follows it sees an empty directory
    there. Needs the right to mount; without it the case is skipped."""
    command = ["unshare", "--mount", "sh", "-c",
               'mount -t tmpfs trawl-test "$0" && exec "$@"', path]
    done = subprocess.run([*command, "true"], capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        raise unittest.SkipTest(
            f"nothing can be hidden here: {done.stderr.strip()}")
    return command


# A number that is a time to come: the next one is one more.
ELSEWHERE = 9_000_000_000_000


class TwoHosts(Caught):
    def setUp(self):
        super().setUp()
        self.other = self.start_on_gate(
            logs_file_name=self.service.log_path)
        self.there = Client(self.other.address, self.client.token)

    def jobs(self):
        with self.redis.client() as redis:
            return jobs(redis)

    def last_job(self):
        return max(map(int, self.jobs()))

    def kill_host(self, service):
        """As if its power was cut."""
        family = service.family()
        service.master().kill()
        for process in family:
            process.kill()
        service.process.wait()

    def hosts_of(self, worker):
        """(the service whose worker it is, the other, who asks the other)"""
        if worker.pid in [p.pid for p in self.service.workers()]:
            return self.service, self.other, self.there
        return self.other, self.service, self.client

    def test_asked_at_once_they_say_the_same(self):
        before = self.jobs()
        with ThreadPoolExecutor(4) as pool:
            said = list(pool.map(lambda who: who.get("/parse"),
                                 [self.client, self.there] * 2))
        self.assertEqual(len(self.jobs()), len(before) + 1)  # one for all
        for answer in said:
            self.assert_whole(answer)
        self.client = self.there
        self.assert_reports(LOG)

    def test_one_that_stands_still_leaves_the_job_to_the_other(self):
        connection, held, worker = self.catch("map")
        still, moving, there = self.hosts_of(worker)
        for process in still.workers():
            process.pause()
        try:
            answer = there.ask_until_answered("GET", "/parse")
            with self.redis.client() as redis:
                tasks = redis.hash(f"{{logs}}:job:{self.last_job()}:tasks")
        finally:
            held.release()
            for process in still.workers():
                process.resume()
        self.assert_whole(answer)
        done_by = {int(re.search(r"\[(\d+)\]", text)[1])
                   for text in tasks.values()}
        self.assertTrue(done_by & {p.pid for p in moving.workers()}, tasks)
        self.answer_or_none(connection)

    def test_one_without_the_mount_of_the_log_leaves_the_job_to_the_other(self):
        """Two containers on one kernel."""
        self.other.settings["logs_file_name"] = "nowhere.txt"
        self.other.starter = without_mount_of(self.service.home)
        self.assertEqual(self.other.stop(), [])
        self.other.start()
        for _ in range(5):
            self.parse(path="/parse?full=true")

    def test_one_that_sees_no_log_leaves_the_next_job_to_the_other(self):
        blind = self.start_on_gate(logs_file_name="nowhere.txt")
        client = Client(blind.address, self.client.token)
        with self.redis.client() as redis:
            other = Elsewhere(redis, ELSEWHERE)
            answer = self.client.get("/parse",
                                     headers={"Prefer": "respond-async"})
            job = self.assert_status(answer, 202).json["job"]
            seeing = self.service.workers() + self.other.workers()
            for process in seeing:
                process.pause()
            other.end("done")

            def is_back():
                phase = redis.ask("HGET", f"{{logs}}:job:{job}", "phase")
                return phase == "plan" and \
                    redis.ask("XLEN", "{logs}:tasks") == 1 and \
                    redis.ask("XPENDING", "{logs}:tasks", "workers")[0] == 0

            def state():
                return client.get(f"/parse/{job}").json["state"]
            wait_until("it is planned, or put back",
                       lambda: is_back() or state() == "failed")
            for process in seeing:
                process.resume()
            wait_until("it is over", lambda: state() != "running")
            self.assertEqual(state(), "done")
        self.assert_reports(LOG)

    def test_one_that_dies_with_a_map_task(self):
        self.die_with("map")

    def test_one_that_dies_with_a_reduce_task(self):
        self.die_with("reduce")

    def test_one_that_dies_with_the_commit(self):
        self.die_with("commit")

    def die_with(self, task):
        _, held, worker = self.catch(task)
        dead, _, self.client = self.hosts_of(worker)
        self.kill_host(dead)
        held.drop()
        self.parse()
        dead.start()
        self.client = Client(dead.address, self.client.token)
        self.assert_reports(LOG)
