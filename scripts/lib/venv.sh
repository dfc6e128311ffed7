# Sourced by the other scripts, with one word: `local` (what ./scripts/local needs) or `dev` (everything).
# Makes the virtual environment .venv ready, at once when it already is, or says in a sentence what is wrong and
# exits. Works with the bash 3.2 of macOS. Sets:
#
# root          the repository's root
# python        the Python of that environment
# packages      PYTHONPATH for the scripts' own Python packages
#
# Reads:
#
# PYTHON        the Python to use (default: the first that is 3.11 or newer; see python.sh)
# DEV_VENV      another folder instead of .venv in the root

root=$(CDPATH='' cd -P -- "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
_wanted=$1
_venv=${DEV_VENV:-$root/.venv}
case $_venv in /*) ;; *) _venv=$PWD/$_venv ;; esac
# Says to which checkout it belongs and what is installed. It is absent while that changes, so that a half-made
# environment is made again.
_stamp=$_venv/upload-service.stamp
# Marks a folder that these scripts have made, perhaps only half: any other folder must not be emptied.
_mark=$_venv/upload-service.mark
_log=$_venv/upload-service.log
_busy=$_venv/upload-service.busy

_fail() {
  echo "$1" >&2
  [ -z "${2:-}" ] || tail -n 8 "$2" | sed 's/^/    /' >&2
  exit 1
}

_checksum() { cat "$root"/requirements-*.lock "$root/setup.cfg" "$root/pyproject.toml" | cksum; }

_identity() { "$1" -c 'import sys; print(sys.version_info[:2], sys.base_prefix)' 2>/dev/null; }

# Whether the environment is complete, has not been moved, and has the Python that is asked for.
_usable() {
  [ -x "$_venv/bin/python" ] && grep -qxF "$root $_venv" "$_stamp" 2>/dev/null || return 1
  [ -z "${PYTHON:-}" ] || [ "$(_identity "$PYTHON")" = "$(_identity "$_venv/bin/python")" ]
}

# `dev` contains everything in `local`.
_ready() {
  _usable || return 1
  case "$(tail -n 1 "$_stamp")" in
    "$_wanted $(_checksum)" | "dev $(_checksum)") ;;
    *) return 1 ;;
  esac
}

# Refuses a folder that these scripts did not make, before anything in it is touched.
_claim() {
  [ -e "$_mark" ] || [ -z "$(ls -A "$_venv" 2>/dev/null)" ] ||
    _fail "$_venv was not made by these scripts: move it away, or set DEV_VENV to another folder."
  { mkdir -p "$_venv" && touch "$_mark"; } 2>/dev/null ||
    _fail "$_venv cannot be written to: change that, or set DEV_VENV to another folder."
}

# One set-up at a time. Only one process can make this link, which holds the number of that process.
_lock() {
  _claim
  until ln -s "$$" "$_busy" 2>/dev/null; do
    kill -0 "$(readlink "$_busy")" 2>/dev/null || rm -f "$_busy"
    sleep 0.2
    _claim
  done
  trap 'rm -f "$_busy"' EXIT
  # Without this, a Ctrl-C would look like a failure of pip.
  trap 'exit 130' INT
}

_choose_python() {
  . "$root/scripts/lib/python.sh"
  "$python" -c 'import venv, ensurepip' 2>/dev/null ||
    _fail "$python cannot make virtual environments: on Debian or Ubuntu, apt install python3-venv."
}

_make_venv() {
  find "$_venv" -mindepth 1 -maxdepth 1 ! -name 'upload-service.*' -exec rm -rf {} +
  "$python" -m venv "$_venv" >"$_log" 2>&1 || _fail "Making $_venv failed:" "$_log"
}

_pip() {
  PYTHONPATH='' PIP_USER=0 "$_venv/bin/python" -m pip install --quiet --no-input \
    --disable-pip-version-check "$@" >>"$_log" 2>&1 ||
    _fail "Installing into $_venv failed (is there a network?). The last lines of pip:" "$_log"
}

_set_up() {
  # Taken before, so that what changes meanwhile is installed the next time.
  local wanted
  wanted=$(_checksum)
  if _usable; then
    echo "Updating ${_venv##*/} ..." >&2
    rm -f "$_stamp" "$_log"
  else
    _choose_python
    echo "Setting up ${_venv##*/} (first use: a minute or two) ..." >&2
    rm -f "$_stamp"
    _make_venv
  fi
  _pip --require-hashes -r "$root/requirements-$_wanted.lock"
  _pip --no-deps --no-build-isolation -e "$root"
  printf '%s\n' "$root $_venv" "$_wanted $wanted" >"$_stamp"
}

if ! _ready; then
  _lock
  # Another script may have finished it while this one waited.
  _ready || _set_up
  rm -f "$_busy"
  trap - EXIT INT
fi
# Used by the script that sources this.
# shellcheck disable=SC2034
python=$_venv/bin/python packages=$root/scripts/lib:$root/scripts/dev/lib
