# Sourced by ./scripts/deploy: how it prints messages, and how it runs a command or, in a dry run, prints it.
#
# In a dry run a value that only a command's answer can give is written as `mark` and the name of a variable. `show`
# prints that as "$name" inside double quotes, so that everything printed can be pasted into a shell, from the top.
# Works with the bash 3.2 of macOS.

mark=$'\001'

say() { printf '%s\n' "${1:+${dry_run:+# }${1//$mark/\$}}"; }

# For use before anything has been changed: says in one sentence what is wrong and what to do, and exits.
refuse() { printf '%s\n' "$1" >&2; exit 2; }

fail() { printf '%s\n' "$1" >&2; exit 1; }

quoted() { # WORD: prints it quoted for a shell
  local word=$1 quote="'" quote_inside="'\\''"
  case $word in
    *"$mark"*)
      word=${word//\\/\\\\} word=${word//\"/\\\"} word=${word//\`/\\\`} word=${word//\$/\\\$}
      printf '"%s"' "${word//$mark/\$}" ;;
    '' | *[!A-Za-z0-9_./:=@%+,-]*)
      word=${word//$quote/$quote_inside}
      printf "'%s'" "$word" ;;
    *) printf '%s' "$word" ;;
  esac
}

line() { # WORD...: prints one command, without a line feed
  quoted "$1"
  shift
  local word
  for word; do
    printf ' '
    quoted "$word"
  done
}

show() { line "$@"; echo; }

run() { # COMMAND...: for a command that changes something; its output is thrown away
  if [ -n "$dry_run" ]; then show "$@"; else "$@" >/dev/null; fi
}

take() { # VARIABLE COMMAND...: sets the variable to what the command prints
  local variable=$1 answer
  shift
  if [ -n "$dry_run" ]; then
    echo "$variable=\$($(line "$@"))"
    printf -v "$variable" '%s' "$mark{$variable}"
  else
    answer=$("$@") || fail "That was needed to go on; nothing more was changed."
    printf -v "$variable" '%s' "$answer"
  fi
}

run_unless() { # CODE COMMAND...: like run, but AWS's error CODE ("it exists", "it is not there") counts as success
  local code=$1 said
  shift
  if [ -n "$dry_run" ]; then
    show "$@"
  elif ! said=$("$@" 2>&1 >/dev/null); then
    case $said in *"($code)"*) ;; *) fail "$(without_secrets "$said")" ;; esac
  fi
}

# Runs it again while AWS says that something is not ready yet, which is normal for some seconds after a role was
# created or a function was changed. At most DEPLOY_TRIES times, DEPLOY_PAUSE_SECONDS apart.
run_when_ready() { # TEXT COMMAND...: TEXT is an extended regular expression that matches AWS's "not ready"
  local text=$1 said try
  shift
  if [ -n "$dry_run" ]; then show "$@"; return; fi
  for ((try = 1; try <= ${DEPLOY_TRIES:-60}; try++)); do
    if said=$("$@" 2>&1 >/dev/null); then return; fi
    grep -Eq "$text" <<<"$said" || break
    [ "$try" -gt 1 ] || say "  waiting: $(without_secrets "${said##*: }")"
    sleep "${DEPLOY_PAUSE_SECONDS:-5}"
  done
  case $said in *"(ResourceConflictException)"*exist*) return 3 ;; esac
  fail "$(without_secrets "$said")"
}

# Some error messages of AWS repeat the whole environment. Its values must not get into a terminal or a log.
without_secrets() { # TEXT
  if [ -s "${work:-/dev/null}/environment.json" ]; then
    "$python" "$root/scripts/lib/deploy/environment.py" hide "$work/environment.json" <<<"$1"
  else
    printf '%s\n' "$1"
  fi
}

looks_secret() { # NAME of a variable
  case $1 in *TOKEN* | *SECRET* | *PASSWORD* | *CREDENTIAL* | *KEY*) return 0 ;; esac
  return 1
}

# A folder for what must be in a file. Only its owner can read it.
make_work_folder() {
  if [ -n "$dry_run" ]; then
    # For the shell that it will be pasted into.
    # shellcheck disable=SC2016
    echo 'work=$(mktemp -d)'
    work="$mark{work}"
  else
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
  fi
}
