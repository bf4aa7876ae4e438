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
