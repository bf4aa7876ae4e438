"""A worker dies, or hangs, while it hashes a password."""

from support.case import Case
from support.http_client import NoAnswer, request
from support.processes import wait_until
from support.service import PASSWORD

SLOW_S = 120  # a hash, on a machine that has a lot to do

ANN = {"login": "ann", "password": PASSWORD, "first_name": "Ann",
       "last_name": "Lee"}


class OneSlot(Case):
    """The host hashes one password at once, and each takes seconds."""

    limit_s = 3 * SLOW_S

    def setUp(self):
        self.service = self.start(hash_slots=1, password_passes=100,
                                  password_memory=32 << 20,
                                  hash_timeout_ms=5000)

    def connect(self):
        """A connection, and the worker that has it."""
        connection = self.service.client().connect()
        connection.socket.settimeout(SLOW_S)
        return connection, self.service.worker_of(connection)

    def connect_to_two(self):
        """The same of two workers: known before anything of them takes time."""
        first = self.connect()
        while True:
            second = self.connect()
            if second[1].pid != first[1].pid:
                return first, second
            second[0].close()

    def ask_for_hash(self, connection, login):
        connection.send(request("POST", "/user", dict(ANN, login=login)))

    def start_hashing(self, login):
        """A connection that waits for a hash, and the worker that makes it."""
        connection, worker = self.connect()
        self.ask_for_hash(connection, login)
        return connection, worker

    def wait_for_cpu(self, worker):
        """Until it has used a CPU for longer than anything but a hash does."""
        began = worker.cpu_s()
        wait_until("the worker hashes",
                   lambda: worker.cpu_s() - began > 0.2)

    def test_is_given_back_by_a_worker_that_is_killed(self):
        (connection, worker), (other, _) = self.connect_to_two()
        self.ask_for_hash(connection, "lost")
        self.wait_for_cpu(worker)
        # On another worker somebody waits for the slot already.
        self.ask_for_hash(other, "bob")
        worker.kill()
        with self.assertRaises(NoAnswer):
            connection.read_answer()
        self.assert_status(other.read_answer(), 201)
        self.assert_status(self.start_hashing("eve")[0].read_answer(), 201)

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
        (connection, worker), (other, _) = self.connect_to_two()
        self.ask_for_hash(connection, "slow")
        self.wait_for_cpu(worker)
        worker.pause()
        try:
            self.ask_for_hash(other, "bob")
            self.assert_refused(other.read_answer(), 503)
        finally:
            worker.resume()
        self.assert_status(connection.read_answer(), 201)
