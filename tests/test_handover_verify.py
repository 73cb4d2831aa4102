"""``verify``: a run is what its inputs and the answers of then make."""

import pyarrow.parquet as pq
import pytest

import handing
import packages
import workspaces
from handing import code_of, told
from voterlist.storage.files import PREFIX


@pytest.fixture
def pair(tmp_path):
    return handing.pair(tmp_path)


@pytest.fixture
def below(pair):
    return pair.below


def test_a_run_is_made_again_with_the_answers_of_then(below):
    """What was decided or handed in later would change the tables of the earlier run."""
    first = max((below / "runs").iterdir()).name
    pair = handing.Pair(below, below, below.parent)
    pair.decide(("keep", "repeat"))
    workspaces.run(below, today=workspaces.TODAY.replace(day=9))
    handed_in = below / "inbox" / "88" / "menteqe-2.csv"
    later = handed_in.read_text(encoding="utf-8").replace("2", "3")
    handed_in.with_name("menteqe-3.csv").write_text(later, encoding="utf-8")
    for words in ((), ("--run", first)):
        code, said = told("verify", below, *words)
        assert (code, said["differences"]) == (0, [])
        assert said["compared"] > 40
    assert not [*below.glob(f"{PREFIX}*")]


def test_a_table_that_was_changed_is_named(below):
    run = max((below / "runs").iterdir())
    table = pq.read_table(run / "voters.parquet")
    pq.write_table(table.slice(1), run / "voters.parquet")
    code, said = told("verify", below)
    assert (code, said["differences"]) == (3, ["voters.parquet"])


def test_a_run_whose_lists_or_settings_changed_is_not_verified(below):
    settings = below / "voterlist.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(f"{text}[check]\nvoting_age = 19\n", encoding="utf-8")
    assert code_of(told("verify", below)) == (2, "verify-settings-changed")
    settings.write_text(text, encoding="utf-8")
    (below / "inbox" / "88" / "menteqe-2.csv").unlink()
    assert code_of(told("verify", below)) == (2, "verify-inputs-changed")
    assert code_of(told("verify", below, "--run", "2020-01-01-00000000")) == (
        2,
        "verify-no-run",
    )


def test_what_a_package_claims_is_made_again(pair):
    """A table that was exchanged and signed by its own sender is not what the run made.

    An application, and the record of whom a decision struck, are of their day, and no alteration.
    """
    pair.decide(("keep", "repeat"))
    workspaces.run(pair.below)
    asked = ("--what", "listed", "--by", "Aysel", "--name", "Aysel Rzayeva")
    _, said = told("application", "take", pair.below, *asked, "--today", handing.DAY)
    assert said["number"] == 1
    pair.submit()
    package = pair.folder / "package.zip"
    code, said = told("verify", package, "--workspace", pair.below)
    assert (code, said["differences"]) == (0, [])

    def other_indicators(files):
        files["data/indicators.parquet"] = files["data/findings.parquet"]

    handing.rewritten(package, pair.below / "keys", other_indicators)
    code, said = told("verify", package, "--workspace", pair.below)
    assert (code, said["differences"]) == (3, ["indicators.parquet"])
    content = bytearray(package.read_bytes())
    content[-400] ^= 1
    package.write_bytes(content)
    assert told("verify", package, "--workspace", pair.below)[0] == 3


def test_a_damaged_package_is_refused_by_verify_too(pair):
    """The command ended with a fault of its own: another reader of archives than ours was asked."""
    pair.submit()
    package = pair.folder / "package.zip"
    whole = package.read_bytes()
    draws = packages.draws_of(11)
    for _ in range(12):
        begin, end = sorted(draws.randrange(len(whole)) for _ in range(2))
        package.write_bytes(
            draws.choice((whole[:begin], whole[begin:], whole[:begin] + whole[end:]))
        )
        exit_code, code = code_of(told("verify", package, "--workspace", pair.below))
        assert exit_code == 3
        assert code.startswith("package-")
