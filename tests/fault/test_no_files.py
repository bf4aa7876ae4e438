"""A worker has no descriptors left: what it cannot do, others do."""

import resource
import time

from support.caught import Caught
from support.redis_gate import TASKS, is_start

STANDARD_STREAMS = 3
# Within it a worker has looked at a job that runs.
LOOKED_S = 1


class NoFiles(Caught):
    def setUp(self):
        super().setUp()
        self.before = {}

    def take_files(self, pid):
        """What the process has open stays so, and nothing else comes."""
        self.before[pid] = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        few = (STANDARD_STREAMS, self.before[pid][1])
        resource.prlimit(pid, resource.RLIMIT_NOFILE, few)
        self.addCleanup(self.give_files)

    def give_files(self):
        for pid, limits in self.before.items():
            resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)

    def assert_done(self, connection):
        answer = connection.read_answer()
        self.give_files()  # the reports are asked of all workers
        self.assert_whole(answer)

    def test_before_a_job_leaves_it_to_others(self):
        connection, held, asked = self.catch(is_start)
        for worker in self.service.workers():
            if worker.pid != asked.pid:
                self.take_files(worker.pid)
        task = self.gate.hold(TASKS["map"])
        held.release()
        task.wait()
        time.sleep(LOOKED_S)
        task.release()
        self.assert_done(connection)

    def test_in_a_job_leaves_its_tasks_to_others(self):
        connection, held, worker = self.catch("map")
        self.take_files(worker.pid)
        held.release()
        self.assert_done(connection)
