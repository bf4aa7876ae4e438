"""Connections are spread evenly over the workers, also a few long ones."""

from collections import Counter

from support.case import Case
from support.http_client import request
from support.processes import has_connections, wait_until


class Spread(Case):
    def start_whole(self, workers):
        """A service all of whose workers live: the first one answers already
        when the address is printed."""
        service = self.start(workers=workers)
        names = {f"name=trawl-worker-{slot}" for slot in range(workers)}
        with service.redis() as redis:
            wait_until("all workers are there", lambda: names <= set(
                redis.ask("CLIENT", "LIST").split()))
        return service

    def open(self, service, count):
        """Connections that stay, one after the other, each served; those of
        before are gone."""
        wait_until("nobody is connected",
                   lambda: not has_connections(service.address[1]))
        connections = []
        for _ in range(count):
            connection = service.client().connect()
            connections.append(connection)
            self.addCleanup(connection.close)
            connection.send(request("GET", "/"))
            self.assert_status(connection.read_answer(), 200)
        return connections

    def counts(self, service, connections):
        workers = Counter(service.worker_of(c).pid for c in connections)
        return sorted(workers.values())

    def test_a_few_long_connections(self):
        for workers in 2, 3:
            service = self.start_whole(workers)
            for _ in range(4):
                connections = self.open(service, 2 * workers)
                self.assertEqual(self.counts(service, connections),
                                 [2] * workers)
                for connection in connections:
                    connection.close()
            self.assertEqual(service.stop(), [])

    def test_all_of_them_are_served_when_a_worker_dies(self):
        service = self.start_whole(2)
        connections = self.open(service, 8)
        dead = service.worker_of(connections[0])
        left = [c for c in connections
                if service.worker_of(c).pid != dead.pid]
        dead.kill()
        for _ in range(8):
            self.assert_status(service.client().get("/"), 200)
        for connection in left:
            connection.send(request("GET", "/"))
            self.assert_status(connection.read_answer(), 200)

    def test_many(self):
        service = self.start_whole(2)
        few, many = self.counts(service, self.open(service, 200))
        self.assertLessEqual(many, few + 1 + few // 8 + 1)
