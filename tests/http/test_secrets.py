"""Passwords and tokens stay where they belong: nothing that anybody can read
shows them, and memory that held a password is wiped."""

import os
import subprocess

from support.build import program
from support.case import Case
from support.http_client import request
from support.processes import wait_until

# Told apart by their endings, found by what they have in common.
MARK = "a-password-that-nobody-may-find"
FIRST, SECOND, WRONG = MARK + "-1", MARK + "-2", MARK + "-3"


def memory_of(pid):
    """Whatever a debugger would see of the heap and the stacks."""
    found = b""
    with open(f"/proc/{pid}/maps") as maps, \
            open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            span, rights, _, _, inode = line.split()[:5]
            low, high = (int(end, 16) for end in span.split("-"))
            if rights.startswith("rw") and inode == "0" and \
                    high - low < 64 << 20:
                try:
                    memory.seek(low)
                    found += memory.read(high - low)
                except OSError:  # a guard page, a device
                    pass
    return found


def command_lines(processes):
    lines = b""
    for process in processes:
        with open(f"/proc/{process.pid}/cmdline", "rb") as file:
            lines += file.read()
    return lines


class Secrets(Case):
    """One service meets every request that carries a secret, taken and refused
    in every way; then everything that it wrote is searched."""

    def setUp(self):
        self.service = self.start(debug="true", login_tries=6, body_limit=4096,
                                  hash_queue_limit=1, hash_slots=1,
                                  body_timeout_ms=300)
        self.answers, self.tokens = [], []

    def ask(self, status, method, path, body=None, token=None, **headers):
        answer = self.service.client().ask(method, path, body, headers,
                                           token=token)
        self.assert_status(answer, status)
        self.answers.append(answer)
        return answer

    def log_in(self, password):
        answer = self.service.client().ask(
            "POST", "/user/auth", {"login": "ann", "password": password})
        self.assert_status(answer, 200)  # the one answer that has a secret
        self.tokens.append(answer.json["Authorization"])
        return self.tokens[-1]

    def make_user(self, **fields):
        return dict({"login": "ann", "password": FIRST, "first_name": "Ann",
                     "last_name": "Lee"}, **fields)

    def take(self):
        """What goes well."""
        self.ask(201, "POST", "/user", self.make_user())
        token, other = self.log_in(FIRST), self.log_in(FIRST)
        for value in token, f"Bearer {token}":
            self.ask(200, "GET", "/user/auth", token=value)
        self.ask(200, "PATCH", "/user/1", {"password": SECOND,
                                           "current_password": FIRST}, token)
        self.ask(401, "GET", "/user/auth", token=other)
        self.ask(200, "POST", "/", {"password": "echoed"})
        return token

    def refuse(self, token):
        self.ask(401, "POST", "/user/auth",
                 {"login": "ann", "password": WRONG})
        self.ask(401, "POST", "/user/auth",
                 {"login": "nobody", "password": WRONG})
        self.ask(400, "PATCH", "/user/1", {"password": WRONG,
                                           "current_password": WRONG}, token)
        self.ask(400, "PATCH", "/user/1", {"password": WRONG}, token)
        self.ask(409, "POST", "/user", self.make_user())
        for body in (b'{"password":"%b",', b'{"password":"%b" "x"}',
                     b'{"%b":1,"%b":2}', b'["%b"]', b'"%b"', b"%b",
                     b'{"login":"%b\xff"}'):
            marks = (WRONG.encode(),) * body.count(b"%b")
            self.ask(400, "POST", "/user/auth", body % marks)
        self.ask(400, "POST", "/user", self.make_user(
            login="eve", password=WRONG * 100, first_name=7))
        self.ask(413, "POST", "/user", self.make_user(password=WRONG * 200))
        self.ask(415, "POST", "/user/auth", WRONG.encode(),
                 **{"Content-Type": "text/plain"})
        self.ask(404, "POST", "/nowhere", self.make_user())
        self.ask(405, "PUT", "/user/auth", self.make_user())
        self.ask(403, "PATCH", "/user/9", {"password": WRONG}, token)
        for wrong in (f"Basic {token}", token + "x", token[:-1],
                      f"{token} {token}", "9" + token):
            self.ask(401, "GET", "/user/auth", token=wrong)
        self.ask(429, "POST", "/user/auth", self.try_often())

    def try_often(self):
        guess = {"login": "guessed", "password": WRONG}
        for _ in range(6):
            self.ask(401, "POST", "/user/auth", guess)
        return guess

    def break_off(self):
        """Half a body: the client goes away, or is too slow."""
        half = request("POST", "/user", self.make_user(password=WRONG))[:-20]
        with self.service.client().connect() as connection:
            connection.send(half)
            answer = connection.read_answer()
            self.assert_status(answer, 408)
            self.answers.append(answer)
        with self.service.client().connect() as connection:
            connection.send(half)

    def overwhelm(self):
        """Redis is away, or too many hashes wait."""
        redis = self.service.redis_server()
        redis.pause()
        try:
            self.ask(503, "POST", "/user/auth",
                     {"login": "ann", "password": WRONG})
            self.ask(503, "POST", "/user", self.make_user(password=WRONG))
        finally:
            redis.resume()
        self.service.wait_ready()

    def add_by_command(self):
        """The operator's way: as long as it runs, `ps` shows no password."""
        with subprocess.Popen([program("trawl"), "user", "add", "eve"],
                              cwd=self.service.home, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT) as process:
            process.stdin.write(WRONG[:-2].encode())
            process.stdin.flush()
            self.shown += command_lines([process])
            out, _ = process.communicate(WRONG[-2:].encode() + b"\n", 20)
            self.assertEqual(process.returncode, 0, out)
            self.shown += out

    def test_are_nowhere_to_be_read(self):
        self.shown = b""
        token = self.take()
        self.refuse(token)
        self.break_off()
        self.overwhelm()
        self.add_by_command()
        everybody = [self.service.master()] + self.service.family()
        self.shown += command_lines(everybody)
        for answer in self.answers:
            self.shown += repr(answer.headers).encode() + answer.body
        for folder, _, files in os.walk(self.service.home):
            for name in files:
                path = os.path.join(folder, name)
                if os.path.isfile(path):
                    with open(path, "rb") as file:
                        self.shown += file.read()
        self.assertIn(b"debug", self.shown)  # it was searched, after all
        self.assertIn(b"$argon2id$", self.shown)
        for secret in [MARK] + [t.split(".")[1] for t in self.tokens]:
            self.assertNotIn(secret.encode(), self.shown)
        self.assert_wiped()

    def assert_wiped(self):
        for process in [self.service.master()] + self.service.workers():
            def is_wiped(process=process):
                return MARK.encode() not in memory_of(process.pid)
            # The last answers leave a moment before their bodies are wiped.
            wait_until(f"{process} holds no password", is_wiped, 5)
