"""The commands ``keys``: made, shown, trusted and distrusted, each with a line of the journal."""

import stat

import pytest

import workspaces
from command_line import told
from voterlist.storage.ledger import reading

SETTINGS = '[workspace]\nname = "Göyçay dairəsi"\nconstituency = 88\n'


@pytest.fixture
def workspace(tmp_path):
    return workspaces.make(tmp_path / "88", settings=SETTINGS)


def events(workspace):
    with reading(workspace / "ledger.db") as ledger:
        return [event for _, event, _ in ledger.journal()]


def test_each_change_of_keys_is_a_line_of_the_journal(workspace):
    code, made = told("keys", "make", workspace)
    assert (code, made["commission"]) == (0, "conec-088")
    assert told("keys", "trust", workspace, made["file"], "--name", "Biz")[0] == 0
    assert told("keys", "distrust", workspace, "--name", "Biz")[0] == 0
    assert events(workspace) == ["keys-made", "key-trusted", "key-distrusted"]
    code, shown = told("keys", "show", workspace)
    assert shown["own"]["fingerprint"] == made["fingerprint"]
    assert [one["name"] for one in shown["trusted"]] == ["Biz"]
    assert shown["trusted"][0]["until"] is not None


def test_the_private_key_is_closed_to_others_and_never_made_twice(workspace):
    assert told("keys", "make", workspace)[0] == 0
    mode = (workspace / "keys" / "private.key").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600
    code, failure = told("keys", "make", workspace)
    assert (code, failure["error"]["code"]) == (3, "keys-there")


@pytest.mark.parametrize("words", [("receive", "{w}", "x.zip"), ("return", "{w}")])
def test_a_folder_that_is_no_workspace_is_told_before_its_keys(tmp_path, words):
    """Whoever mistyped the folder was told to put back a private key."""
    typed = [word.format(w=tmp_path / "mistyped") for word in words]
    more = ("-c", 88, "--out", tmp_path / "x.zip") if words[0] == "return" else ()
    code, said = told(*typed, *more)
    assert (code, said["error"]["code"]) == (2, "no-settings")


def test_a_list_of_trusted_keys_that_somebody_changed_is_refused(workspace):
    _, made = told("keys", "make", workspace)
    told("keys", "trust", workspace, made["file"], "--name", "Biz")
    path = workspace / "trust.json"
    path.write_text(path.read_text(encoding="utf-8").replace("Biz", "Siz"))
    code, failure = told("keys", "show", workspace)
    assert (code, failure["error"]["code"]) == (3, "trust-altered")


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ("[workspace]\nconstituency = 88\n", "name"),
        ('[workspace]\nname = "Dairə"\n', "constituency"),
        (
            '[workspace]\nname = "Məntəqə"\nlevel = "pec"\nconstituency = 88\n',
            "precinct",
        ),
    ],
)
def test_who_does_not_say_who_it_is_gets_no_keys(tmp_path, settings, key):
    workspace = workspaces.make(tmp_path / "88", settings=settings)
    code, failure = told("keys", "make", workspace)
    assert (code, failure["error"]["code"]) == (2, "commission-unset")
    assert f"workspace.{key}" in failure["error"]["what"]
    assert not (workspace / "keys").exists()


def test_the_own_constituency_is_the_only_one_of_the_territory(tmp_path):
    settings = '[workspace]\nname = "Dairə"\n[territory.precincts]\n88 = "1-2"\n'
    workspace = workspaces.make(tmp_path / "88", settings=settings)
    assert told("keys", "make", workspace)[1]["commission"] == "conec-088"
