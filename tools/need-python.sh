#!/bin/sh
# Prints one line if this interpreter cannot make the environment: what is missing, and the command that installs it.
# Prints nothing if all is well. The Makefile runs it before it makes .venv.
python=${1:-python3}

if ! command -v "$python" >/dev/null 2>&1; then
    echo "kexecdoc needs Python 3.11 to 3.14 and found no $python: apt-get install python3 python3-venv"
    exit
fi

# An old Python must be able to parse this, too: it has to say that it is old.
"$python" - "$python" <<'EOF' || echo "kexecdoc needs Python 3.11 to 3.14 and $python does not start: apt-get install python3 python3-venv"
import sys

name = sys.argv[1]
have = "%d.%d" % sys.version_info[:2]
problem = ""
if not (3, 11) <= sys.version_info[:2] < (3, 15):
    problem = (
        "kexecdoc needs Python 3.11 to 3.14 and %s is %s: apt-get install python3 python3-venv, "
        "or name another one: make PYTHON=python3.13" % (name, have)
    )
else:
    try:
        import ensurepip
        import venv
    except ImportError:
        # Debian ships these two apart from the interpreter, one package for each version.
        package = "python3-venv" if name == "python3" else "python%s-venv" % have
        problem = "kexecdoc needs Python's venv module, which %s lacks: apt-get install %s" % (name, package)
if problem:
    print(problem)
EOF
