# Sourced by the other scripts: finds a Python that is new enough and sets `python`, or says what it found and exits.
# If PYTHON is set, it is the only candidate. Works with the bash 3.2 of macOS.

_version() { "$1" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null; }

_accept='import sys; sys.version_info >= (3, 11) or sys.exit(1); print(sys.executable)'

# Each candidate is run and not just looked up, because a name on the PATH may be a shim that fails.
_find_python() {
  local candidates=$1 candidate found=""
  local IFS=:
  for candidate in $candidates; do
    if python=$("$candidate" -c "$_accept" 2>/dev/null); then return; fi
    found="$found${found:+, }$candidate $(_version "$candidate" || echo cannot be run)"
  done
  echo "Python 3.11 or newer is needed ($found): install one, or name it with PYTHON=/its/path." >&2
  exit 1
}

_find_python "${PYTHON:-python3:python3.13:python3.12:python3.11}"
