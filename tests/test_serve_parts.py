"""Parts of the desk on their own: wrong passwords counted, cases held, requests guarded."""

import asyncio
import datetime as dt

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from voterlist.model import Role
from voterlist.render.desk import frame
from voterlist.serve import door, guards
from voterlist.serve.clerk import Holds
from voterlist.serve.door import LOCKED, MOST_WRONG, Guess, Throttle, Visitor, origin_of

NOON = dt.datetime(2026, 2, 3, 12, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
AYSEL = Visitor("token-a", "Aysel", Role.ANALYST)
NIGAR = Visitor("token-n", "Nigar", Role.ANALYST)


# The page


def test_the_served_desk_speaks_of_no_file_to_save():
    """Its help said that decisions stay in the browser until they are saved and read in."""
    in_file, served = frame("en", script="1"), frame("en")
    for said in ("desk.help.saved", "desk.key.export"):
        assert (said in in_file, said in served) == (True, False)
    assert "desk.key.withdraw" in served


# Wrong passwords


SOMEBODY = Guess("a", "1")


def wrong(counted, times, guess=SOMEBODY, moment=NOON):
    """What each of so many wrong passwords is told: whether the journal has a line."""
    told = []
    for _ in range(times):
        counted.begin(guess, moment)
        told.append(counted.failed(guess))
    return told


def right(counted, guess, moment=NOON):
    """A right password."""
    assert counted.begin(guess, moment) == 0
    counted.succeeded(guess)


def test_the_last_wrong_password_alone_is_told_to_lock():
    """The journal would have a line too many, or none."""
    assert wrong(Throttle(), MOST_WRONG["pair"] + 1) == [False] * 9 + [True, False]


def test_a_password_counts_before_it_is_tried():
    """Of forty that come at once all would be tried."""
    counted = Throttle()
    tried = [counted.begin(SOMEBODY, NOON) == 0 for _ in range(40)]
    assert sum(tried) == MOST_WRONG["pair"]


def test_a_stranger_locks_nobody_out_where_they_logged_in_before():
    """Ten wrong passwords every quarter of an hour would keep the chair out for ever."""
    counted = Throttle()
    device, office, home = (
        Guess("chair", "9", "device"),
        Guess("chair", "1"),
        Guess("chair", "2"),
    )
    right(counted, office)
    for number in range(10, 20):
        wrong(counted, MOST_WRONG["pair"], Guess("chair", str(number)))
    assert counted.wait(home, NOON) > 0, "a name is guessed from many addresses"
    assert counted.wait(office, NOON) == 0
    assert counted.wait(device, NOON) == 0
    for number in range(10):
        wrong(counted, MOST_WRONG["pair"], Guess(f"n{number}", "9"))
    assert counted.wait(Guess("chair", "9"), NOON) > 0
    assert counted.wait(device, NOON) == 0
    wrong(counted, MOST_WRONG["device"], device)
    assert counted.wait(device, NOON) > 0, "a stolen device guesses for ever"


def test_who_logs_in_is_forgiven_and_the_address_is_not():
    """One good log-in between the guesses would let an address guess for ever."""
    counted = Throttle()
    own = Guess("own", "1")
    for number in range(MOST_WRONG["address"] - 1):
        wrong(counted, 1, Guess(f"n{number}", "1"))
        right(counted, own)
    wrong(counted, 1, Guess("last", "1"))
    assert counted.wait(own, NOON) > 0
    assert counted.wait(Guess("own", "2"), NOON) == 0


def test_people_of_one_address_who_log_in_are_not_counted():
    """The sixtieth analyst of an office in the morning would be kept out."""
    counted = Throttle()
    for number in range(2 * MOST_WRONG["address"]):
        right(counted, Guess(f"n{number}", "1"))
    assert counted.wait(Guess("n", "1"), NOON) == 0


def test_a_count_begins_anew_after_its_time():
    """Nine slips in a year would lock a name with the tenth."""
    counted = Throttle()
    wrong(counted, MOST_WRONG["pair"] - 1)
    assert wrong(counted, 1, moment=NOON + LOCKED) == [False]
    assert counted.wait(SOMEBODY, NOON + LOCKED) == 0


def test_a_clock_that_was_set_back_locks_nobody_for_longer():
    """Everybody would be out for as many days as the clock was ahead."""
    counted = Throttle()
    wrong(counted, MOST_WRONG["pair"])
    yesterday = NOON - dt.timedelta(days=1)
    assert counted.wait(SOMEBODY, yesterday) == LOCKED.total_seconds()


def test_where_too_many_are_counted_the_oldest_are_forgotten(monkeypatch):
    """A guesser would be forgotten at once, where others were guessed before."""
    monkeypatch.setattr(door, "_MOST_COUNTED", 6)
    counted = Throttle()
    for number in range(5):
        wrong(counted, 1, Guess(f"n{number}", f"address{number}"))
    newest = Guess("newest", "address")
    wrong(counted, MOST_WRONG["pair"], newest)
    assert counted.wait(newest, NOON) > 0


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:10.0.0.1", "::ffff:10.0.0.2", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.2", False),
        ("fe80::1%eth0", "fe80::2%eth0", True),
        ("", "localhost", False),
    ],
)
def test_who_has_many_addresses_is_one_guesser(one, other, is_same):
    """A subscriber has 2^64 addresses of IPv6, each with ten guesses of its own."""
    assert (origin_of(one) == origin_of(other)) is is_same


# Cases that somebody has open


def test_a_case_is_its_holders_until_the_time_is_over():
    """Somebody who went home would keep a case for ever, or lose it under their hands."""
    holds = Holds(10)
    assert holds.take("c", AYSEL, NOON) is None
    assert holds.take("c", NIGAR, NOON + 9 * MINUTE) == "Aysel"
    assert holds.take("c", AYSEL, NOON + 9 * MINUTE) is None
    assert holds.by("c", NOON + 18 * MINUTE) == "Aysel"
    assert holds.by("c", NOON + 19 * MINUTE) is None


def test_a_clock_that_was_set_back_frees_a_case_too():
    """A case would be held for as many hours as the clock was wrong."""
    holds = Holds(10)
    holds.take("c", AYSEL, NOON)
    assert holds.by("c", NOON - 9 * MINUTE) == "Aysel"
    assert holds.by("c", NOON - 11 * MINUTE) is None


def test_who_takes_a_case_leaves_the_one_before_and_no_other_persons():
    """One person would hold all that they ever looked at, or free what others read."""
    holds = Holds(10)
    holds.take("a", AYSEL, NOON)
    holds.take("n", NIGAR, NOON)
    holds.take("b", AYSEL, NOON)
    assert holds.all(NOON) == {"b": "Aysel", "n": "Nigar"}
    holds.free(NIGAR.token)
    holds.drop("b")
    assert holds.all(NOON) == {}


# What every request passes


def asked(method, path, *, scheme="http", **request):
    """The answer of a guarded application that gives back what it was sent."""

    async def echo(request):
        return PlainTextResponse(await request.body())

    guarded = guards.Guards(
        Starlette(routes=[Route("/", echo, methods=["GET", "POST"])]),
        scheme=scheme,
        hosts=frozenset({"desk"}),
        bodies=guards.Bodies(),
        sentences=dict.fromkeys(guards.STATUSES, "no"),
    )

    async def ask():
        transport = httpx.ASGITransport(guarded)
        base = f"{scheme}://desk"
        async with httpx.AsyncClient(transport=transport, base_url=base) as client:
            return await client.request(method, path, **request)

    return asyncio.run(ask())


OWN = {"Origin": "http://desk", "Content-Type": guards.JSON}


def test_nothing_that_a_page_shows_is_kept_by_the_browser():
    """Names would lie in the cache of a computer that others use."""
    assert asked("GET", "/").headers["cache-control"] == "no-store"


def test_no_script_runs_but_those_of_the_desk():
    """A name with a script in it would decide cases."""
    policy = asked("GET", "/").headers["content-security-policy"].split("; ")
    assert "script-src 'self'" in policy
    assert "default-src 'none'" in policy


def test_with_a_certificate_the_browser_never_asks_without():
    """Whoever stands between would get the first request in the clear."""
    header = "strict-transport-security"
    assert "max-age=" in asked("GET", "/", scheme="https").headers[header]
    assert header not in asked("GET", "/").headers


@pytest.mark.parametrize(("more", "status"), [(0, 200), (1, 413)])
def test_a_body_has_a_limit_to_the_byte(more, status):
    """Memory would be filled by whoever asks."""
    content = b"x" * (guards._MOST_BYTES + more)
    try:
        answer = asked("POST", "/", content=content, headers=OWN).status_code
    except httpx.HTTPStatusError as error:
        answer = error.response.status_code
    assert answer == status
