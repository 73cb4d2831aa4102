"""The licences and the list of files of a bundle, from wheels made by hand."""

import hashlib
import json
import sys
import zipfile
from pathlib import Path

import pytest

import workspaces

PACKAGING = Path(workspaces.__file__).parents[1] / "packaging"
sys.path.insert(0, str(PACKAGING))
try:
    import contents
    import licences
    import sbom
    import wheels
finally:
    sys.path.remove(str(PACKAGING))

LINUX = wheels.SYSTEMS["linux"]
TEXT = "Do with it what you like.\n"


def wheel(folder, name, *told, files=None, texts=("licenses/LICENSE",)):
    """A wheel that says these lines of itself."""
    path = folder / f"{name}-1.0-py3-none-any.whl"
    lines = ["Metadata-Version: 2.4", f"Name: {name}", "Version: 1.0", *told]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}-1.0.dist-info/METADATA", "\n".join(lines) + "\n")
        archive.writestr(f"{name}-1.0.dist-info/RECORD", "")
        for text in texts:
            archive.writestr(f"{name}-1.0.dist-info/{text}", TEXT)
        for file, content in (files or {f"{name}/__init__.py": ""}).items():
            archive.writestr(file, content)
    return path


@pytest.mark.parametrize(
    ("told", "licence"),
    [
        (("License-Expression: MIT",), "MIT"),
        (("License-Expression: apache-2.0 or mit",), "Apache-2.0 OR MIT"),
        (("License: BSD-3-Clause", "Classifier: License :: x"), "BSD-3-Clause"),
        (("Classifier: License :: OSI Approved :: MIT License",), "MIT"),
    ],
)
def test_a_licence_is_told_in_the_words_of_spdx(tmp_path, told, licence):
    """A machine could not hold it against what may be given on."""
    assert licences.licence_of(wheel(tmp_path, "x", *told)) == licence


@pytest.mark.parametrize(
    "told",
    [
        (),
        ("License: as you like",),
        ("License-Expression: AGPL-3.0-only",),
        ("License-Expression: MIT AND AGPL-3.0-only",),
        ("License-Expression: MIT AND Nothing",),
        ("Classifier: License :: OSI Approved :: BSD License",),
        (
            "Classifier: License :: OSI Approved :: MIT License",
            "Classifier: License :: OSI Approved :: BSD License",
        ),
    ],
)
def test_a_licence_nobody_looked_at_is_an_error(tmp_path, told):
    """The commission would give on what it must not give on, and learn it from a lawyer."""
    with pytest.raises(wheels.BundleError, match="x"):
        licences.licence_of(wheel(tmp_path, "x", *told))


def test_a_licence_that_was_read_is_read_again_when_it_changes(tmp_path):
    """A package would change its licence with a new version, and the old word would stand."""
    old = "Classifier: License :: OSI Approved :: BSD License"
    assert licences.licence_of(wheel(tmp_path, "jinja2", old)) == "BSD-3-Clause"
    with pytest.raises(wheels.BundleError, match="another licence"):
        licences.licence_of(wheel(tmp_path, "jinja2", "License: mine"))


def test_every_licence_is_in_the_paper_once(tmp_path):
    """Most licences ask that their text goes with the program."""
    found = [wheel(tmp_path, name, "License-Expression: MIT") for name in ("a", "b")]
    paper = licences.paper_of(found)
    assert "a 1.0: MIT" in paper
    assert "b 1.0: MIT" in paper
    assert paper.count(TEXT.strip()) == 1
    assert "The text is that of a: a-1.0.dist-info/licenses/LICENSE." in paper


@pytest.mark.parametrize(
    ("name", "is_text"),
    [
        ("x-1.dist-info/licenses/sub/any.txt", True),
        ("x-1.dist-info/LICENSE", True),
        ("x/COPYING.md", True),
        ("x/names/LICENSE.faker.txt", True),
        ("x/short_names.LICENSE.txt", True),
        ("x/licenses.py", False),
        ("x-1.dist-info/licenses/", False),
    ],
)
def test_what_is_a_text_of_a_licence(name, is_text):
    """Data of others lies in our own wheel, with its licence beside it."""
    assert licences._is_text(name) is is_text


def test_a_wheel_without_a_text_is_an_error(tmp_path):
    """The paper would be short of one, and nobody would see it."""
    bare = wheel(tmp_path, "x", "License-Expression: MIT", texts=())
    with pytest.raises(wheels.BundleError, match="no text"):
        licences.paper_of([bare])


INNER = json.dumps(
    {
        "components": [
            {"type": "library", "name": "openssl", "purl": "pkg:generic/openssl@4"},
            {"type": "library", "name": "x", "purl": "pkg:pypi/x@1.0?file_name=x"},
        ]
    }
)


def test_the_bill_says_what_needs_what_and_what_is_within(tmp_path):
    """A fault in OpenSSL becomes known; it is compiled into a package of another name."""
    own = wheel(tmp_path, "voterlist", "License-Expression: MIT", "Requires-Dist: x")
    inner = {"x-1.0.dist-info/sboms/y.cdx.json": INNER}
    mit = "License-Expression: MIT"
    other = wheel(tmp_path, "x", mit, "Requires-Dist: colorama", files=inner)
    told = json.loads(sbom.bill(own, [other], LINUX, "3.11"))
    (component,) = told["components"]
    assert [part["name"] for part in component["components"]] == ["openssl"]
    needed = {one["ref"]: one["dependsOn"] for one in told["dependencies"]}
    assert needed == {
        "pkg:pypi/voterlist@1.0": ["pkg:pypi/x@1.0"],
        "pkg:pypi/x@1.0": [],
    }


def test_the_bill_of_other_wheels_has_another_number(tmp_path):
    """Two bills with one number are taken for one bill."""
    own = wheel(tmp_path, "voterlist", "License-Expression: MIT")
    first = json.loads(sbom.bill(own, [], LINUX, "3.11"))
    second = json.loads(sbom.bill(own, [], LINUX, "3.12"))
    assert first["serialNumber"] != second["serialNumber"]


def test_each_file_stands_in_the_list_where_it_is_put(tmp_path):
    """A file that is nowhere in the list could be exchanged."""
    files = {
        "x/a.py": "a",
        "x-1.0.data/purelib/b.py": "b",
        "x-1.0.data/scripts/c": "c",
    }
    text = contents.contents_of([wheel(tmp_path, "x", files=files)], LINUX, "3.11")
    rows = dict(reversed(line.split("  ")) for line in text.splitlines())
    library = "lib/python3.11/site-packages"
    assert set(rows) == {
        f"{library}/b.py",
        f"{library}/x/a.py",
        f"{library}/x-1.0.dist-info/METADATA",
        f"{library}/x-1.0.dist-info/licenses/LICENSE",
    }
    assert rows[f"{library}/x/a.py"] == hashlib.sha256(b"a").hexdigest()


def test_two_wheels_with_one_file_are_an_error(tmp_path):
    """Which of them is installed would depend on the order."""
    both = [
        wheel(tmp_path, name, files={"same.py": name}, texts=()) for name in ("a", "b")
    ]
    with pytest.raises(wheels.BundleError, match="has another"):
        contents.contents_of(both, LINUX, "3.11")


def test_a_file_for_an_unknown_place_is_an_error(tmp_path):
    """It would be called additional on every machine."""
    odd = wheel(tmp_path, "x", files={"x-1.0.data/data/share/x": "x"})
    with pytest.raises(wheels.BundleError, match="not known"):
        contents.contents_of([odd], LINUX, "3.11")
