"""Random sequences of calls about users and sessions, to two workers on each of
two hosts, against a model of them. MODEL_RUNS=200 tries other sequences, one
after the other, than those of every run."""

import os
import threading
import time
from dataclasses import replace

from support.account_model import Differs, Models, agent_of, make_steps
from support.case import Case
from support.http_client import request
from support.processes import wait_until

RUNS = int(os.environ.get("MODEL_RUNS", 3))
STEPS = 300
SHRINK_S = 25


class Conversation:
    """One connection to each worker of each host."""

    def __init__(self, services):
        self.services = services
        self.workers = [sorted(w.pid for w in service.workers())
                        for service in services]
        self.open = {}

    def connection(self, step):
        """To the worker that the step names."""
        place = (step.host, step.worker)
        while place not in self.open:
            service = self.services[step.host]
            made = service.client().connect()
            pid = service.worker_of(made).pid
            found = (step.host, self.workers[step.host].index(pid))
            if found in self.open:
                made.close()
            else:
                self.open[found] = made
        return self.open[place]

    def ask(self, step, asked):
        method, path, body, token = asked
        connection = self.connection(step)
        connection.send(request(method, path, body, {
            "User-Agent": agent_of(step)}, token))
        return connection.read_answer()

    def close(self):
        for connection in self.open.values():
            connection.close()


class RandomCalls(Case):
    limit_s = 20 * RUNS + SHRINK_S

    def test_random_calls_are_answered_as_the_model_says(self):
        one, two = self.start_two(login_tries=10 ** 6)
        self.conversation = Conversation((one, two))
        self.addCleanup(self.conversation.close)
        self.redis = one.redis()
        self.addCleanup(self.redis.__exit__)
        for seed in range(RUNS):
            steps = make_steps(seed, STEPS)
            failure = self.run_steps(steps)
            if failure:
                steps, failure = self.shrink(steps, failure)
                print(f"seed {seed}, shortest of its sequences that fails:")
                for step in steps:
                    print("   ", " with ".join(map(str, step)))
                self.fail(f"seed {seed}, {len(steps)} steps: {failure[1]}")

    def run_steps(self, steps):
        """(number of the step, what differs), or None."""
        self.redis.ask("FLUSHALL")
        model = Models()
        for number, step in enumerate(steps):
            try:
                self.run_one(model, step)
            except Differs as difference:
                return number, difference
        return None

    def run_one(self, model, steps):
        if steps[-1].kind == "expire":
            return self.expire(model, steps[-1])
        asked = [model.ask(step) for step in steps]
        if None in asked:
            return None  # there is no token yet
        for step, words in zip(steps, asked):
            self.let_the_news_arrive(model, step, words[3])
        if len(steps) == 1:
            answers = [self.conversation.ask(steps[0], asked[0])]
        else:
            answers = self.ask_at_once(steps, asked)
        return model.take(steps, asked, answers)

    def ask_at_once(self, steps, asked):
        """On connections of their own: the steps may name one worker."""
        answers = [None, None]

        def ask(i):
            method, path, body, token = asked[i]
            service = self.conversation.services[steps[i].host]
            answers[i] = service.client().ask(
                method, path, body, {"User-Agent": agent_of(steps[i])}, token)
        threads = [threading.Thread(target=ask, args=(i,)) for i in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    def let_the_news_arrive(self, models, step, token):
        """What another host ended is dead here a moment later; what this one
        ended is dead at once, and is not waited for. After two calls at once it
        may not be sure that it has ended: the host that would have ended it
        knows at once."""
        hosts = {model.ended_by[token] for model in models.fitting
                 if token in model.ended_by}
        if not hosts - {step.host}:
            return
        asked = ("GET", "/user/auth", None, token)
        if not all(token in model.ended_by for model in models.fitting):
            there = replace(step, host=(hosts - {step.host}).pop())
            if self.conversation.ask(there, asked).status != 401:
                return  # it lives: the answer tells which model is right
        end = time.monotonic() + 1
        while self.conversation.ask(step, asked).status != 401:
            if time.monotonic() > end:
                raise Differs("the end of a session is not known here")

    def expire(self, model, step):
        """Redis ends a session, as it does when its time has come."""
        token = model.token(step)
        user = model.owner(token) if token else None
        if not user or len(model.fitting) > 1:
            return  # nobody's, or its number is not sure
        number = user.sessions[token][0]
        key = f"{{user:{user.shown['id']}}}"
        for session in self.redis.keys(f"{key}:session:*"):
            if self.redis.ask("HGET", session, "id") == str(number):
                self.redis.ask("PEXPIRE", session, 1)
                wait_until("it is gone",
                           lambda key=session: not self.redis.ask("EXISTS",
                                                                  key))
        model.end(user, token, None)

    def shrink(self, steps, failure):
        """Leaves out what it fails without, as long as there is time."""
        end = time.monotonic() + SHRINK_S
        steps = steps[:failure[0] + 1]
        size = len(steps) // 2
        while size > 0:
            at = 0
            while at < len(steps) and time.monotonic() < end:
                less = steps[:at] + steps[at + size:]
                found = self.run_steps(less)
                if found:
                    steps, failure = less[:found[0] + 1], found
                else:
                    at += size
            size //= 2
        return steps, failure
