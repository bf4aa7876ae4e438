"""The record of a parse, as redis-cli shows it: `{logs}:job:<id>`, with a
field `task map <n>` that names the worker of each chunk."""

import re

WORKER = re.compile(r"\[(\d+)\]")


def map_tasks(redis, job):
    """{number of the chunk: pid of its worker}, those taken so far."""
    tasks = {}
    for field, text in redis.hash(f"{{logs}}:job:{job}").items():
        if field.startswith("task map "):
            worker = WORKER.search(text)
            if worker:
                tasks[int(field.split()[2])] = int(worker[1])
    return tasks


def jobs(redis):
    """The ids of all jobs that are remembered."""
    prefix = "{logs}:job:"
    return [key[len(prefix):] for key in redis.keys("{logs}:job:*")
            if key[len(prefix):].isdigit()]
