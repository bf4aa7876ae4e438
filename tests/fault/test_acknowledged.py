"""What was acknowledged survives a kill -9 of Redis and of workers."""

import random
import threading
import time

from support.case import Case
from support.http_client import NoAnswer
from support.service import PASSWORD, Service

SECONDS = 8
WRITERS = 8


class Writer(threading.Thread):
    """Makes users, and renames or deletes some, until the time is over."""

    def __init__(self, service, name, until):
        super().__init__()
        self.service, self.prefix, self.until = service, name, until
        self.ids = {}    # login -> id, of those that got a 201
        self.names = {}  # login -> last names that it may have; None: gone
        self.wrong = []

    def ask(self, status, method, path, document, token=None):
        """An answer, or None: nothing was acknowledged."""
        try:
            answer = self.service.client().ask(method, path, document,
                                               token=token)
        except (OSError, NoAnswer):
            return None  # the worker was killed
        if answer.status == status:
            return answer
        if answer.status != 503:
            self.wrong.append((method, path, answer))
        return None

    def run(self):
        number = 0
        while time.monotonic() < self.until:
            number += 1
            login = f"{self.prefix}-{number}"
            self.names[login] = {None, "Lee"}
            answer = self.ask(201, "POST", "/user", {
                "login": login, "password": PASSWORD, "first_name": "Ann",
                "last_name": "Lee"})
            if answer:
                self.ids[login] = answer.json["id"]
                self.names[login] = {"Lee"}
                if number % 3 == 0:
                    self.change(login, number)

    def change(self, login, number):
        answer = self.ask(200, "POST", "/user/auth",
                          {"login": login, "password": PASSWORD})
        if not answer:
            return
        path = f"/user/{self.ids[login]}"
        token = answer.json["Authorization"]
        if number % 2:
            ask, name = (204, "DELETE", path, None), None
        else:
            ask, name = (200, "PATCH", path, {"last_name": "Li"}), "Li"
        self.names[login].add(name)
        if self.ask(*ask, token=token):
            self.names[login] = {name}


class Acknowledged(Case):
    def write_under_kills(self, service, seed, longest_pause_s):
        chance = random.Random(seed)
        until = time.monotonic() + SECONDS
        writers = [Writer(service, f"w{n}", until) for n in range(WRITERS)]
        for writer in writers:
            writer.start()
        kills = 0
        while time.monotonic() < until - 1:
            time.sleep(chance.uniform(0.1, longest_pause_s))
            family = service.family()
            if family:
                chance.choice(family).kill()
                kills += 1
        for writer in writers:
            writer.join()
        service.wait_ready()
        self.assertGreater(kills, 3)
        return writers

    def assert_kept(self, service, writers):
        reader = service.register("reader")
        seen = reader.get("/user/all").json
        shown = {user["login"]: user for user in seen}
        self.assertEqual(len(shown), len(seen), "a login is there twice")
        self.assertEqual(len({user["id"] for user in seen}), len(seen))
        for writer in writers:
            self.assertEqual(writer.wrong, [])
            for login, allowed in writer.names.items():
                user = shown.get(login)
                self.assertIn(user and user["last_name"], allowed, login)
                if user and login in writer.ids:
                    self.assertEqual(user["id"], writer.ids[login])
            for login in [i for i in writer.ids if i in shown][-3:]:
                service.log_in(login)
        made = sum(len(writer.ids) for writer in writers)
        self.assertGreater(made, 5)

    def check(self, service, longest_pause_s):
        seed = random.randrange(1 << 32)
        with self.subTest(seed=seed):
            self.assert_kept(service, self.write_under_kills(
                service, seed, longest_pause_s))

    def test_changes_are_all_there_once_after_kills_at_random(self):
        self.check(self.start(), longest_pause_s=0.7)

    def test_the_same_on_a_disk_that_is_slow(self):
        """An answer that did not wait for the disk would show here: what Redis
        keeps in its own memory meanwhile dies with it."""
        service = Service()
        service.slow_disk(ms=120)
        self.addCleanup(self.end, service)
        self.check(service.start(), longest_pause_s=1.5)
