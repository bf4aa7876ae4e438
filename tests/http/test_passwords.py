"""Hashes of passwords: what they cost, when they are renewed, and that their
cost tells nothing."""

import os
import statistics

from support.case import Case

MANY = 10 ** 6  # tries before a log-in has to wait


def cpu_ns(workers):
    """Time on a CPU of all their threads so far, as the scheduler counts it."""
    total = 0
    for worker in workers:
        tasks = f"/proc/{worker.pid}/task"
        for task in os.listdir(tasks):
            with open(f"{tasks}/{task}/schedstat", encoding="ascii") as file:
                total += int(file.read().split()[0])
    return total


class Cost(Case):
    def test_of_a_cheaper_hash_is_made_up_at_the_next_log_in(self):
        service = self.start()
        service.register("ann")
        self.assertEqual(service.stop(), [])
        service.settings.update(password_passes=3, password_memory=65536)
        service.start()
        with service.redis() as redis:
            self.assertIn("m=8,t=1,", redis.hash("{user:1}")["password"])
            answer = service.client().ask(
                "POST", "/user/auth", {"login": "ann", "password": "wrong"})
            self.assert_refused(answer, 401)
            self.assertIn("m=8,t=1,", redis.hash("{user:1}")["password"])
            for _ in range(2):
                service.log_in("ann")
                self.assertIn("m=64,t=3,", redis.hash("{user:1}")["password"])

    def test_is_the_same_whatever_is_wrong(self):
        """CPU time of the workers, which does not depend on what else the
        machine does; by turns, so that what changes changes for all."""
        service = self.start(login_tries=MANY, password_passes=1,
                             password_memory=1 << 20)
        service.register("old")
        self.assertEqual(service.stop(), [])
        service.settings.update(password_passes=2, password_memory=4 << 20)
        service.start()
        service.register("ann")
        workers = service.workers()
        wrong = {"wrong password": "ann", "unknown login": "nobody",
                 "an old hash": "old"}
        spent = {what: [] for what in wrong}
        bodies = set()
        for _ in range(30):
            for what, login in wrong.items():
                before = cpu_ns(workers)
                answer = service.client().ask(
                    "POST", "/user/auth", {"login": login, "password": "x"})
                spent[what].append(cpu_ns(workers) - before)
                self.assert_refused(answer, 401)
                bodies.add(answer.body)
        self.assertEqual(len(bodies), 1)
        usual = statistics.quantiles(spent["wrong password"], n=4)
        for what in wrong:
            for quartile, expected in zip(
                    statistics.quantiles(spent[what], n=4), usual):
                self.assertLess(abs(quartile / expected - 1), 0.25,
                                (what, spent))


