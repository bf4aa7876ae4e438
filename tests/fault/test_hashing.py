"""A worker dies, or hangs, while it hashes a password."""

from support.case import Case
from support.http_client import NoAnswer, request
from support.processes import wait_until
from support.service import PASSWORD

ANN = {"login": "ann", "password": PASSWORD, "first_name": "Ann",
       "last_name": "Lee"}


class OneSlot(Case):
    """The host hashes one password at once, and each takes seconds."""

    def setUp(self):
        self.service = self.start(hash_slots=1, password_passes=100,
                                  password_memory=32 << 20,
                                  hash_timeout_ms=5000)

    def start_hashing(self, login):
        """A connection that waits for a hash, and the worker that makes it."""
        connection = self.service.client().connect()
        connection.send(request("POST", "/user", dict(ANN, login=login)))
        worker = self.service.worker_of(connection)
        return connection, worker

    def wait_for_cpu(self, worker):
        """Until it has used a CPU for longer than anything but a hash does."""
        began = worker.cpu_s()
        wait_until("the worker hashes",
                   lambda: worker.cpu_s() - began > 0.2)

    def test_is_given_back_by_a_worker_that_is_killed(self):
        connection, worker = self.start_hashing("lost")
        self.wait_for_cpu(worker)
        # On another worker somebody waits for the slot already.
        while True:
            other, waiting = self.start_hashing("bob")
            if waiting.pid != worker.pid:
                break
            other.close()
        worker.kill()
        with self.assertRaises(NoAnswer):
            connection.read_answer()
        self.assert_status(other.read_answer(), 201)
        self.assert_status(self.service.client().ask(
            "POST", "/user", dict(ANN, login="eve")), 201)

    def test_is_given_back_by_workers_killed_one_after_the_other_in_a_crowd(self):
        # Hashes of the crowd take twenty times as long as it takes to come.
        self.service = self.start(hash_slots=1, workers=3, login_tries=1000,
                                  password_passes=100, password_memory=8 << 20,
                                  hash_timeout_ms=60000)
        crowd = [self.start_hashing(f"user{i}") for i in range(30)]
        killed = set()
        for _ in range(2):
            worker = next(w for w in self.service.workers()
                          if w.pid in {w.pid for _, w in crowd} - killed)
            self.wait_for_cpu(worker)
            worker.kill()
            killed.add(worker.pid)
        served = [c for c, worker in crowd if worker.pid not in killed]
        self.assertTrue(served)
        for connection in served:
            self.assert_status(connection.read_answer(), 201)

    def test_held_by_a_worker_that_is_stopped_ends_in_a_503(self):
        connection, worker = self.start_hashing("slow")
        self.wait_for_cpu(worker)
        worker.pause()
        try:
            other, waiting = self.start_hashing("bob")
            self.assertNotEqual(waiting.pid, worker.pid)
            self.assert_refused(other.read_answer(), 503)
        finally:
            worker.resume()
        self.assert_status(connection.read_answer(), 201)
