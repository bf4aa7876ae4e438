"""What redis/KEYS.md says of the keys of users and sessions, as a check: they
hold together at any time, whoever died where."""

import re

MAKING_S = 15


def user_ids(redis):
    return {int(match[1]) for key in redis.keys("{user:*}*")
            if (match := re.match(r"\{user:(\d+)\}", key))}


def is_whole(redis, user):
    return redis.ask("HEXISTS", f"{{user:{user}}}", "created_at") == 1


def check(case, redis):
    """At any time. What a dead process may leave behind is allowed: a user
    being made that will expire, a login and an id whose user is gone."""
    for user in user_ids(redis):
        key = f"{{user:{user}}}"
        fields = redis.hash(key)
        if is_whole(redis, user):
            case.assertEqual(redis.ask("TTL", key), -1, key)
            case.assertEqual(redis.ask("GET", f"login:{fields['login']}"),
                             str(user), "a user without its login")
            case.assertEqual(redis.ask("ZSCORE", "users", user), str(user))
            case.assertTrue(fields["password"].startswith("$argon2id$"))
        elif fields:
            case.assertIn(redis.ask("TTL", key), range(MAKING_S + 1),
                          "a half user stays")
        check_sessions(case, redis, user)


def check_sessions(case, redis, user):
    key = f"{{user:{user}}}"
    prefix = f"{key}:session:"
    sessions = {name[len(prefix):] for name in redis.keys(f"{prefix}*")}
    listed = set(redis.ask("ZRANGE", f"{key}:sessions", 0, -1))
    case.assertEqual(sessions, listed, "the list and the sessions differ")
    case.assertLessEqual(set(redis.hash(f"{key}:seen")), listed)
    for digest in sessions:
        case.assertGreater(redis.ask("TTL", prefix + digest), 0)
        case.assertTrue(is_whole(redis, user), "a session without its user")


def expire_half_users(redis):
    """What Redis does by itself a little later."""
    for user in user_ids(redis):
        if not is_whole(redis, user):
            redis.ask("DEL", f"{{user:{user}}}")


def check_healed(case, redis):
    """Once everything has been used again: nothing is left behind."""
    check(case, redis)
    whole = {user for user in user_ids(redis) if is_whole(redis, user)}
    case.assertEqual(user_ids(redis), whole)
    case.assertEqual({int(i) for i in redis.ask("ZRANGE", "users", 0, -1)},
                     whole)
    owners = {int(redis.ask("GET", key)) for key in redis.keys("login:*")}
    case.assertEqual(owners, whole)
