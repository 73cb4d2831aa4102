"""What is shipped: a bill of materials as CycloneDX 1.6 has it, the same bytes each time.

``python packaging/sbom.py [--system linux] [--system windows] [--out dist]`` writes one for each
system: ``make sbom``. The same file lies in the bundle. Every wheel stands in it with its version,
licence, digest and what it needs; and what compiled wheels carry inside, as far as they say so
themselves (PEP 770).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import uuid
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from licences import licence_of
from wheels import (
    ROOT,
    SYSTEMS,
    BundleError,
    System,
    build_wheel,
    environment,
    extras_of,
    fetch_wheels,
    metadata_of,
    name_of,
    needs,
    sha256,
    version_of,
)

NAME = "sbom.cdx.json"
_SCHEMA = "http://cyclonedx.org/schema/bom-1.6.schema.json"
_SPACE = uuid.UUID("5c1f1c1e-6f2b-5f0e-9a53-5d0c4f0d7b61")
"""In which the serial numbers are made: one of the content, not of the day."""
_TAKEN = ("type", "name", "version", "purl", "licenses", "hashes")
"""Of a part that a wheel tells of: what says which it is."""


def bill(own: Path, wheels: Sequence[Path], system: System, python: str) -> str:
    """The bill of materials.

    Args:
        own: the wheel of voterlist.
        wheels: all others.
        system: for which they are.
        python: the version of Python, such as ``3.11``.

    Raises:
        BundleError: the licence of a wheel is not known.
    """
    told = environment(system, python)
    found = {name_of(wheel): wheel for wheel in wheels}
    content: dict[str, Any] = {
        "$schema": _SCHEMA,
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {**_component(own), "type": "application"},
            "properties": [
                {"name": "voterlist:python", "value": python},
                {"name": "voterlist:system", "value": system.name},
            ],
        },
        "components": [_component(found[name]) for name in sorted(found)],
        "dependencies": [
            _dependency(own, extras_of(own), found, told),
            *(_dependency(found[name], (), found, told) for name in sorted(found)),
        ],
    }
    written = json.dumps(content, sort_keys=True)
    content["serialNumber"] = f"urn:uuid:{uuid.uuid5(_SPACE, written)}"
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _component(wheel: Path) -> dict[str, Any]:
    """A wheel, and within it the parts that it tells of."""
    reference = _reference(wheel)
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": reference,
        "name": name_of(wheel),
        "version": version_of(wheel),
        "purl": f"{reference}?file_name={wheel.name}",
        "licenses": [{"expression": licence_of(wheel)}],
        "hashes": [{"alg": "SHA-256", "content": sha256(wheel)}],
    }
    summary = metadata_of(wheel)["Summary"]
    if summary:
        component["description"] = summary
    parts = sorted(_parts(wheel), key=lambda part: (part["name"], part["purl"]))
    if parts:
        component["components"] = parts
    return component


def _parts(wheel: Path) -> Iterator[dict[str, Any]]:
    """What the bills of materials within a wheel name, each part once.

    The wheel itself is among them where a tool wrote it so; it is left out.
    """
    seen = {_reference(wheel)}
    with zipfile.ZipFile(wheel) as archive:
        bills = [
            json.loads(archive.read(name))
            for name in sorted(archive.namelist())
            if ".dist-info/sboms/" in name and name.endswith(".json")
        ]
    for part in (part for one in bills for part in one.get("components", ())):
        address = part.get("purl", "")
        is_itself = address.replace("_", "-").startswith(_reference(wheel))
        if not address or address in seen or is_itself:
            continue
        seen.add(address)
        yield {name: part[name] for name in _TAKEN if name in part}


def _dependency(
    wheel: Path,
    extras: Sequence[str],
    found: Mapping[str, Path],
    told: Mapping[str, str],
) -> dict[str, Any]:
    """What a wheel needs there, of what is shipped."""
    needed = {name for name, _ in needs(wheel, extras, told)} & found.keys()
    return {
        "ref": _reference(wheel),
        "dependsOn": [_reference(found[name]) for name in sorted(needed)],
    }


def _reference(wheel: Path) -> str:
    return f"pkg:pypi/{name_of(wheel)}@{version_of(wheel)}"


def main() -> None:
    """Write the bills that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--system", action="append", choices=sorted(SYSTEMS))
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    parser.add_argument("--python", default=python, help="such as 3.12")
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    digits = asked.python.replace(".", "")
    with tempfile.TemporaryDirectory() as around:
        own = build_wheel(Path(around) / "own")
        for name in asked.system or SYSTEMS:
            folder = Path(around) / name
            folder.mkdir()
            system = SYSTEMS[name]
            try:
                fetch_wheels(system, own, folder, asked.python)
                wheels = sorted(folder.glob("*.whl"))
                text = bill(own, wheels, system, asked.python)
            except BundleError as error:
                sys.exit(f"{system.name}: {error}")
            version = own.name.split("-py3-")[0]
            target = asked.out / f"{version}-{system.name}-py{digits}.{NAME}"
            target.write_text(text, encoding="utf-8")
            print(f"{target}: {len(wheels) + 1} packages, SHA-256 {sha256(target)}")


if __name__ == "__main__":
    main()
