# Sourced by ./scripts/deploy: the log group, and the IAM role, which may write into it and do nothing else.

trust='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}'

log_group_arn=''

make_log_group() {
  say "log group $log_group: kept for $retention days"
  run_unless ResourceAlreadyExistsException aws logs create-log-group --log-group-name "$log_group"
  run aws logs put-retention-policy --log-group-name "$log_group" --retention-in-days "$retention"
  take log_group_arn aws logs describe-log-groups --log-group-name-prefix "$log_group" \
    --query "logGroups[?logGroupName=='$log_group'].arn | [0]" --output text
}

make_role() {
  local streams=$log_group_arn
  # AWS ends the ARN with :*, which means the streams in the group.
  [ -n "$dry_run" ] || streams=${log_group_arn%:\*}:\*
  say "role $role: may write to that log group and nothing else"
  run_unless EntityAlreadyExists aws iam create-role --role-name "$role" --assume-role-policy-document "$trust"
  run aws iam put-role-policy --role-name "$role" --policy-name log --policy-document \
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"'"$streams"'"}]}'
  take role_arn aws iam get-role --role-name "$role" --query Role.Arn --output text
}
