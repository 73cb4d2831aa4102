"""Installs voterlist from the folder in which this file lies, without internet.

Nothing but the standard library of Python is used. First every file is held against SHA256SUMS; pip
then holds every wheel against requirements.txt once more. The program gets an environment of its
own: nothing else on the machine is touched.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import shutil
import struct
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
PYTHON = "@PYTHON@"
SUMS = "SHA256SUMS"
SIGNATURE, SIGNER = "SHA256SUMS.sig", "signer.json"
DELIVERED = (
    SUMS,
    SIGNATURE,
    SIGNER,
    "INSTALLED.sha256",
    "sbom.cdx.json",
    "LICENSES.txt",
)
"""Kept with the program: what ``voterlist verify --program`` holds it against, and whose it is."""
IS_WINDOWS = os.name == "nt"

WORDS = {
    "other-python": (
        "This bundle is for Python {0} of 64 bits; this is {1}.",
        "Bu dəst 64 bitlik Python {0} üçündür; bu isə {1} versiyasıdır.",
    ),
    "damaged": (
        "Not as it was packed: {0}. Nothing was installed; copy the bundle again.",
        "Qablaşdırıldığı kimi deyil: {0}. Heç nə quraşdırılmadı; dəsti yenidən köçürün.",
    ),
    "there": (
        "{0} is there already. Remove it, or name another folder with --target.",
        "{0} artıq var. Onu silin və ya --target ilə başqa qovluq göstərin.",
    ),
    "failed": (
        "The packages could not be installed into {0}; see above.",
        "Paketləri {0} qovluğuna quraşdırmaq alınmadı; yuxarıya baxın.",
    ),
    "unsigned": (
        "This bundle is not signed: nobody vouches for what is in it.",
        "Bu dəst imzalanmayıb: tərkibinə heç kim zəmanət vermir.",
    ),
    "signed": (
        "Signed with the key {0}. Compare it with what its owner reads to you.",
        "{0} açarı ilə imzalanıb. Onu açar sahibinin sizə oxuduğu ilə tutuşdurun.",
    ),
    "forged": (
        "The signature does not fit. Do not use what was installed in {0}.",
        "İmza uyğun gəlmir. {0} qovluğuna quraşdırılandan istifadə etməyin.",
    ),
    "done": (
        "Installed. Start it as: {0}",
        "Quraşdırıldı. Belə başladın: {0}",
    ),
}


def say(key: str, *places: object) -> None:
    """A sentence in both languages: it is not known yet which one is wanted."""
    for text in WORDS[key]:
        print(text.format(*places), file=sys.stderr)


def main() -> int:
    """The exit code: 0 installed, 2 wrong usage, 3 the bundle is damaged, 5 pip failed."""
    asked = arguments()
    running = "{}.{}".format(*sys.version_info[:2])
    bits = 8 * struct.calcsize("P")
    if running != PYTHON or bits != 64:
        say("other-python", PYTHON, f"{platform.python_version()}, {bits}")
        return 2
    wrong = differing(HERE)
    if wrong:
        say("damaged", ", ".join(wrong[:5]))
        return 3
    target = asked.target.expanduser().absolute()
    if target.exists():
        say("there", target)
        return 2
    if not install(target):
        say("failed", target)
        return 5
    remove_other_programs(target)
    keep_papers(target)
    if not tell_signer(target):
        say("forged", target)
        return 3
    say("done", command_for(target, asked.link))
    return 0


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description="Installs voterlist without internet.")
    around = os.environ.get("LOCALAPPDATA", "~") if IS_WINDOWS else "~/.local/share"
    parser.add_argument("--target", type=Path, default=Path(around) / "voterlist")
    parser.add_argument(
        "--link",
        type=Path,
        default=None if IS_WINDOWS else Path("~/.local/bin"),
        help="a folder of programs, in which `voterlist` is put as a link",
    )
    return parser.parse_args()


def differing(folder: Path) -> list[str]:
    """The names of the files that are not what the sums say, missing and added ones included."""
    lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    expected = {
        name: digest for digest, name in (line.split("  ", 1) for line in lines)
    }
    for name in (SUMS, SIGNATURE, SIGNER):
        expected.pop(name, None)
    present = {
        path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    wrong = {name for name in expected if name not in present}
    wrong |= present.keys() - expected.keys() - {SUMS, SIGNATURE, SIGNER}
    wrong |= {
        name
        for name, digest in expected.items()
        if name in present
        and hashlib.sha256(present[name].read_bytes()).hexdigest() != digest
    }
    return sorted(wrong)


def install(target: Path) -> bool:
    """Make the environment and put the packages into it; False where pip fails.

    pip is started from its wheel: some systems have a Python without it.
    """
    venv.create(target, symlinks=not IS_WINDOWS, with_pip=False)
    (pip,) = (HERE / "wheels").glob("pip-*.whl")
    words = ["install", "--quiet", "--no-index", "--no-deps", "--require-hashes"]
    where = ["--find-links", str(HERE / "wheels"), "-r", str(HERE / "requirements.txt")]
    command = [str(python_of(target)), str(pip / "pip"), *words, *where]
    env = {
        **os.environ,
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    for name in ("PYTHONPATH", "PYTHONHOME"):
        env.pop(name, None)
    return subprocess.run(command, env=env, check=False).returncode == 0


def remove_other_programs(target: Path) -> None:
    """Take away the programs of other packages: nobody asked for them, and nothing needs them."""
    folder = python_of(target).parent
    kept = ("python", "activate", "deactivate", "voterlist")
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif not path.name.lower().startswith(kept) and path.suffix != ".dll":
            path.unlink()


def keep_papers(target: Path) -> None:
    """Put beside the program what was delivered and whose it is."""
    folder = target / "delivered"
    folder.mkdir()
    for name in DELIVERED:
        if (HERE / name).exists():
            shutil.copyfile(HERE / name, folder / name)


def python_of(target: Path) -> Path:
    """The interpreter of an environment."""
    return target / ("Scripts/python.exe" if IS_WINDOWS else "bin/python")


def tell_signer(target: Path) -> bool:
    """Say who signed the bundle, by the program just installed; False where it does not fit."""
    if not (HERE / SIGNATURE).exists():
        say("unsigned")
        return True
    code = "import sys, pathlib; from voterlist.custody.bundles import signer_of; "
    code += "sys.stdout.write(signer_of(pathlib.Path(sys.argv[1])) or '')"
    command = [str(python_of(target)), "-I", "-c", code, str(HERE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode or not done.stdout:
        return False
    say("signed", done.stdout)
    return True


def command_for(target: Path, link: Path | None) -> str:
    """How the program is started; where a folder of programs is known, a link is put there."""
    program = python_of(target).with_name(
        "voterlist.exe" if IS_WINDOWS else "voterlist"
    )
    if link is None:
        return str(program)
    place = link.expanduser() / "voterlist"
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.is_symlink() or not place.exists():
        place.unlink(missing_ok=True)
        place.symlink_to(program)
        return str(place)
    return str(program)


if __name__ == "__main__":
    sys.exit(main())
