"""What was acknowledged survives a kill -9 of Redis and of workers."""

import random
import threading
import time

from support.case import Case
from support.http_client import NoAnswer
from support.service import PASSWORD

SECONDS = 8
WRITERS = 4


class Acknowledged(Case):
    def write(self, service, name, until, made, wrong):
        """Users, one after the other; the ids of those that got a 201."""
        number = 0
        while time.monotonic() < until:
            number += 1
            login = f"{name}-{number}"
            try:
                answer = service.client().ask("POST", "/user", {
                    "login": login, "password": PASSWORD,
                    "first_name": "Ann", "last_name": "Lee"})
            except (OSError, NoAnswer):
                continue  # the worker was killed: nothing was acknowledged
            if answer.status == 201:
                made[login] = answer.json["id"]
            elif answer.status != 503:
                wrong.append(answer)

    def test_users_are_all_there_once_after_kills_at_random(self):
        seed = random.randrange(1 << 32)
        chance = random.Random(seed)
        service = self.start()
        made, wrong = {}, []
        until = time.monotonic() + SECONDS
        writers = [threading.Thread(target=self.write,
                                    args=(service, f"w{n}", until, made,
                                          wrong))
                   for n in range(WRITERS)]
        for writer in writers:
            writer.start()
        kills = 0
        while time.monotonic() < until - 1:
            time.sleep(chance.uniform(0.1, 0.7))
            family = service.family()
            if family:
                chance.choice(family).kill()
                kills += 1
        for writer in writers:
            writer.join()
        service.wait_ready()
        with self.subTest(seed=seed):
            self.assertEqual(wrong, [])
            self.assertGreater(len(made), 5)
            self.assertGreater(kills, 5)
            self.assertEqual(len(set(made.values())), len(made))
            reader = service.register("reader")
            seen = reader.get("/user/all").json
            self.assertEqual(len({user["login"] for user in seen}), len(seen))
            listed = {user["login"]: user["id"] for user in seen}
            self.assertEqual({login: listed.get(login) for login in made},
                             made)
            for login in chance.sample(sorted(made), 5):
                service.log_in(login)
