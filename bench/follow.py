"""The rows of bench/ingest on `follow`: lines are appended to the parsed log,
100,000 a second in steps of 10 ms, while somebody looks how far the reports are.
Lag is the age of the oldest line that they do not cover; at first nobody else
reads, then /report/1 is asked at half of the rate that is reached here, and then
a server that answers a constant, instead."""

import threading
import time

from load import Constant, Load, ask, number_of, p99_rows, row, timed

A_SECOND = 100_000
STEP_S = 0.01
LAST_S = 60  # for the last lines to be read
SECONDS = 15  # of each part
PARTS = 3
LINES = PARTS * SECONDS * A_SECOND


class Writer(threading.Thread):
    """Appends lines, and notes when."""

    def __init__(self, path, source, lines, covered):
        super().__init__()
        self.path, self.source, self.left = path, source, lines
        self.written = [(0.0, covered)]  # (when, lines of the log by then)

    def run(self):
        step = int(A_SECOND * STEP_S)
        total, due = self.written[0][1], time.monotonic()
        with open(self.path, "ab", buffering=0) as out:
            while self.left > 0:
                lines = [self.source.readline() for _ in range(step)]
                due += STEP_S
                time.sleep(max(0, due - time.monotonic()))
                out.write(b"".join(lines))
                # An empty line is nothing and is not counted.
                total += sum(line.strip() != b"" for line in lines)
                self.left -= step
                self.written.append((time.monotonic(), total))

    def age(self, covered, now):
        """Of the oldest line that is not covered, in seconds."""
        for when, total in reversed(self.written):
            if total <= covered:
                break
            oldest = when
        else:
            return now - self.written[0][0]
        return now - oldest if self.written[-1][1] > covered else 0


def reports_source(client):
    """What the reports are of."""
    return ask(client, "/report/1")["source"]


def watch(writer, client):
    """Ages while it writes, the time until all is covered after that, and how
    many generations came."""
    ages, jobs = [], set()
    writer.start()
    while writer.is_alive():
        seen = reports_source(client)
        covered = seen["lines"]
        jobs.add(seen["job"])
        ages.append(writer.age(covered, time.monotonic()))
        time.sleep(0.01)
    writer.join()
    end = time.monotonic()
    while reports_source(client)["lines"] < writer.written[-1][1]:
        if time.monotonic() > end + LAST_S:
            raise SystemExit("bench: the reports do not catch up")
        time.sleep(0.005)
    return sorted(ages), time.monotonic() - end, len(jobs)


def settled(client):
    """The lines of the reports when they do not grow any more."""
    covered = -1
    while (now := reports_source(client)["lines"]) != covered:
        covered = now
        time.sleep(2)
    return covered


def measure_lag(service, client, source, what, readers=None):
    """readers: a thread that begins and ends with it"""
    writer = Writer(service.log_path, source, LINES // PARTS, settled(client))
    if readers:
        readers.start()
    with service.redis() as redis:
        before = number_of(redis, "stats", "total_net_input_bytes")
        (ages, rest, jobs), took = timed(lambda: watch(writer, client))
        bytes_in = number_of(redis, "stats", "total_net_input_bytes") - before
    if readers:
        readers.join()
    row(f"`follow`, 100,000 lines a second{what}: age of what is not read yet,"
        " p50, worst",
        f"{ages[len(ages) // 2]:.2f}, {ages[-1]:.2f} s"
        f" (the end of it {rest:.2f} s after it was written)", "1 s")
    row(f"written to Redis{what}", f"{bytes_in / took / 1e6:.2f} MB/s,"
        f" {bytes_in / max(jobs, 1) / 1e3:.0f} KB a parse")


def beside_readers(service, client, source, load, rate, what):
    """Idle and meanwhile, what the load said."""
    settled(client)
    idle, found = load.paced(rate, 5), {}
    readers = threading.Thread(
        target=lambda: found.update(load.paced(rate, SECONDS)))
    measure_lag(service, client, source, what, readers)
    return idle, found


def measure(build, service, lines):
    client = service.start().register()
    while client.get("/report/1").status != 200:
        time.sleep(0.1)
    with open(lines, "rb") as source:
        measure_lag(service, client, source, "")
        load = Load(build, service, client)
        rate = load.most() / 2
        found = beside_readers(service, client, source, load, rate,
                               ", with readers")
        constant = Constant(build, service, client)
        control = beside_readers(service, client, source, constant.load, rate,
                                 ", with readers of a constant server")
        constant.close()
    p99_rows(f"`GET /report/1` at {rate:.0f}/s while that log is followed", "",
             [found])
    p99_rows("the same of a server that answers a constant", "", [control])
    service.stop()
