"""The command line, the environment and `.env`: what is malformed starts
nothing."""

import os
import re
import stat
import subprocess

from support.build import program
from support.case import Case
from support.service import Service

MALFORMED = {  # each is refused by itself, whatever the others are
    "host": ["", "no such host", "1.2.3.4.5.6", "203.0.113.7"],
    "port": ["", "x", "-1", "65536", "80.0", " 80", "0x50", "9" * 30],
    "workers": ["x", "-1", "257"],
    "debug": ["yes", "2", "", "TRUE!"],
    "secret": ["short", "x" * 15],
    "geoip_database": ["missing.mmdb", "/dev/null", "/"],
    "redis_url": ["localhost:6379", "http://localhost", "redis://",
                  "redis://localhost:0", "redis://localhost:6379/x",
                  "unix://", "unix:///x?db=y", "rediss://localhost"],
    "logs_file_name": [",", "a,,b", "a, ", ",a"],
    "session_ttl": ["0", "-1", "x", "31536001"],
    "registration": ["", "half", "Open"],
    "trusted_proxies": ["x", "10.0.0.0/33", "::/129", "10.0.0.1/8/8"],
    "follow": ["maybe"],
    "body_limit": ["0", "x", "99999999999"],
    "header_limit": ["1"],
    "target_limit": ["1"],
    "head_timeout_ms": ["0", "1s"],
    "password_memory": ["8191"],
    "password_passes": ["0"],
    "chunk_size": ["0", "-1", "1k"],
    "task_timeout_ms": ["99"],
}
HIDDEN = {"secret", "redis_url"}  # may hold a password


class SettingsCase(Case):
    def setUp(self):
        self.service = Service()
        self.addCleanup(self.service.discard)

    def run_to_end(self, *arguments, **settings):
        """Exit status and output of a run that is expected to end."""
        process = self.service.run(*arguments, **settings)
        try:
            status = process.wait(20)
        finally:
            process.kill()
            process.wait()
        return status, self.service.output()

    def env_file(self, text):
        with open(self.service.path(".env"), "w", encoding="utf-8") as file:
            file.write(text)


class Malformed(SettingsCase):
    def refuse(self, name, value, **settings):
        """The run ends at once, and its words lead to the setting."""
        status, output = self.run_to_end(**settings)
        self.assertEqual(status, 2, output)
        self.assertIn(name, output)
        if name not in HIDDEN:
            self.assertIn(value, output)
        self.assertFalse(os.path.exists(self.service.path("var/redis.sock")),
                         "Redis was started")

    def test_value_is_refused_by_name_and_value(self):
        for name, values in MALFORMED.items():
            for value in values:
                with self.subTest(name, value=value):
                    settings = {"port": 0, "secret": "x" * 32, name: value}
                    self.refuse(name, value, **settings)

    def test_value_that_may_hold_a_password_is_not_shown(self):
        for name, value in (("secret", "hunter2"),
                            ("redis_url", "redis://u:hunter2@host:0")):
            with self.subTest(name):
                status, output = self.run_to_end(**{"port": 0, name: value})
                self.assertEqual(status, 2, output)
                self.assertIn(name, output)
                self.assertNotIn("hunter2", output)

    def test_value_in_the_file_is_refused_too(self):
        self.env_file("port=x1\n")
        self.refuse("port", "x1")

    def test_line_of_the_file_is_refused(self):
        self.env_file("just words\n")
        status, output = self.run_to_end(port=0)
        self.assertEqual(status, 2, output)
        self.assertIn(".env", output)

    def test_secret_is_required_with_a_shared_redis(self):
        status, output = self.run_to_end(port=0, redis_url="redis://h:1")
        self.assertEqual(status, 2, output)
        self.assertIn("secret", output)

    def test_argument_is_refused(self):
        for arguments in ["--verbose"], ["serve"], ["--help", "me"]:
            with self.subTest(arguments):
                status, output = self.run_to_end(*arguments, port=0)
                self.assertEqual(status, 2, output)
                self.assertTrue(output)


class Environment(Case):
    def service_with(self, env_file, **settings):
        service = Service()
        self.addCleanup(self.end, service)
        with open(service.path(".env"), "w", encoding="utf-8") as file:
            file.write(env_file)
        service.settings.update(settings)
        return service

    def test_wins_over_the_file(self):
        service = self.service_with(
            "# a comment\n\nworkers = 7\nexport registration=closed\n"
            'session_ttl="60"\n', workers=1).start()
        self.assertEqual(len(service.workers()), 1)
        self.assert_refused(service.client().ask("POST", "/user", {}), 403)

    def test_file_counts_where_the_environment_is_silent(self):
        service = self.service_with("workers=3\nregistration=closed\n")
        del service.settings["workers"]
        service.start()
        self.assertEqual(len(service.workers()), 3)
        self.assert_refused(service.client().ask("POST", "/user", {}), 403)

    def test_of_anybody_else_is_no_matter(self):
        service = self.service_with("LANG=C\nother_program=yes\n",
                                    OTHER="x", PORT="77")
        service.start()
        self.assert_status(service.client().get("/"), 200)


class Words(SettingsCase):
    def test_help_shows_every_setting_and_its_default(self):
        status, output = self.run_to_end("--help")
        self.assertEqual(self.run_to_end("-h"), (status, output))
        self.assertEqual(status, 0, output)
        for name in MALFORMED:
            self.assertRegex(output, rf"(?m)^\s*{name}\b", name)
        for text in "127.0.0.1", "8000", "86400", "logs.txt", "trawl report":
            self.assertIn(text, output)
        self.assertLess(max(map(len, output.splitlines())), 81)

    def test_version_is_one_line(self):
        status, output = self.run_to_end("--version")
        self.assertEqual(status, 0, output)
        self.assertRegex(output, r"^trawl \d+\.\d+\.\d+\n$")

    def test_of_a_full_disk_is_not_silent(self):
        for option in "--help", "--version":
            with self.subTest(option), open("/dev/full", "wb") as full:
                done = subprocess.run([program("trawl"), option], stdout=full,
                                      stderr=subprocess.PIPE, check=False)
                self.assertEqual(done.returncode, 1)
                self.assertIn(b"standard output: cannot be written",
                              done.stderr)

    def test_help_starts_nothing_even_with_a_bad_setting(self):
        status, output = self.run_to_end("--help", port="x")
        self.assertEqual(status, 0, output)
        self.assertFalse(os.path.exists(self.service.path("var")))


class DataDir(Case):
    def mode(self, path):
        return stat.S_IMODE(os.stat(path).st_mode)

    def test_is_for_its_owner_alone(self):
        service = self.start()
        self.assertEqual(self.mode(service.path("var")), 0o700)
        self.assertTrue(os.path.exists(service.path("var/redis.sock")))
        private = [f for f in os.listdir(service.path("var"))
                   if "secret" in f]
        self.assertEqual(len(private), 1, os.listdir(service.path("var")))
        self.assertEqual(self.mode(service.path("var/" + private[0])), 0o600)

    def test_keeps_the_secret_so_that_tokens_outlive_a_restart(self):
        service = self.start()
        ann = service.register("ann")
        self.assertEqual(service.stop(), [])
        service.start()
        ann.address = service.address
        self.assert_status(ann.get("/user/all"), 200)

    def test_tokens_of_another_secret_open_nothing(self):
        service = self.start(secret="0123456789abcdef")
        ann = service.register("ann")
        self.assertEqual(service.stop(), [])
        service.settings["secret"] = "fedcba9876543210"
        service.start()
        ann.address = service.address
        self.assert_refused(ann.get("/user/all"), 401)
        service.log_in("ann")

    def test_with_a_cut_secret_is_refused(self):
        service = self.start()
        self.assertEqual(service.stop(), [])
        [name] = [f for f in os.listdir(service.path("var")) if "secret" in f]
        with open(service.path("var/" + name), "wb") as file:
            file.write(b"x")
        process = service.run(**service.settings)
        self.assertEqual(process.wait(20), 2, service.output())
        self.assertIn(name, service.output())


class Address(Case):
    def test_is_printed_with_the_port_that_was_chosen(self):
        service = self.start()
        found = re.findall(r"(?m)^trawl: http://127\.0\.0\.1:(\d+)",
                           service.output())
        self.assertEqual(found, [str(service.address[1])])
        self.assertGreater(service.address[1], 0)

    def test_may_be_ipv6(self):
        service = self.start(host="::1")
        self.assertRegex(service.output(), r"http://\[::1\]:\d+")
        self.assert_status(service.client().get("/"), 200)

    def test_may_be_a_name(self):
        service = self.start(host="localhost")
        self.assert_status(service.client().get("/"), 200)


class BareProgram(SettingsCase):
    def test_needs_nothing_but_the_tables_beside_it(self):
        """Started from elsewhere, by a relative path, it finds them."""
        self.assertTrue(os.path.exists(program("geo.tables")))
        os.symlink(program("trawl"), self.service.path("trawl"))
        status, output = self.run_to_end("--version")
        self.assertEqual(status, 0, output)
