# Sourced by ./scripts/deploy: --delete. Deletes in the order in which things depend on each other. What is gone already
# is skipped, so this too may be run again.

delete_all() {
  if [ -z "$dry_run" ]; then
    list_what_goes
    [ -n "$yes" ] || confirm
  fi
  local gone=ResourceNotFoundException
  run_unless $gone aws lambda delete-function-url-config --function-name "$name"
  run_unless $gone aws lambda delete-function --function-name "$name"
  run_unless $gone aws logs delete-log-group --log-group-name "$log_group"
  run_unless NoSuchEntity aws iam delete-role-policy --role-name "$role" --policy-name log
  run_unless NoSuchEntity aws iam delete-role --role-name "$role"
  run_unless RepositoryNotFoundException aws ecr delete-repository --repository-name "$name" --force
  say "${dry_run:+then }all of it is gone"
}

list_what_goes() {
  say "This deletes, in region $region:"
  say "  the function $name and its URL (a new one would have another address)"
  say "  the log group $log_group with all that is in it"
  say "  the role $role"
  say "  the repository $name with all its images"
}

confirm() {
  local answer=''
  printf 'Type the name %s to go on: ' "$name"
  read -r answer || true
  [ "$answer" = "$name" ] || fail "Nothing was deleted."
}
