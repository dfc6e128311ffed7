#!/usr/bin/env bash
# Usage: PRESIGNED_URL=... ./curl.sh [--progress] SERVICE FILE [TYPE]
# e.g. ./curl.sh http://localhost:8000 photo.png image/png
# Sends a file to storage through upload-service and prints the answer; with --progress, how it goes meanwhile too:
# how much is sent, and then what the service tells.
# UPLOAD_TOKEN is sent where the service asks for a token. Both are in the environment, because everybody on the
# computer can see a program's arguments. Exit status: 0 stored, 1 not stored, 2 wrong usage.
set -euo pipefail

lines=$(mktemp)
trap 'rm -f "$lines"' EXIT

if [ "${1:-}" = --progress ]; then
  # Once lines flow the status is 200, and curl sees nothing to repeat; the service still repeats its PUT.
  how=(--progress-bar --no-buffer --header "Accept: application/x-ndjson") show=(tee "$lines")
  shift
else
  how=(--silent --retry 3 --retry-connrefused --output "$lines") show=(cat)
fi
if [ $# -lt 2 ] || [ -z "${PRESIGNED_URL:-}" ]; then
  sed -n '2,7s/^# //p' "$0" >&2
  exit 2
fi
service=${1%/} file=${2//\\/\\\\} type=${3:-application/octet-stream}

token() { [ -z "${UPLOAD_TOKEN:-}" ] || printf 'Authorization: Bearer %s\n' "$UPLOAD_TOKEN"; }

# printf belongs to the shell and is in no list of programs; curl reads the URL from it.
printf %s "$PRESIGNED_URL" |
  curl --show-error "${how[@]}" --header @<(token) \
    --form "uploadUrl=<-" --form max_retries=3 --form "file=@\"${file//\"/\\\"}\";type=$type" \
    "$service/upload-with-presigned-retry" |
  "${show[@]}" || exit 1

answer=$(tail -n 1 "$lines")
if grep -q '"success": *true' <<<"$answer"; then
  [ "${show[0]}" = tee ] || printf '%s\n' "$answer"
  exit 0
fi
# The sentence, the code and the request's id.
grep -oE '"(detail|code|request_id)": *"([^"\\]|\\.)*"' <<<"$answer" | head -n 3 >&2 || printf '%s\n' "$answer" >&2
exit 1
