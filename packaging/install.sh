#!/bin/sh
# Installs voterlist from this folder, without internet. ./install.sh --help
# voterlist-i bu qovluqdan, internetsiz quraşdırır.
set -eu
here=$(dirname "$0")
for python in "${PYTHON:-python@PYTHON@}" python3; do
    if "$python" -c 'import sys; sys.exit("%d.%d" % sys.version_info[:2] != "@PYTHON@")' 2>/dev/null; then
        exec "$python" "$here/install.py" "$@"
    fi
done
echo "Python @PYTHON@ was not found. Name it: PYTHON=/path/to/python@PYTHON@ $0" >&2
echo "Python @PYTHON@ tapılmadı. Yerini göstərin: PYTHON=/yol/python@PYTHON@ $0" >&2
exit 2
