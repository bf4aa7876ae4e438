"""A Redis that the test runs, with the settings of the private one, and that
it can kill, start again and order about."""

import os
import shutil
import subprocess
import tempfile

from support.clock import Clock
from support.processes import wait_until
from support.redis_client import Redis

CONFIG = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))), "redis", "redis.conf")


class RedisServer:
    def __init__(self, home=None, options=(), has_clock=False):
        """home: a directory to keep its file in, its own when there is none.
        options: of the command line, after those of redis.conf.
        has_clock: one of its own (self.clock)."""
        self.own = None if home else tempfile.mkdtemp(prefix="trawl-test-")
        self.home = home or self.own
        self.options = options
        self.path = os.path.join(self.home, "server.sock")
        self.process = None
        self.environment = dict(os.environ)
        if has_clock:
            self.clock = Clock(os.path.join(self.home, "clock"))
            self.environment.update(self.clock.environment)

    def start(self):
        self.process = subprocess.Popen(
            ["redis-server", CONFIG, "--dir", self.home, "--unixsocket",
             self.path, *self.options],
            env=self.environment, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        wait_until("Redis answers", self._answers)
        return self

    def _answers(self):
        try:
            with self.client() as redis:
                return redis.ask("PING") == "PONG"
        except Exception:  # not listening yet, or loading
            assert self.process.poll() is None, "redis-server has ended"
            return False

    def client(self):
        return Redis(self.path)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def discard(self):
        self.kill()
        if self.own:
            shutil.rmtree(self.own, ignore_errors=True)
