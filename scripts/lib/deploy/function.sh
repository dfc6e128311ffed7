# Sourced by ./scripts/deploy: the function itself. AWS answers these commands with the function's whole environment,
# secrets included, so their answers are thrown away.

not_ready='cannot be assumed by Lambda|does not have permission to access the ECR image'
in_progress='ResourceConflictException'

deploy_function() {
  say "function $name: $memory MB, $timeout s, $lambda_arch"
  if [ -n "$dry_run" ]; then
    say "where there is no function yet:"
    create_function
    say "where there is one:"
    update_function
  elif function_is_there; then
    update_function
  else
    # Somebody else may have created it since we looked.
    create_function || update_function
  fi
}

function_is_there() {
  local said
  said=$(aws lambda get-function-configuration --function-name "$name" --query FunctionArn --output text 2>&1) && return
  case $said in *"(ResourceNotFoundException)"*) return 1 ;; *) fail "$said" ;; esac
}

settings() {
  set_of_settings=(--function-name "$name" --role "$role_arn" --memory-size "$memory" --timeout "$timeout")
  # Without changes the option is not given, and the environment stays as it is.
  [ "${#changes[@]}" -eq 0 ] || set_of_settings+=(--environment "file://$work/environment.json")
}

create_function() {
  merge_environment new
  settings
  run_when_ready "$not_ready" aws lambda create-function --package-type Image --code "ImageUri=$image" \
    --architectures "$lambda_arch" "${set_of_settings[@]}" || return
  wait_until function-active-v2
}

update_function() {
  run_when_ready "$in_progress|$not_ready" aws lambda update-function-code --function-name "$name" \
    --image-uri "$image" --architectures "$lambda_arch"
  wait_until function-updated-v2
  merge_environment old
  settings
  run_when_ready "$in_progress|$not_ready" aws lambda update-function-configuration "${set_of_settings[@]}"
  wait_until function-updated-v2
}

wait_until() { # STATE
  run aws lambda wait "$1" --function-name "$name" || fail "The function did not become ready. AWS says why:
$(aws lambda get-function-configuration --function-name "$name" --query '[StateReason, LastUpdateStatusReason]' --output text)"
}

# Writes what the function has already, changed by --set and --unset, into a file that only we can read.
merge_environment() { # new or old
  [ "${#changes[@]}" -gt 0 ] || return 0
  local get=(aws lambda get-function-configuration --function-name "$name" --query Environment.Variables --output json)
  local merge=("${python:-python3}" "$root/scripts/lib/deploy/environment.py" merge "${changes[@]}")
  [ "$1" = old ] || get=(echo null)
  if [ -n "$dry_run" ]; then
    echo "$(line "${get[@]}") | $(line "${merge[@]}") > $(quoted "$work/environment.json")"
  else
    "${get[@]}" | "${merge[@]}" >"$work/environment.json" || fail "The function's environment could not be read."
  fi
}

limit_concurrency() {
  if [ "$reserved" = none ]; then
    say "no cap on how many run at once"
    run_when_ready "$in_progress" aws lambda delete-function-concurrency --function-name "$name"
    return
  fi
  say "at most $reserved run at once"
  local put=(aws lambda put-function-concurrency --function-name "$name" --reserved-concurrent-executions "$reserved")
  local said
  if [ -n "$dry_run" ]; then show "${put[@]}"; return; fi
  said=$("${put[@]}" 2>&1) && return
  case $said in
    *UnreservedConcurrentExecution*)
      fail "The account has too few concurrent executions to reserve $reserved of them: ask AWS for more, or run again with a
lower --reserved-concurrency, or with none. The function is there; it has no URL yet, or the one that it had." ;;
    *"($in_progress)"*) run_when_ready "$in_progress" "${put[@]}" ;;
    *) fail "$said" ;;
  esac
}
