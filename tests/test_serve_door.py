"""The door of the desk: who comes in, who is kept out, and what every answer carries."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import json
import socket
import sqlite3
import ssl
import sys
from contextlib import closing

import httpx
import pytest

import desks
import ledger_places
import processes
import workspaces
from command_line import started, told
from voterlist.catalogue import catalogue
from voterlist.config.sections import DeskSettings
from voterlist.errors import UsageError
from voterlist.model import Level, Role
from voterlist.pipeline.inbox import make_workspace
from voterlist.serve.clerk import Clerk
from voterlist.serve.door import (
    Door,
    add_user,
    change_password,
    digest_of,
    has_password,
    list_users,
    remove_user,
    secret_of,
)
from voterlist.serve.guards import Address, Refusal
from voterlist.storage.ledger import Ledger, reading, verify
from voterlist.storage.ledger.base import schema_of
from voterlist.upkeep.journals import JournalFilter, read_journal

DAY = dt.date(2026, 2, 6)
NOON = dt.datetime(2026, 2, 6, 12, tzinfo=dt.UTC)
HOSTILE = '<img src=x onerror="alert(1)">'


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return new_workspace(tmp_path_factory.mktemp("desk") / "workspace")


def new_workspace(folder):
    """A workspace with a run, at whose desk two people may work."""
    workspaces.finished(folder)
    for name, role in (("Aysel", Role.ANALYST), (HOSTILE, Role.CHAIR)):
        add_user(folder, name, role, desks.PASSWORD, today=DAY)
    return folder


@pytest.fixture(scope="module")
def desk(workspace):
    with desks.running(workspace) as running:
        yield running


def events(workspace):
    return [line.event for line in read_journal(workspace, JournalFilter())]


# Who may come in


def test_users_are_added_listed_and_removed(tmp_path):
    """Or nobody could work; a second one of the same name would answer for another person."""
    make_workspace(tmp_path, cycle="2026", level=Level.CONEC)
    add_user(tmp_path, "  Aysel   Quliyeva ", Role.CHAIR, desks.PASSWORD, today=DAY)
    with pytest.raises(UsageError) as error:
        add_user(tmp_path, "aysel quliyeva", Role.ANALYST, desks.PASSWORD, today=DAY)
    assert error.value.code == "user-taken"
    (user,) = list_users(tmp_path)
    assert (user.name, user.role, user.until) == ("Aysel Quliyeva", "chair", None)
    assert has_password(user.secret, desks.PASSWORD)
    assert desks.PASSWORD not in user.secret
    change_password(tmp_path, "Aysel Quliyeva", "another good sentence", today=DAY)
    (user,) = list_users(tmp_path)
    assert not has_password(user.secret, desks.PASSWORD)
    remove_user(tmp_path, "Aysel Quliyeva", today=DAY)
    (user,) = list_users(tmp_path)
    assert user.until == "2026-02-06"
    with pytest.raises(UsageError):
        remove_user(tmp_path, "Aysel Quliyeva", today=DAY)
    add_user(tmp_path, "Aysel Quliyeva", Role.ANALYST, desks.PASSWORD, today=DAY)
    (user,) = list_users(tmp_path)
    assert (user.role, user.until) == ("analyst", None)
    assert verify(tmp_path / "ledger.db").fits
    lines = read_journal(tmp_path, JournalFilter())
    done = [line.details["action"] for line in lines if line.event == "users"]
    assert done == ["added", "password", "removed", "added"]
    assert "argon2" not in str(lines)


@pytest.mark.parametrize(
    ("name", "password", "code"),
    [
        ("", desks.PASSWORD, "user-name"),
        ("a\u202eb", desks.PASSWORD, "user-name"),
        ("a" * 81, desks.PASSWORD, "user-name"),
        ("Aysel", "short", "password-length"),
        ("Aysel", "a" * 257, "password-length"),
        ("Aysel", "aaaaaaaaaaaaaa", "password-easy"),
        ("Aysel Quliyeva", "aysel quliyeva", "password-easy"),
    ],
)
def test_bad_names_and_passwords_are_refused(tmp_path, name, password, code):
    make_workspace(tmp_path, cycle="2026", level=Level.CONEC)
    with pytest.raises(UsageError) as error:
        add_user(tmp_path, name, Role.ANALYST, password, today=DAY)
    assert error.value.code == code
    assert list_users(tmp_path) == []


def test_the_commands_of_users(tmp_path):
    make_workspace(tmp_path, cycle="2026", level=Level.CONEC)
    desks.add_user(tmp_path, "Aysel", "operator")
    code, said = told("user", "list", tmp_path)
    assert code == 0
    (user,) = said["users"]
    assert (user["name"], user["role"]) == ("Aysel", "operator")
    # Its standard input is empty.
    unasked = started("user", "password", tmp_path, "Aysel")
    assert unasked.returncode == 2


def test_users_of_an_earlier_ledger_stay_and_a_clerk_may_come(tmp_path):
    """Whoever worked at the desk would be nobody, or the new role would be refused."""
    make_workspace(tmp_path, cycle="2026", level=Level.CONEC)
    add_user(tmp_path, "Aysel", Role.CHAIR, desks.PASSWORD, today=DAY)
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as base, base:
        base.execute("ALTER TABLE users RENAME TO former")
        base.execute(schema_of(8)["table users"].partition(": ")[2])
        base.execute("INSERT INTO users SELECT * FROM former")
        base.execute("DROP TABLE former")
        base.execute("PRAGMA user_version = 8")
    assert [user.role for user in list_users(tmp_path)] == [Role.CHAIR]
    add_user(tmp_path, "Nigar", Role.CLERK, desks.PASSWORD, today=DAY)
    users = {user.name: user.role for user in list_users(tmp_path)}
    assert users == {"Aysel": Role.CHAIR, "Nigar": Role.CLERK}
    assert verify(tmp_path / "ledger.db").fits


# The way in and out


def test_whoever_is_not_logged_in_sees_nothing(desk):
    client = desk.visitor()
    answer = client.get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert client.get("/login").status_code == 200
    assert client.get("/api/desk").status_code in {401, 404}


def test_a_language_and_a_machine_are_known_for_a_year(desk):
    """People would be asked for their language anew, or be strangers again to the door."""
    client = desk.visitor("aysel")
    client.get("/login?lang=az")
    year = dt.timedelta(days=365).total_seconds()
    kept = [cookie.expires for cookie in client.cookies.jar if not cookie.discard]
    assert len(kept) == 2
    now = dt.datetime.now(dt.UTC).timestamp()
    assert all(0 <= now + year - expires < 60 for expires in kept)


def session_of(client):
    """The cookie that goes when the browser is closed."""
    (cookie,) = [one for one in client.cookies.jar if one.discard]
    return cookie


def test_who_logs_in_gets_a_session_that_is_stored_nowhere(desk, workspace):
    client = desk.visitor("aysel")
    home = client.get("/")
    assert home.status_code == 200
    for cookie in client.cookies.jar:
        assert cookie.has_nonstandard_attr("HttpOnly")
        assert cookie.get_nonstandard_attr("SameSite") == "strict"
    cookie = session_of(client)
    assert cookie.value.encode() not in (workspace / "ledger.db").read_bytes()
    again = desks.log_in(client, "Aysel")
    assert again.status_code == 303
    other = session_of(client)
    assert other.value != cookie.value
    old = desk.visitor(cookies={cookie.name: cookie.value})
    assert old.get("/").status_code == 303, "the session of before goes on"
    assert client.post("/logout", data={"leave": "1"}).status_code == 303
    late = desk.visitor(cookies={other.name: other.value})
    assert late.get("/").headers["location"] == "/login"
    assert {"desk-login", "desk-logout"} <= set(events(workspace))


def test_who_writes_the_ledger_plants_no_session(tmp_path):
    """A row in the table of sessions let its writer in as the chair, unseen."""
    workspace = new_workspace(tmp_path / "workspace")
    cookie = "planted" * 6

    def plant():
        moment = dt.datetime.now(dt.UTC).isoformat()
        token = hashlib.sha256(cookie.encode()).hexdigest()
        with closing(sqlite3.connect(workspace / "ledger.db", timeout=30)) as base:
            row = (token, HOSTILE, moment, moment)
            base.execute("INSERT OR REPLACE INTO sessions VALUES (?, ?, ?, ?)", row)
            base.commit()

    def is_out(desk):
        return desk.visitor(cookies={"voterlist-desk": cookie}).get("/").text == ""

    plant()
    with desks.running(workspace) as desk:
        assert is_out(desk)
        desk.visitor("Aysel")
        plant()
        # What another program wrote is read with the next block.
        add_user(workspace, "Nigar", Role.ANALYST, desks.PASSWORD, today=DAY)
        desk.visitor("Aysel")
        assert is_out(desk)


def test_a_new_password_ends_the_session(desk, workspace):
    client = desk.visitor("Aysel")
    assert client.get("/").status_code == 200
    change_password(workspace, "Aysel", "quite another sentence", today=DAY)
    desks.wait_until(lambda: client.get("/").status_code == 303)
    assert desks.log_in(desk.visitor(), "Aysel").status_code == 401
    change_password(workspace, "Aysel", desks.PASSWORD, today=DAY)
    desks.wait_until(lambda: desks.log_in(desk.visitor(), "Aysel").status_code == 303)


def test_who_logs_in_while_another_program_writes_is_told_so(desk, workspace):
    """It is no fault of the desk, and no page in plain text."""
    with closing(
        sqlite3.connect(workspace / "ledger.db", isolation_level=None)
    ) as other:
        other.execute("BEGIN EXCLUSIVE")
        answer = desks.log_in(desk.visitor(), "Aysel")
    assert (answer.status_code, "<form" in answer.text) == (503, True)
    assert catalogue("az")("serve.refused.busy") in answer.text


def test_a_hostile_name_is_text(desk):
    """Or whoever chooses a name runs a script in the browsers of the others."""
    client = desk.visitor(HOSTILE)
    assert HOSTILE not in client.get("/").text
    wrong = desks.log_in(desk.visitor(), HOSTILE + "'\">", "wrong")
    assert "<img" not in wrong.text


def test_the_tenth_wrong_password_locks_the_name(tmp_path):
    """Also the right one is refused then; who else is there can go on."""
    workspace = new_workspace(tmp_path / "workspace")
    with desks.running(workspace) as desk:
        client = desk.visitor()
        tried = [desks.log_in(client, "Aysel", "wrong").status_code for _ in range(10)]
        assert tried == [401] * 9 + [429]
        right = desks.log_in(client, "Aysel")
        assert right.status_code == 429
        assert int(right.headers["retry-after"]) > 800
        assert "15 dəqiqədən sonra" in right.text
        nobody = [
            desks.log_in(client, "Nobody", "wrong").status_code for _ in range(10)
        ]
        assert nobody == tried, "the answers tell which names there are"
        assert desks.log_in(client, HOSTILE).status_code == 303
        assert desk.stop()[0] == 0
    assert "desk-locked" in events(workspace)


def test_a_device_is_known_to_its_person_until_the_password_is_another():
    """A stranger would make up devices of their own, or use another person's."""
    door = Door(DeskSettings(), Clock())
    aysel, nigar = _user("Aysel"), _user("Nigar")
    mark = door.mark(aysel, None)
    device = door.device(aysel, mark)
    assert device is not None
    assert door.mark(aysel, device) == mark
    for user, sent in (
        (nigar, mark),
        (_user("Aysel"), mark),
        (None, mark),
        (aysel, None),
        (aysel, device),
        (aysel, f"{device}ə."),
        (aysel, mark[:-1]),
    ):
        assert door.device(user, sent) is None


class Clock:
    """A clock that a test sets."""

    def __init__(self):
        self.moment = NOON

    def __call__(self):
        """The moment."""
        return self.moment


class AtTheDoor:
    """What happens around a block where nobody decides anything."""

    def __init__(self, door):
        self.door = door

    def before(self, ledger):
        """Read users and sessions."""
        self.door.read(ledger)

    def after(self, ledger):
        """Nothing."""

    def kept(self, ledger):
        """Nothing."""

    def undone(self):
        """Nothing."""

    def idle(self, ledger, *, is_last):
        """Nothing."""


@ledger_places.both
def test_sessions_end_by_idleness_by_age_and_with_their_user(tmp_path, kind):
    """On both databases; and they are of the process that began them."""
    place = ledger_places.new(kind, tmp_path)
    clock = Clock()
    settings = DeskSettings(idle_minutes=30, session_hours=10)
    door = Door(settings, clock)
    watch = AtTheDoor(door)
    ledger = Ledger(place)

    def do(work):
        with ledger.block():
            watch.before(ledger)
            result = work(ledger)
            watch.after(ledger)
        return result

    with Ledger(place) as other:
        user = _user("Aysel")
        other.keep_user(user, DAY, action="added")
    do(lambda _: None)
    cookie = do(lambda one: door.let_in(one, door.user("Aysel"), None))
    assert door.visitor(cookie).name == "Aysel"
    assert door.visitor(cookie + "x") is None
    assert door.visitor(None) is None
    clock.moment += dt.timedelta(minutes=29)
    assert door.visitor(cookie)
    # Another process knows nobody: who can write the ledger cannot let anybody in.
    stranger = Door(settings, clock)
    stranger.read(ledger)
    assert stranger.visitor(cookie) is None
    left = []
    door.left = left.append
    clock.moment -= dt.timedelta(days=2)
    assert door.visitor(cookie) is None, "a session of tomorrow"
    clock.moment += dt.timedelta(days=2, minutes=31)
    assert door.visitor(cookie) is None
    door.tidy()
    assert left == [digest_of(cookie)], "what they had open is not free again"
    cookie = do(lambda one: door.let_in(one, door.user("Aysel"), None))
    for _ in range(25):
        clock.moment += dt.timedelta(minutes=25)
        is_in = door.visitor(cookie) is not None
    assert not is_in, "a session lasts for ever"
    cookie = do(lambda one: door.let_in(one, door.user("Aysel"), None))
    with Ledger(place) as other:
        other.keep_user(_user("Aysel", until="2026-02-06"), DAY, action="removed")
    do(lambda _: None)
    assert door.visitor(cookie) is None
    assert door.user("Aysel") is None, "who was removed may log in again"
    assert not door.has_users()
    with pytest.raises(Refusal):
        do(lambda one: door.let_in(one, user, None))
    ledger.close()
    assert verify(place).fits


@ledger_places.both
def test_a_log_in_is_of_the_password_of_now_and_ends_the_session_before(tmp_path, kind):
    """Who knows the old password would come in, and a stolen cookie stay good."""
    place = ledger_places.new(kind, tmp_path)
    door = Door(DeskSettings(), Clock())
    old = _user("Aysel")
    for user, action in ((old, "added"), (_user("Aysel"), "password")):
        with Ledger(place) as other:
            other.keep_user(user, DAY, action=action)
    ledger = Ledger(place)

    def let_in(user, cookie=None):
        with ledger.block():
            door.read(ledger)
            return door.let_in(ledger, user, cookie)

    with pytest.raises(Refusal):
        # The password was right when it was tried, and is another one now.
        let_in(old)
    before = let_in(user)
    after = let_in(user, before)
    assert door.visitor(before) is None
    assert door.visitor(after).name == "Aysel"
    ledger.close()


def _user(name, until=None):
    from voterlist.storage.ledger import User

    return User(name, "analyst", secret_of(desks.PASSWORD), "2026-02-06", until)


# What is let through


def test_every_answer_carries_its_guards(desk):
    client = desk.visitor("Aysel")
    for path in ("/", "/login", "/login.css", "/nothing", "/api/nothing"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cache-control"] in {"no-store", "no-cache"}
        assert "server" not in headers


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_what_another_page_sends_is_refused(desk, headers):
    """Or a page that an analyst visits decides cases in their name."""
    client = desk.visitor("Aysel")
    answer = client.post("/logout", data={"leave": "1"}, headers=headers)
    assert answer.status_code == 403
    assert client.get("/").status_code == 200


def test_a_foreign_name_a_wrong_kind_and_a_long_body_are_refused(desk):
    client = desk.visitor("Aysel")
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 421
    assert client.put("/logout").status_code == 405
    assert client.post("/logout", json={}).status_code == 415
    long = client.post("/login", data={"name": "a" * 100_000})
    assert long.status_code == 413
    no_origin = httpx.post(f"{desk.url}/login", data={"name": "a"})
    assert no_origin.status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/../voterlist.toml",
        "/%2e%2e%2fledger.db",
        "/..%5cledger.db",
        "//etc/passwd",
        "/ledger.db",
        "/login.css%00.html",
    ],
)
def test_no_path_leads_to_a_file(desk, path):
    with socket.create_connection(_address(desk)) as connection:
        host = desk.url.removeprefix("http://")
        request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        connection.sendall(request.encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.split(b" ")[1] in {b"404", b"400"}


def _address(desk):
    host, _, port = desk.url.rpartition("//")[2].rpartition(":")
    return host, int(port)


def test_garbage_does_not_stop_it(desk):
    for rubbish in (b"\x00" * 300, b"GET /" + b"a" * 40_000, b"\r\n\r\n"):
        with socket.create_connection(_address(desk)) as connection:
            connection.sendall(rubbish)
    assert desk.visitor().get("/login").status_code == 200


# Where it is open


def test_it_is_open_to_others_only_with_a_certificate_or_when_told():
    Address().require_safe()
    Address("::1").require_safe()
    Address("127.8.8.8").require_safe()
    for host in ("0.0.0.0", "::", "192.0.2.1", "desk.example"):  # noqa: S104  is refused
        with pytest.raises(UsageError) as error:
            Address(host).require_safe()
        assert error.value.code == "desk-needs-tls"
        Address(host, insecure=True).require_safe()
    assert Address("::1").url(1) == "http://[::1]:1/"
    assert Address().hosts() == {"127.0.0.1", "::1", "localhost"}


def test_an_answer_is_not_held_back():
    """Each would wait 40 ms for an acknowledgement: asyncio asks for the protocol."""
    with Address(port=0).listening() as listener:
        assert listener.proto == socket.IPPROTO_TCP


def test_a_certificate_that_is_none_is_refused(tmp_path):
    file = tmp_path / "cert.pem"
    file.write_text("nothing", encoding="utf-8")
    for address in (
        Address(certificate=file, key=file),
        Address(certificate=file),
        Address(certificate=tmp_path / "none", key=file),
    ):
        with pytest.raises(UsageError) as error:
            address.require_safe()
        assert error.value.code == "desk-tls"


def test_with_a_certificate_the_cookie_is_bound_to_the_host(tmp_path):
    workspace = new_workspace(tmp_path / "workspace")
    certificate, key = _certificate(tmp_path)
    options = ("--tls-cert", str(certificate), "--tls-key", str(key))
    with desks.running(workspace, *options) as desk:
        assert desk.url.startswith("https://")
        context = ssl.create_default_context(cafile=str(certificate))
        client = desk.visitor(HOSTILE, verify=context)
        for cookie in client.cookies.jar:
            assert cookie.name.startswith("__Host-")
            assert cookie.secure
            assert cookie.path == "/"
        answer = client.get("/")
        assert answer.status_code == 200
        assert "max-age" in answer.headers["strict-transport-security"]
        assert client.get("/", headers={"Host": "other"}).status_code == 421
        # The desk would wait ten seconds for who does not hang up.
        client.close()
        desk.stop()


def _certificate(folder):
    """A certificate of this computer, and its key."""
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "desk")])
    now = dt.datetime.now(dt.UTC)
    alternatives = [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "cert.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


def test_a_second_desk_and_a_taken_port_are_refused_in_words(desk, workspace, tmp_path):
    other = new_workspace(tmp_path / "workspace")
    _, port = _address(desk)
    assert _refusal(workspace) == ("desk-open-already", 4)
    assert _refusal(other, "--port", str(port)) == ("desk-address", 2)
    assert _refusal(other, "--host", "0.0.0.0") == ("desk-needs-tls", 2)  # noqa: S104


def _refusal(*options):
    """(code, exit code) of a desk that does not open."""
    command = [sys.executable, "-m", "voterlist", "review", "serve"]
    words = [str(option) for option in options]
    done = processes.run([*command, *words, "--json"], capture_output=True)
    return json.loads(done.stdout)["error"]["code"], done.returncode


def test_without_users_nobody_is_let_in(tmp_path):
    workspaces.make(tmp_path)
    assert _refusal(tmp_path, "--port", "0") == ("no-run", 2)
    workspaces.run(tmp_path)
    assert _refusal(tmp_path, "--port", "0") == ("desk-no-users", 2)


# The clerk


def test_a_fault_of_one_request_is_not_one_of_the_others(tmp_path):
    """They share a transaction: what is undone for one is written again for the rest."""
    place = ledger_places.Place(tmp_path / "ledger.db")
    door = Door(DeskSettings(), Clock())
    clerk = Clerk(place, AtTheDoor(door))

    def note(number):
        def work(ledger):
            ledger.write_journal(DAY, "review", number=number)
            if number == 3:
                raise ZeroDivisionError
            return number

        return work

    async def ask():
        jobs = [clerk.do(note(number)) for number in range(9)]
        return await asyncio.gather(*jobs, return_exceptions=True)

    results = asyncio.run(ask())
    clerk.close()
    clerk.close()
    assert isinstance(results[3], ZeroDivisionError)
    assert [one for one in results if one != results[3]] == [0, 1, 2, 4, 5, 6, 7, 8]
    with reading(place) as ledger:
        noted = [details["number"] for _, _, details in ledger.journal()]
    assert sorted(noted) == [0, 1, 2, 4, 5, 6, 7, 8]
    assert verify(place).fits


class Failing(AtTheDoor):
    """Its own work breaks behind every block, for a reason that nobody foresaw."""

    def _fail(self, *_given, **_more):
        raise KeyError

    kept = idle = _fail


def test_a_fault_behind_a_block_undoes_nothing_and_stops_nobody(tmp_path):
    """What is on the disk would be tried again and refused; or nobody would answer any more."""
    place = ledger_places.Place(tmp_path / "ledger.db")
    clerk = Clerk(place, Failing(Door(DeskSettings(), Clock())))

    def note(ledger):
        ledger.write_journal(DAY, "review", number=1)
        return "noted"

    async def ask():
        first = await clerk.do(note)
        # Longer than the clerk waits before it looks around.
        await asyncio.sleep(1)
        return first, await asyncio.wait_for(clerk.do(note), 10)

    assert asyncio.run(ask()) == ("noted", "noted")
    clerk.close()
    with reading(place) as ledger:
        assert len(list(ledger.journal())) == 2


def _fail_inside(ledger):
    """A block that is undone."""
    with ledger.block():
        ledger.write_journal(DAY, "review", number=9)
        raise KeyError


@ledger_places.both
def test_what_is_written_block_by_block_fits_with_others_in_between(tmp_path, kind):
    """The digests go on from the last block, or are read again where another program wrote."""
    place = ledger_places.new(kind, tmp_path)
    ledger = Ledger(place)
    for number in range(3):
        with ledger.block():
            ledger.write_journal(DAY, "review", number=number)
        with ledger.block():
            pass
        if number == 1:
            with Ledger(place) as other:
                other.write_journal(DAY, "review", number=-1)
    with pytest.raises(KeyError):
        _fail_inside(ledger)
    with ledger.block():
        ledger.write_journal(DAY, "review", number=4)
    assert ledger.others == 2
    ledger.close()
    assert verify(place).fits, verify(place).problems
    with reading(place) as read:
        noted = [details["number"] for _, _, details in read.journal()]
    assert noted == [0, 1, -1, 2, 4]
