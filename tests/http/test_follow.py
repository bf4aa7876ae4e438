"""follow=true: the reports keep up with the log by themselves."""

import os
import time

from support.case import Case
from support.processes import wait_until
from support.reference import REPORTS, expected
from support.shop_log import visits


class Follow(Case):
    def begin(self, log=None, **settings):
        self.service = self.start(log, follow="true", **settings)
        self.client = self.service.register()

    def wait_for(self, *files):
        """Until the reports are those of the files, oldest first."""
        log = files[0] if len(files) == 1 else files
        wanted = expected(log)

        def are_there():
            answer = self.client.get("/report/1")
            return answer.status == 200 and \
                answer.json["source"]["lines"] == wanted["parse"]["lines"]
        wait_until("the reports are up to date", are_there, 30)
        for n in REPORTS:
            self.assert_report(self.client.get(f"/report/{n}"), wanted[n])

    def wait_for_rest(self, log):
        """Until all that is left to do is to listen."""
        self.wait_for(log)
        time.sleep(1.5)

    def mode_of_parse(self):
        return self.assert_status(self.client.get("/parse"), 201).json["mode"]

    def test_a_log_that_grows(self):
        log, more = visits(70, 300), visits(71, 40)
        self.begin(log)
        self.wait_for(log)
        self.assertEqual(self.mode_of_parse(), "unchanged")
        cut = len(more) // 2
        self.service.append_log(more[:cut])
        self.wait_for(log + more[:cut])
        self.service.append_log(more[cut:])
        self.wait_for(log + more)
        self.assertEqual(self.mode_of_parse(), "unchanged")

    def test_a_log_that_comes_later_than_the_service(self):
        log = visits(72, 50)
        self.begin(logs_file_name="logs/today.txt")
        self.assert_refused(self.client.get("/report/1"), 409)
        os.mkdir(self.service.path("logs"))
        with open(self.service.path("logs/today.txt"), "wb") as file:
            file.write(log)
        self.wait_for(log)

    def test_a_log_that_is_rotated_by_renaming(self):
        old, new = visits(73, 200), visits(74, 50)
        self.begin(old, logs_file_name="logs.txt*")
        self.wait_for(old)
        os.rename(self.service.log_path, self.service.log_path + ".1")
        os.utime(self.service.log_path + ".1", (1, 1))
        with open(self.service.log_path, "wb") as file:
            file.write(new)
        self.wait_for(old, new)
        self.service.append_log(old)
        self.wait_for(old, new + old)

    def test_a_log_that_is_rotated_by_copying(self):
        old, new = visits(75, 200), visits(76, 50)
        self.begin(old, logs_file_name="logs.txt.1,logs.txt")
        with open(self.service.log_path + ".1", "wb"):
            pass
        self.wait_for(old)
        with open(self.service.log_path + ".1", "wb") as file:
            file.write(old)
        with open(self.service.log_path, "r+b") as file:
            file.truncate(0)
            file.write(new)
        self.wait_for(old, new)

    def test_a_log_that_is_replaced(self):
        old, new = visits(77, 200), visits(78, 90)
        self.begin(old)
        self.wait_for(old)
        self.service.write_log(new)
        self.wait_for(new)

    def test_a_log_behind_a_link(self):
        log, more = visits(79, 100), visits(80, 30)
        self.begin()
        os.mkdir(self.service.path("elsewhere"))
        real = self.service.path("elsewhere/real.txt")
        with open(real, "wb") as file:
            file.write(log)
        os.symlink(real, self.service.log_path)
        self.wait_for(log)
        with open(real, "ab") as file:
            file.write(more)
        self.wait_for(log + more)

    def place_link(self, target, name):
        """A link that is there, or leads elsewhere, at once."""
        os.symlink(target, self.service.path("link"))
        os.replace(self.service.path("link"), self.service.path(name))

    def write(self, log, name):
        path = self.service.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(log)

    def test_a_link_to_a_link_that_leads_elsewhere(self):
        log, other = visits(86, 100), visits(87, 130)
        self.begin(logs_file_name="by-name/shop.log")
        self.write(log, "files/1.log")
        self.write(other, "files/2.log")
        for folder in ("by-name", "by-id"):
            os.mkdir(self.service.path(folder))
        self.place_link("../files/1.log", "by-id/0.log")
        self.place_link("../by-id/0.log", "by-name/shop.log")
        self.wait_for_rest(log)
        self.place_link("../files/2.log", "by-id/0.log")
        self.wait_for(other)

    def test_a_folder_above_it_that_another_takes_the_place_of(self):
        log, other = visits(88, 100), visits(89, 130)
        self.begin(logs_file_name="shop/logs/logs.txt")
        self.write(log, "shop/logs/logs.txt")
        self.wait_for_rest(log)
        os.rename(self.service.path("shop"), self.service.path("old"))
        self.write(other, "shop/logs/logs.txt")
        self.wait_for(other)

    def test_a_write_among_more_than_the_kernel_remembers(self):
        log, more = visits(90, 100), visits(91, 30)
        self.begin(log)
        self.wait_for_rest(log)
        with open("/proc/sys/fs/inotify/max_queued_events",
                  encoding="ascii") as limit:
            most = int(limit.read())
        workers = self.service.workers()
        for worker in workers:
            worker.pause()
        try:
            # Writes to one file, one after the other, are one event.
            with open(self.service.path("a"), "wb", 0) as one, \
                    open(self.service.path("b"), "wb", 0) as two:
                for _ in range(most // 2 + 1):
                    one.write(b"x")
                    two.write(b"x")
            self.service.append_log(more)
        finally:
            for worker in workers:
                worker.resume()
        self.wait_for(log + more)

    def test_goes_on_when_workers_die(self):
        log, more = visits(81, 100), visits(82, 20)
        self.begin(log, workers=3)
        self.wait_for(log)
        for _ in range(4):
            for worker in self.service.workers()[:2]:
                worker.kill()
            log += more
            self.service.append_log(more)
            self.wait_for(log)

    def test_goes_on_when_the_one_who_follows_stands_still(self):
        log, more = visits(83, 100), visits(84, 20)
        self.begin(log, task_timeout_ms=500)
        self.wait_for(log)
        for worker in self.service.workers():
            worker.pause()
            self.service.append_log(more)
            log += more
            try:
                # A stopped worker answers nobody: Redis is asked itself.
                with self.service.redis() as redis:
                    wait_until("the log is read", lambda: redis.hash(
                        "{logs}:manifest")["bytes"] == str(len(log)), 30)
            finally:
                worker.resume()

    def test_costs_nothing_while_nothing_is_written(self):
        self.begin(visits(85, 50))
        self.wait_for_rest(visits(85, 50))

        def commands():
            with self.service.redis() as redis:
                info = redis.ask("INFO", "commandstats")
            return sum(int(row.split("calls=")[1].split(",")[0])
                       for row in info.splitlines()
                       if row.startswith("cmdstat_hgetall:"))
        before = commands()
        # Others write to the same folder.
        for i in range(20):
            with open(self.service.path(f"other-{i}"), "wb") as file:
                file.write(b"x")
            time.sleep(0.05)
        self.assertEqual(commands(), before)
