# Sourced by ./scripts/deploy: how it speaks, and how it runs a command or prints it.
#
# A value that only a command's answer can give is, in a dry run, the mark of a shell variable: `show` prints it
# as "$name" inside double quotes, so that what is printed can be pasted into a shell, from the top.
# Works with the bash 3.2 of macOS.

mark=$'\001'

say() { printf '%s\n' "${1:+${dry_run:+# }${1//$mark/\$}}"; }

# Before anything has been changed: what is wrong and what to do, in one sentence.
refuse() { printf '%s\n' "$1" >&2; exit 2; }

fail() { printf '%s\n' "$1" >&2; exit 1; }

quoted() { # WORD: as a shell would have to be given it
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

line() { # WORD...: one command, without the end of its line
  quoted "$1"
  shift
  local word
  for word; do
    printf ' '
    quoted "$word"
  done
}

show() { line "$@"; echo; }

run() { # COMMAND...: one that changes something; what it prints is of no interest
  if [ -n "$dry_run" ]; then show "$@"; else "$@" >/dev/null; fi
}

take() { # VARIABLE COMMAND...: what the command prints goes into the variable
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

run_unless() { # CODE COMMAND...: like run, but AWS's answer CODE ("it exists", "it is not there") is as good
  local code=$1 said
  shift
  if [ -n "$dry_run" ]; then
    show "$@"
  elif ! said=$("$@" 2>&1 >/dev/null); then
    case $said in *"($code)"*) ;; *) fail "$(without_secrets "$said")" ;; esac
  fi
}

# Runs it again while AWS says that something is not ready yet, which is normal for some seconds after a role was
# made or a function was changed; at most DEPLOY_TRIES times, DEPLOY_PAUSE_SECONDS apart.
run_when_ready() { # TEXT COMMAND...: TEXT is an extended regular expression for what AWS says
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

# AWS repeats a whole environment in some of its complaints; the values of ours are not for a terminal or a log.
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

# For what must be in a file; only its owner can read it.
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
