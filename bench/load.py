"""What the rows of bench/ingest have in common: questions, readers, Redis."""

import json
import os
import socket
import statistics
import subprocess
import time

from support.http_client import request

PATIENCE_S = 600


def row(what, measured, asked=""):
    print(f"| {what} | {measured} | {asked} |", flush=True)


def timed(call):
    """What it returns, and the seconds that it took."""
    began = time.perf_counter()
    result = call()
    return result, time.perf_counter() - began


def ask(client, path):
    """The document; an error ends the benchmark."""
    with client.connect() as connection:
        connection.socket.settimeout(PATIENCE_S)
        connection.send(request("GET", path, token=client.token))
        answer = connection.read_answer()
    if answer.status >= 300:
        raise SystemExit(f"bench: {path}: {answer}")
    return answer.json


def place(pids, cpus):
    """All threads of these processes, and what they start, run on these CPUs."""
    for pid in pids:
        for thread in os.listdir(f"/proc/{pid}/task"):
            os.sched_setaffinity(int(thread), cpus)


def number_of(redis, section, name):
    for line in redis.ask("INFO", section).split():
        if line.startswith(name + ":"):
            return int(line.split(":")[1])
    raise SystemExit(f"bench: Redis does not tell {name}")


def used_memory(redis):
    return number_of(redis, "memory", "used_memory")


class Load:
    """Many readers of /report/1 with one token; on `cpus`, if that is set."""

    cpus = None

    def __init__(self, build, service, client, port=None):
        self.program = os.path.join(build, "httpload")
        self.port = port or service.address[1]
        self.tokens = service.path("tokens")
        with open(self.tokens, "w", encoding="ascii") as file:
            file.write(client.token + "\n")

    def run(self, *options):
        said = subprocess.run(
            [self.program, str(self.port), "tokens", self.tokens,
             "path", "/report/1?reader=", *map(str, options)],
            check=True, stdout=subprocess.PIPE,
            preexec_fn=lambda: self.cpus and os.sched_setaffinity(0, self.cpus))
        found = json.loads(said.stdout)
        if not found["ok"]:
            raise SystemExit(f"bench: nobody is answered: {found}")
        return found

    def most(self):
        """Answers a second when everybody asks all the time."""
        return self.run("connections", 64, "seconds", 3)["rate"]

    def paced(self, rate, seconds):
        return self.run("connections", 64, "seconds", seconds, "rate", rate)


class Constant:
    """A server that answers with what the service says of /report/1 now, and does
    nothing else: what it makes its readers wait is the machine's and the load's."""

    def __init__(self, build, service, client):
        body = client.get("/report/1").body
        answer = service.path("constant")
        with open(answer, "wb") as file:
            file.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                       b"Content-Length: %d\r\n\r\n" % len(body) + body)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.process = subprocess.Popen(
            [os.path.join(build, "uvconstant"), str(port), answer])
        self.load = Load(build, service, client, port)
        while not self._answers(port):
            time.sleep(0.01)

    @staticmethod
    def _answers(port):
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", port)) == 0

    def close(self):
        self.process.kill()
        self.process.wait()


class Spinners:
    """While it is entered, as many programs as there are CPUs spin under SCHED_IDLE:
    each takes a CPU that nobody else wants, and gives it to whoever wakes up."""

    def __enter__(self):
        self.programs = [
            subprocess.Popen(
                ["sh", "-c", "while :; do :; done"],
                preexec_fn=lambda: os.sched_setscheduler(
                    0, os.SCHED_IDLE, os.sched_param(0)))
            for _ in os.sched_getaffinity(0)]

    def __exit__(self, *_):
        for program in self.programs:
            program.kill()
            program.wait()


def p99_rows(what, bound, rounds):
    """Rows of rounds of (idle, busy), each what a Load said."""
    idle, busy, late = (statistics.median(r[i][name] for r in rounds)
                        for i, name in ((0, "p99_ms"), (1, "p99_ms"),
                                        (1, "late_p99_ms")))
    ratios = [b["p99_ms"] / i["p99_ms"] for i, b in rounds]
    row(f"{what}: p99 idle, meanwhile (the load generator itself was late by),"
        f" medians of {len(rounds)} rounds",
        f"{idle:.2f}, {busy:.2f} ms ({late:.2f})")
    row(f"{what}: median of the rounds' ratios (half of them between; lowest,"
        " highest)", spread(ratios), bound)


def spread(ratios):
    """The median, and where the others lie."""
    if len(ratios) == 1:
        return f"{ratios[0]:.2f}"
    below, middle, above = statistics.quantiles(ratios, n=4,
                                                method="inclusive")
    return (f"{middle:.2f} ({below:.2f} to {above:.2f};"
            f" {min(ratios):.2f}, {max(ratios):.2f})")
