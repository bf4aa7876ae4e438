"""The record of a parse, as redis-cli shows it: `{logs}:job:<number>`, and
`{logs}:job:<number>:tasks`, which names the worker of each task that is done:
`map 3` -> "... [pid] ..."."""

import re

JOB = "{logs}:job:"


def map_tasks(redis, job):
    """{number of the chunk: pid of its worker}, of those done so far."""
    return {int(task.split()[1]): int(re.search(r"\[(\d+)\]", worker)[1])
            for task, worker in redis.hash(f"{JOB}{job}:tasks").items()
            if task.startswith("map ")}


def jobs(redis):
    """The numbers of all jobs that are remembered."""
    names = [key[len(JOB):] for key in redis.keys(f"{JOB}*")]
    return [name for name in names if name.isdigit()]


class Elsewhere:
    """A job of a host that sees other files: it runs as long as the test wants,
    and no worker here touches it."""

    def __init__(self, redis, number=1, **fields):
        self.redis, self.number = redis, number
        self.key = f"{JOB}{number}"
        redis.ask("SET", "{logs}:job", number)
        redis.ask("SET", "{logs}:running", number)
        self.set(state="running", phase="map", mode="incremental", geo="none",
                 source="elsewhere", chunk_size=1, revision=1, keep_s=60,
                 started_ms=1_000_000, alive_ms=9_999_999_999_999, **fields)

    def set(self, **fields):
        self.redis.ask("HSET", self.key,
                       *(word for pair in fields.items() for word in pair))

    def step(self, **fields):
        """The job moves on."""
        self.set(**fields)
        self.redis.ask("HINCRBY", self.key, "revision", 1)

    def end(self, state, **fields):
        """At once, as the scripts do: a job that began in between would lose
        {logs}:running to this one."""
        self.redis.ask("MULTI")
        self.step(state=state, **fields)
        self.redis.ask("DEL", "{logs}:running")
        self.redis.ask("PUBLISH", "{logs}:events", f"{self.number} {state}")
        self.redis.ask("EXEC")
