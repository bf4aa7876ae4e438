"""trawl user add LOGIN: the operator makes users."""

import subprocess

from support.build import program
from support.case import ServiceCase


class UserAdd(ServiceCase):
    settings = {"registration": "closed"}

    def add(self, *arguments, password=b"secret\n"):
        return subprocess.run(
            [program("trawl"), "user", *arguments], input=password,
            cwd=self.service.home, capture_output=True, timeout=20)

    def assert_refused_with(self, done, words):
        self.assertEqual(done.returncode, 2, done)
        self.assertIn(words, done.stderr)
        self.assertEqual(done.stdout, b"")

    def test_makes_a_user_although_registration_is_closed(self):
        done = self.add("add", "ann", "--first-name", "Ann")
        self.assertEqual(done.returncode, 0, done)
        self.assertRegex(done.stdout, rb"^trawl: user \d+\n$")
        token = self.service.log_in("ann", "secret")
        users = self.service.client().get("/user/all", token=token).json
        ann = [user for user in users if user["login"] == "ann"][0]
        self.assertEqual((ann["first_name"], ann["last_name"]), ("Ann", "ann"))

    def test_takes_the_first_line_as_the_password(self):
        for login, text in (("bare", b"secret"), ("lines", b"secret\nmore\n")):
            self.assertEqual(
                self.add("add", login, password=text).returncode, 0)
            self.service.log_in(login, "secret")

    def test_refuses_a_busy_login(self):
        self.assertEqual(self.add("add", "bob").returncode, 0)
        self.assert_refused_with(self.add("add", "bob"), b"Login is busy")

    def test_refuses_what_registration_refuses(self):
        self.assert_refused_with(self.add("add", " eve"), b"blanks")
        self.assert_refused_with(self.add("add", "e\u200bve"), b"Invisible")
        self.assert_refused_with(self.add("add", ""), b"1 to 255")
        self.assert_refused_with(self.add("add", "eve", password=b"\n"),
                                 b"password")
        self.assert_refused_with(self.add("add", "eve", password=b"x" * 1025),
                                 b"password")

    def test_makes_nobody_who_could_not_log_in(self):
        self.assert_refused_with(self.add("add", "eve", password=b"\xff\n"),
                                 b"password: not UTF-8")
        # In its normal form each of them is two characters.
        self.assert_refused_with(self.add("add", "\u0958" * 128), b"1 to 255")

    def test_says_how_it_is_used(self):
        for arguments in ((), ("add",), ("remove", "ann"),
                          ("add", "ann", "--password", "x")):
            self.assert_refused_with(self.add(*arguments), b"usage")

    def test_makes_no_user_of_who_asks_for_help(self):
        for arguments in (("--help",), ("add", "--help"), ("add", "-h")):
            done = self.add(*arguments)
            self.assertEqual((done.returncode, done.stderr), (0, b""))
            self.assertTrue(done.stdout.startswith(b"usage: trawl user"))
            self.assertLess(max(map(len, done.stdout.splitlines())), 81)

    def test_says_that_no_service_runs(self):
        done = subprocess.run(
            [program("trawl"), "user", "add", "ann"], input=b"secret\n",
            cwd=self.service.home, env={"data_dir": self.service.path("none")},
            capture_output=True, timeout=20)
        self.assertEqual(done.returncode, 1, done)
        self.assertIn(b"is the service running?", done.stderr)
