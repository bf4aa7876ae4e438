"""Redis: the private one dies and comes back, a shared one is told by its
URL, and what lies in it explains itself."""

import os
import socket
import subprocess
import threading

from support.case import Case, ServiceCase
from support.http_client import Client, request
from support.processes import wait_until
from support.redis_client import Redis
from support.service import Service, time_of

# Within a second is wanted; the rest is for a busy machine under sanitizers.
AWAY_LIMIT_S = 3


class PrivateRedis(Case):
    def test_that_dies_is_started_again_and_users_are_still_there(self):
        service = self.start()
        ann = service.register("ann")
        for _ in range(2):
            dead = service.redis_server()
            dead.kill()
            wait_until("it has ended", lambda: not dead.is_alive())
            answer, seconds = time_of(lambda: ann.get("/user/all"))
            if answer.status != 200:
                self.assert_refused(answer, 503)
            self.assertLess(seconds, AWAY_LIMIT_S)
            service.wait_ready()
            self.assert_json(ann.get("/user/all"), 200, [ann.user])
        service.register("bob")

    def test_that_is_silent_makes_waiting_requests_503(self):
        service = self.start()
        ann = service.register("ann")
        redis = service.redis_server()
        redis.pause()
        try:
            for path, token in ("/user/all", ann.token), ("/report/1", "x.y"):
                answer, seconds = time_of(
                    lambda: ann.get(path, token=token))
                if answer.status != 401:  # a token of no form needs no Redis
                    self.assert_refused(answer, 503)
                self.assertLess(seconds, AWAY_LIMIT_S)
            answer, seconds = time_of(lambda: service.client().ask(
                "POST", "/user", {"login": "b", "password": "b",
                                  "first_name": "b", "last_name": "b"}))
            self.assert_refused(answer, 503)
            self.assertLess(seconds, AWAY_LIMIT_S)
            self.assert_status(service.client().get("/"), 200)
            self.assert_status(service.client().get("/live"), 200)
            answer = wait_until("/ready is 503", lambda: self.not_ready(
                service))
            self.assert_refused(answer, 503)
        finally:
            redis.resume()
        service.wait_ready()
        self.assert_json(ann.get("/user/all"), 200, [ann.user])

    def not_ready(self, service):
        answer = service.client().get("/ready")
        return answer if answer.status != 200 else None

    def test_killed_under_waiting_requests_makes_each_503(self):
        service = self.start()
        ann = service.register("ann")
        redis = service.redis_server()
        redis.pause()
        connections = [ann.connect() for _ in range(20)]
        try:
            for connection in connections:
                connection.send(request("GET", "/user/all", token=ann.token))
            redis.kill()
            for connection in connections:
                answer = connection.read_answer()
                if answer.status != 200:  # read after Redis had come back
                    self.assert_refused(answer, 503)
        finally:
            for connection in connections:
                connection.close()
        service.wait_ready()

    def test_keeps_its_log(self):
        service = self.start()
        logs = [name for name in os.listdir(service.path("var"))
                if name.endswith(".log")]
        self.assertEqual(len(logs), 1, os.listdir(service.path("var")))
        service.redis_server().kill()
        service.wait_ready()
        with open(service.path("var/" + logs[0]), encoding="utf-8") as file:
            self.assertGreaterEqual(file.read().count("ready to accept"), 2)

    def test_listens_on_no_port(self):
        service = self.start()
        inodes = set()
        pid = service.redis_server().pid
        for fd in os.listdir(f"/proc/{pid}/fd"):
            inodes.add(os.readlink(f"/proc/{pid}/fd/{fd}"))
        for table in "tcp", "tcp6":
            with open(f"/proc/net/{table}", encoding="ascii") as rows:
                for row in rows.readlines()[1:]:
                    fields = row.split()
                    if fields[3] == "0A":
                        self.assertNotIn(f"socket:[{fields[9]}]", inodes)


class SharedRedis(Case):
    """A Redis that somebody else runs: this test."""

    def start_redis(self, home, *options):
        process = subprocess.Popen(
            ["redis-server", "--dir", home, "--save", "", *options],
            stdout=subprocess.DEVNULL, cwd=home)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def run_with(self, url, *options):
        """A service on that Redis; {home} is its directory."""
        service = Service(secret="0123456789abcdef")
        self.addCleanup(self.end, service)
        self.start_redis(service.home, "--unixsocket",
                         service.path("shared.sock"), *options)
        wait_until("Redis listens", lambda: os.path.exists(
            service.path("shared.sock")))
        service.settings["redis_url"] = url.format(home=service.home)
        return service.start()

    def test_is_found_by_unix_socket_and_database(self):
        service = self.run_with("unix://{home}/shared.sock?db=3",
                                "--port", "0")
        self.assertEqual([p.name for p in service.family()
                          if p.name.startswith("redis")], [])
        service.register("ann")
        with Redis(service.path("shared.sock")) as redis:
            self.assertEqual(redis.ask("DBSIZE"), 0)
            redis.ask("SELECT", 3)
            self.assertEqual(redis.keys("login:*"), ["login:ann"])
        self.assertEqual(service.stop(), [])
        with Redis(service.path("shared.sock")) as redis:
            self.assertEqual(redis.ask("PING"), "PONG")  # it is not ours

    def test_is_found_by_port_and_password(self):
        port = free_port()
        service = self.run_with(f"redis://:open%20sesame@127.0.0.1:{port}/1",
                                "--port", str(port), "--bind", "127.0.0.1",
                                "--requirepass", "open sesame")
        service.register("ann")

    def test_serves_two_services_as_one(self):
        one = self.run_with("unix://{home}/shared.sock", "--port", "0")
        two = Service(**one.settings)
        self.addCleanup(self.end, two)
        two.start()
        ann = one.register("ann")
        there = Client(two.address, ann.token)
        self.assert_json(there.get("/user/all"), 200, [ann.user])
        self.assert_empty(ann.ask("DELETE", "/user/auth"))
        wait_until("the token is dead there too",
                   lambda: there.get("/user/all").status == 401)

    def test_that_is_not_there_yet_is_waited_for(self):
        service = Service(secret="0123456789abcdef")
        self.addCleanup(self.end, service)
        path = service.path("late.sock")
        service.settings["redis_url"] = f"unix://{path}"
        starter = threading.Timer(1.0, self.start_redis, (
            service.home, "--port", "0", "--unixsocket", path))
        starter.start()
        self.addCleanup(starter.join)
        service.start()
        service.wait_ready()
        service.register("ann")


class Readable(ServiceCase):
    """What redis-cli shows to a person who has read no manual."""

    @classmethod
    def prepare(cls):
        cls.ann = cls.service.register("ann")

    def test_a_user_is_a_hash_with_names(self):
        with self.service.redis() as redis:
            user = redis.hash(f"{{user:{self.ann.user['id']}}}")
            self.assertEqual(user["login"], "ann")
            self.assertEqual(user["first_name"], "Ann")
            self.assertEqual(user["created_at"], self.ann.user["created_at"])

    def test_a_login_leads_to_its_user(self):
        with self.service.redis() as redis:
            self.assertEqual(redis.ask("GET", "login:ann"),
                             str(self.ann.user["id"]))
            self.assertEqual(redis.ask("ZRANGE", "users", 0, -1),
                             [str(self.ann.user["id"])])

    def test_a_connection_says_whose_it_is(self):
        with self.service.redis() as redis:
            clients = redis.ask("CLIENT", "LIST")
        self.assertIn("name=trawl", clients)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
