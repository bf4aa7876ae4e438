"""No room is left for the append-only file of Redis."""

from support.case import Case
from support.processes import wait_until
from support.redis_server import RedisServer
from support.reference import REPORTS, expected
from support.service import Service, time_of
from support.shop_log import visits
from support.small_disk import SmallDisk

OLD, LOG = visits(85, 300), visits(86, 6000)
ANSWER_LIMIT_S = 18


class DiskFull(Case):
    def refuse(self, service, disk):
        """Full, the disk refuses the parse and leaves the reports; with room
        again, all is as if nothing had been."""
        service.start()
        client = service.register()
        self.assert_status(client.get("/parse"), 201)
        service.write_log(LOG)
        disk.fill()
        answer, seconds = time_of(lambda: client.get("/parse"))
        self.assertLess(seconds, ANSWER_LIMIT_S)
        self.assert_refused(answer, 503)
        self.assert_reports(client, OLD)
        disk.empty()
        service.wait_ready()
        answer = wait_until("a parse goes through", lambda: done(client))
        self.assertEqual(answer.json["bytes"], len(LOG))
        self.assert_reports(client, LOG)
        self.assert_status(service.register("bob").get("/user/all"), 200)

    def assert_reports(self, client, log):
        for n in REPORTS:  # Redis may be on its way up again
            answer = wait_until(f"report {n}", lambda: ready(client, n))
            self.assert_report(answer, expected(log)[n])

    def test_of_the_private_redis(self):
        service = Service(OLD, chunk_size=64 << 10)
        disk = SmallDisk(service.path("var"))
        self.addCleanup(disk.discard)
        self.addCleanup(self.end, service)
        self.refuse(service, disk)

    def test_of_a_shared_one_that_refuses_writes(self):
        service = Service(OLD, chunk_size=64 << 10, task_timeout_ms=300,
                          secret="0123456789abcdef")
        disk = SmallDisk(service.path("disk"))
        self.addCleanup(disk.discard)
        self.addCleanup(self.end, service)
        server = RedisServer(disk.path, ("--appendfsync", "everysec"))
        self.addCleanup(server.discard)
        server.start()
        service.settings["redis_url"] = f"unix://{server.path}"
        self.refuse(service, disk)


def ready(client, n):
    answer = client.get(f"/report/{n}")
    return answer if answer.status != 503 else None


def done(client):
    answer = client.get("/parse")
    return answer if answer.status == 201 else None
