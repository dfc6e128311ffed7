# Sourced by ./scripts/deploy: the Function URL and who may use it, the smoke test, and how to use the URL.
#
# The service itself answers CORS. If the Function URL did so too, the headers would be doubled, which browsers refuse.
# So CORS settings that an older deployment left at the URL are removed.

make_url() {
  say "Function URL, $auth"
  local config=(--function-name "$name" --auth-type "$auth")
  if [ -n "$dry_run" ]; then say "create, or where there is one, update:"; fi
  if [ -n "$dry_run" ] || ! url_is_there; then
    run_unless ResourceConflictException aws lambda create-function-url-config "${config[@]}"
  fi
  run aws lambda update-function-url-config "${config[@]}"
  if url_answers_cors; then
    say "  its own CORS is taken away"
    run aws lambda update-function-url-config --function-name "$name" --cors '{}'
  fi
  if [ "$auth" = NONE ]; then open_to_all; else close_to_all; fi
  take url aws lambda get-function-url-config --function-name "$name" --query FunctionUrl --output text
  [ -n "$dry_run" ] || url=${url%/}/
}

url_is_there() { aws lambda get-function-url-config --function-name "$name" >/dev/null 2>&1; }

# Unknown in a dry run; this script has never made a URL with them.
url_answers_cors() {
  [ -z "$dry_run" ] && [[ $(aws lambda get-function-url-config --function-name "$name" --query 'Cors.AllowOrigins' --output text) != None ]]
}

# Since October 2025 a public URL needs both permissions.
open_to_all() {
  allow public-url --action lambda:InvokeFunctionUrl --function-url-auth-type NONE
  allow public-invoke --action lambda:InvokeFunction --invoked-via-function-url
}

close_to_all() {
  local each
  for each in public-url public-invoke; do
    run_unless ResourceNotFoundException aws lambda remove-permission --function-name "$name" --statement-id "$each"
  done
}

allow() { # STATEMENT OPTION...
  local statement=$1
  shift
  [ -z "$dry_run" ] && is_allowed "$statement" && return
  run_unless ResourceConflictException \
    aws lambda add-permission --function-name "$name" --statement-id "$statement" --principal '*' "$@"
}

is_allowed() {
  [[ $(aws lambda get-policy --function-name "$name" --query Policy --output text 2>/dev/null) =~ \"Sid\":\ ?\"$1\" ]]
}

smoke_test() {
  [ -n "$smoke" ] || return 0
  local path
  say "smoke test"
  for path in healthz ''; do
    if [ -n "$dry_run" ]; then
      show curl --silent --show-error --fail --max-time 60 "$mark{url}$path"
    else
      ask "$path"
    fi
  done
}

# It takes some seconds until a new URL and its permissions are known everywhere in AWS.
ask() { # PATH
  local wanted=200 status='' try
  [ "$auth" = NONE ] || wanted=403
  for ((try = 1; try <= ${DEPLOY_TRIES:-12}; try++)); do
    status=$(curl --silent --show-error --max-time 60 --output /dev/null --write-out '%{http_code}' "$url$1") || true
    if [ "$status" = "$wanted" ]; then
      say "  GET /$1: $status"
      return
    fi
    sleep "${DEPLOY_PAUSE_SECONDS:-5}"
  done
  fail "GET $url$1 was answered ${status:-not at all}, and $wanted was expected: see the log group $log_group."
}

say_how_to_use() {
  [ -z "$dry_run" ] || return 0
  local endpoint=${url}upload-with-presigned
  say ""
  say "$url"
  say ""
  if [ "$auth" = NONE ]; then
    say "curl --form-string \"uploadUrl=\$PRESIGNED_URL\" -F \"file=@photo.png;type=image/png\" $endpoint"
  else
    say "Requests must be signed (AWS Signature V4, service lambda, the body's SHA-256 included): $endpoint"
  fi
  say "Files of up to about 4.5 MB: AWS refuses larger ones before they reach the function. See docs/deploying.md."
  warn_of_any_bucket
}

warn_of_any_bucket() {
  local value
  value=$(aws lambda get-function-configuration --function-name "$name" \
    --query Environment.Variables.UPLOAD_DESTINATIONS --output text 2>/dev/null) || return 0
  [ "$value" = None ] || return 0
  say "Uploads may go to anybody's bucket in the known stores. To allow yours alone:"
  say "  ./scripts/deploy --set 'UPLOAD_DESTINATIONS=https://my-bucket.s3.*.amazonaws.com/' (and the options of this run)"
}
