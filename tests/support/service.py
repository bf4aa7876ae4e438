"""A trawl of one's own: a fresh directory, a free port, a private Redis."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time

from support.build import program
from support.http_client import Client
from support.processes import (Process, children, owner_of_connection,
                               wait_until)
from support.redis_client import Redis

START_LIMIT_S = 20
STOP_LIMIT_S = 20

# Cheap passwords, so that a case pays for what it tests; two workers, so that
# every case meets more than one.
DEFAULTS = {"port": 0, "workers": 2, "password_passes": 1,
            "password_memory": 8192}
PASSWORD = "correct horse battery staple"


class DidNotStart(Exception):
    pass


class Service:
    def __init__(self, log=None, **settings):
        """log: the bytes of logs.txt, None for no such file."""
        self.home = tempfile.mkdtemp(prefix="trawl-test-")
        self.settings = dict(DEFAULTS, **settings)
        self.log_path = os.path.join(self.home, "logs.txt")
        self.process = self.address = None
        self.programs = []  # folders to look into before those of PATH
        self.starter = []  # a command that becomes the one that follows it
        self.seen = []  # processes of the family, whenever it was asked for
        if log is not None:
            self.write_log(log)

    def path(self, name):
        return os.path.join(self.home, name)

    def slow_disk(self, ms):
        """The private Redis waits so long for each fsync from its next start
        on: its program is a script that loads a library into the real one."""
        folder = self.path("slow")
        os.makedirs(folder)
        script = os.path.join(folder, "redis-server")
        with open(script, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\n"
                       f"SLOW_FSYNC_MS={ms} LD_PRELOAD={program('slow_fsync.so')} "
                       f"exec {shutil.which('redis-server')} \"$@\"\n")
        os.chmod(script, 0o755)
        self.programs = [folder]

    def write_log(self, data):
        """A new file in the place of the old one, as rotation leaves it."""
        with open(self.log_path + ".new", "wb") as file:
            file.write(data)
        os.replace(self.log_path + ".new", self.log_path)

    def append_log(self, data):
        with open(self.log_path, "ab") as file:
            file.write(data)

    def run(self, *arguments, **settings):
        """Starts the program in its directory; nothing of the environment of
        whoever runs the tests reaches it, but the options of sanitizers."""
        environment = {name: value for name, value in os.environ.items()
                       if name == "PATH" or name.endswith("SAN_OPTIONS")}
        environment.update((k, str(v)) for k, v in settings.items())
        environment["PATH"] = os.pathsep.join(
            self.programs + [environment["PATH"]])
        self.output_path = self.path("output")
        with open(self.output_path, "ab") as output:
            self.output_from = output.tell()
            return subprocess.Popen([*self.starter, program("trawl"), *arguments],
                                    cwd=self.home, env=environment,
                                    stdin=subprocess.DEVNULL, stdout=output,
                                    stderr=subprocess.STDOUT)

    def output(self):
        """What the last process that was started has printed so far."""
        with open(self.output_path, "rb") as file:
            file.seek(self.output_from)
            return file.read().decode("utf-8", "replace")

    def start(self):
        self.process = self.run(**self.settings)
        try:
            host, port = wait_until("the address is printed", self._address,
                                    START_LIMIT_S)
        except AssertionError as error:
            self.discard()
            raise DidNotStart(f"{error}: {self.output()[-800:]}") from None
        self.address = (host.strip("[]"), int(port))
        return self

    def _address(self):
        printed = re.search(r"http://([^/\s]+):(\d+)", self.output())
        if not printed and self.process.poll() is not None:
            raise DidNotStart(f"status {self.process.returncode}: "
                              f"{self.output()[-800:]}")
        return printed and printed.groups()

    def stop(self, signum=signal.SIGTERM):
        """Ends it as an operator does. Returns what was wrong with that."""
        family = self.family()
        self.process.send_signal(signum)
        wrong = []
        try:
            status = self.process.wait(STOP_LIMIT_S)
            if status != 0:
                wrong.append(f"ended with status {status}")
        except subprocess.TimeoutExpired:
            wrong.append(f"still there {STOP_LIMIT_S} s after {signum!r}")
        left = [p for p in family if p.is_alive()]
        if left:
            wrong.append(f"left behind: {left}")
        return wrong + self.findings()

    def findings(self):
        """What the sanitizers and the assertions printed."""
        return re.findall(r".*(?:Sanitizer|runtime error|Assertion).*",
                          self.output())

    def discard(self):
        """Ends what is left of it, in any state, and removes its directory."""
        if self.process is not None:
            self.family()
            self.process.kill()
            self.process.wait()
            for process in self.seen:
                process.kill()
        shutil.rmtree(self.home, ignore_errors=True)

    def family(self):
        """The processes that the master started and that live."""
        if self.process.poll() is not None:
            return []
        family = children(self.process.pid)
        self.seen += family
        return family

    def workers(self):
        return [p for p in self.family() if p.name.startswith("trawl")]

    def redis_server(self):
        """The process of the private Redis."""
        found = [p for p in self.family() if p.name.startswith("redis")]
        assert len(found) == 1, f"{found} of {self.family()}"
        return found[0]

    def master(self):
        return Process(self.process.pid)

    def worker_of(self, connection):
        """Which worker serves a connection."""
        def look():
            return owner_of_connection(self.workers(), self.address[1],
                                       connection.local[1])
        return wait_until("a worker accepts the connection", look)

    def redis(self):
        return Redis(self.path("var/redis.sock"))

    def client(self):
        """Somebody without a token."""
        return Client(self.address)

    def register(self, login="ann"):
        """Somebody who has just made an account and logged in."""
        client = self.client()
        user = {"login": login, "password": PASSWORD,
                "first_name": login.title(), "last_name": "Lee"}
        answer = client.ask("POST", "/user", user)
        assert answer.status == 201, answer
        client.user = answer.json
        client.token = self.log_in(login)
        return client

    def log_in(self, login="ann", password=PASSWORD):
        """A new token."""
        answer = self.client().ask("POST", "/user/auth",
                                   {"login": login, "password": password})
        assert answer.status == 200, answer
        return answer.json["Authorization"]

    def wait_ready(self, seconds=20):
        def ask():
            try:
                return self.client().get("/ready").status == 200
            except OSError:
                return False
        return wait_until("GET /ready answers 200", ask, seconds)


def time_of(call):
    """What it returns, and the seconds that it took."""
    began = time.monotonic()
    result = call()
    return result, time.monotonic() - began
