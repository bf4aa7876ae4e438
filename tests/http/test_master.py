"""The master: one for a directory and a port, replaces what dies, ends
everything when it ends, however it ends."""

import os
import re
import signal
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

from support.build import program
from support.case import Case, ServiceCase
from support.http_client import NoAnswer, request
from support.processes import wait_until
from support.service import PASSWORD, Service
from support.shop_log import visits


class SecondMaster(ServiceCase):
    def refuse(self, words, **settings):
        other = Service()
        self.addCleanup(other.discard)
        process = other.run(**dict(other.settings, **settings))
        self.assertEqual(process.wait(20), 2, other.output())
        for word in words:
            self.assertIn(word, other.output())
        self.assert_status(self.service.client().get("/"), 200)
        self.service.register(f"after{process.pid}")

    def test_on_the_same_directory_says_so_and_harms_nobody(self):
        directory = self.service.path("var")
        self.refuse([directory], data_dir=directory)

    def test_on_the_same_port_says_so_and_harms_nobody(self):
        port = self.service.address[1]
        self.refuse([str(port)], port=port)

    def test_on_a_port_of_somebody_else_says_so(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            self.refuse([str(port)], port=port)


class OpenFiles(Case):
    def limited(self, files):
        """A service, not started, that may have so many."""
        service = Service(visits(seed=1, lines=2000), chunk_size=4096)
        self.addCleanup(service.discard)
        service.starter = ["prlimit", f"--nofile={files}:{files}"]
        return service

    def least(self):
        """What the refusal of too few says."""
        service = self.limited(40)
        process = service.run(**service.settings)
        self.assertEqual(process.wait(20), 2, service.output())
        said = re.search(r"trawl: the limit of open files \(ulimit -n\) is 40, "
                         r"but 2 workers and Redis need (\d+), .*: raise it",
                         service.output())
        self.assertTrue(said, service.output())
        self.assertFalse(os.path.exists(service.path("var")))
        return int(said[1])

    def test_too_few_are_refused_with_what_is_needed_which_is_enough(self):
        service = self.limited(self.least())
        service.start()
        ann = service.register("ann")
        with ThreadPoolExecutor(12) as pool:
            for answer in pool.map(ann.get, ["/parse?full=true"] * 12):
                self.assert_status(answer, 201)
            for answer in pool.map(ann.get, [
                    f"/report/{n % 7 + 1}?from=2018-08-{n % 9 + 1:02}"
                    for n in range(63)]):
                self.assert_status(answer, 200)
        with service.redis() as redis:
            self.assertIn("\nrejected_connections:0\r",
                          redis.ask("INFO", "stats"))
        self.assertEqual(service.stop(), [])


class ClosedDescriptors(Case):
    def test_are_no_numbers_for_files_of_its_own(self):
        """What is printed and logged goes nowhere, least of all into one."""
        service = Service(port=find_port(), debug="true")
        self.addCleanup(self.end, service)
        command = 'exec "$0" <&- >&- 2>&-'
        service.process = subprocess.Popen(
            ["sh", "-c", command, program("trawl")], cwd=service.home,
            env={"PATH": os.environ["PATH"],
                 **{k: str(v) for k, v in service.settings.items()}})
        service.output_path, service.output_from = os.devnull, 0
        service.address = ("127.0.0.1", service.settings["port"])
        service.wait_ready()
        for process in [service.master(), *service.workers()]:
            held = [os.readlink(f"/proc/{process.pid}/fd/{fd}")
                    for fd in range(3)]
            self.assertEqual(held, ["/dev/null"] * 3, process)
        with open(service.path("var/trawl.pid"), encoding="ascii") as file:
            self.assertEqual(file.read(), f"{service.process.pid}\n")


def find_port():
    """One that nobody serves just now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Signals(Case):
    def test_end_everything_with_status_0(self):
        for signum in signal.SIGTERM, signal.SIGINT:
            with self.subTest(signum):
                service = self.start(workers=3)
                service.register("ann")
                family = service.family()
                self.assertEqual(len(family), 4)
                self.assertEqual(service.stop(signum), [])
                self.assertFalse(os.path.exists(
                    service.path("var/redis.sock")))

    def test_hangup_does_not_end_it_under_nohup(self):
        before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
        try:
            service = self.start()
        finally:
            signal.signal(signal.SIGHUP, before)
        service.master().send(signal.SIGHUP)
        time.sleep(0.3)
        self.assert_status(service.client().get("/ready"), 200)

    def test_for_users_end_nobody(self):
        service = self.start()
        family = service.family()
        for process in [service.master(), *family]:
            for signum in signal.SIGUSR1, signal.SIGUSR2:
                process.send(signum)
        time.sleep(0.3)
        self.assert_status(service.client().get("/ready"), 200)
        self.assertEqual({p.pid for p in service.family()},
                         {p.pid for p in family})
        self.assertEqual(service.stop(), [])

    def test_to_the_whole_group_end_it_too(self):
        """Ctrl-C at a terminal reaches every process at once."""
        service = self.start()
        ann = service.register("ann")
        family = service.family()
        for process in family:
            process.send(signal.SIGINT)
        self.assertEqual(service.stop(signal.SIGINT), [])
        service.start()
        ann.address = service.address
        self.assert_status(ann.get("/user/all"), 200)

    def test_let_running_requests_end(self):
        service = self.start(workers=1, password_passes=4,
                             password_memory=64 << 20)
        with service.client().connect() as connection:
            connection.send(request("POST", "/user/auth",
                                    {"login": "a", "password": PASSWORD}))
            service.worker_of(connection)
            time.sleep(0.05)  # so that the request has been read
            service.master().send(signal.SIGTERM)
            self.assert_refused(connection.read_answer(), 401)
            self.assertTrue(connection.is_closed())
        self.assertEqual(service.process.wait(20), 0)

    def test_do_not_wait_for_idle_connections(self):
        service = self.start()
        with service.client().connect() as used, \
                service.client().connect() as unused:
            used.send(request("GET", "/"))
            used.read_answer()
            self.assertEqual(service.stop(), [])
            self.assertTrue(used.is_closed())
            self.assertTrue(unused.is_closed())

    def test_do_not_wait_for_ever_for_a_slow_client(self):
        service = self.start(drain_timeout_ms=300)
        with service.client().connect() as slow:
            slow.send(request("POST", "/", {"n": 1})[:-1])
            service.worker_of(slow)
            self.assertEqual(service.stop(), [])

    def test_during_the_start_leave_nothing(self):
        for wait_s in 0.01, 0.05, 0.1, 0.2:
            with self.subTest(wait_s=wait_s):
                service = Service()
                self.addCleanup(service.discard)
                service.process = service.run(**service.settings)
                time.sleep(wait_s)
                family = service.family()
                service.process.send_signal(signal.SIGTERM)
                # Before the first instruction of main() it is the default
                # action that ends it.
                self.assertIn(service.process.wait(20), (0, -signal.SIGTERM),
                              service.output())
                self.assertEqual([p for p in family if p.is_alive()], [])
                self.assertEqual(service.findings(), [])


class DeadMaster(Case):
    def test_leaves_no_orphan_and_the_next_start_keeps_the_data(self):
        service = self.start()
        ann = service.register("ann")
        family = service.family()
        self.assertGreaterEqual(len(family), 3)
        service.master().kill()
        service.process.wait()
        wait_until("every child has ended",
                   lambda: not any(p.is_alive() for p in family))
        service.start()
        ann.address = service.address
        self.assert_json(ann.get("/user/all"), 200, [ann.user])
        service.register("bob")

    def test_frees_the_port_for_the_next(self):
        service = self.start()
        service.settings["port"] = service.address[1]
        family = service.family()
        service.master().kill()
        service.process.wait()
        wait_until("every child has ended",
                   lambda: not any(p.is_alive() for p in family))
        service.start()
        self.assertEqual(service.address[1], service.settings["port"])
        self.assert_status(service.client().get("/"), 200)


class Workers(Case):
    def replaced(self, service, dead):
        def look():
            now = service.workers()
            return (dead.pid not in [p.pid for p in now] and
                    len(now) == service.settings["workers"])
        wait_until("a new worker", look)

    def test_are_as_many_as_asked_for(self):
        for workers in 1, 3:
            with self.subTest(workers=workers):
                service = self.start(workers=workers)
                self.assertEqual(len(service.workers()), workers)

    def test_are_one_per_cpu_by_default(self):
        service = self.start(workers=0)
        self.assertEqual(len(service.workers()),
                         len(os.sched_getaffinity(0)))

    def test_that_die_are_replaced_and_requests_go_on(self):
        service = self.start()
        ann = service.register("ann")
        for signum in signal.SIGKILL, signal.SIGABRT, signal.SIGTERM:
            with self.subTest(signum):
                dead = service.workers()[0]
                dead.send(signum)
                for _ in range(20):
                    answer = ann.ask_until_answered("GET", "/user/all")
                    self.assert_json(answer, 200, [ann.user])
                self.replaced(service, dead)
                service.wait_ready()

    def test_lose_no_connection_that_nobody_had_accepted(self):
        """The listener outlives its worker: what queues there is served by
        the next one."""
        service = self.start(workers=1)
        [worker] = service.workers()
        worker.pause()
        connections = [service.client().connect() for _ in range(8)]
        try:
            for connection in connections:
                connection.send(request("GET", "/"))
            worker.kill()
            for connection in connections:
                self.assert_status(connection.read_answer(), 200)
        finally:
            for connection in connections:
                connection.close()

    def test_that_hang_leave_no_new_connection_hanging(self):
        """A neighbour serves the listener whose worker has no heartbeat."""
        service = self.start()
        silent = service.workers()[0]
        silent.pause()
        try:
            for _ in range(20):  # the kernel gives about half to the silent
                self.assert_status(service.client().get("/"), 200)
        finally:
            silent.resume()

    def test_that_die_again_and_again_are_still_replaced(self):
        service = self.start(workers=1)
        for _ in range(4):
            [worker] = wait_until("a worker", service.workers)
            worker.kill()
            wait_until("it has ended", lambda: not worker.is_alive())
        service.wait_ready(40)

    def test_that_die_take_only_their_own_requests_with_them(self):
        service = self.start()
        connections = [service.client().connect() for _ in range(12)]
        try:
            for connection in connections:
                connection.send(request("GET", "/"))
                connection.read_answer()
            of = [service.worker_of(c) for c in connections]
            dead = of[0]
            dead.kill()
            for connection, worker in zip(connections, of):
                connection.send(request("GET", "/"))
                if worker.pid == dead.pid:
                    with self.assertRaises(NoAnswer):
                        connection.read_answer()
                else:
                    self.assert_status(connection.read_answer(), 200)
        finally:
            for connection in connections:
                connection.close()
