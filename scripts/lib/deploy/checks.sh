# Sourced by ./scripts/deploy: checks that everything it needs is there, before anything is changed.

# Told to whoever has to update. The check itself looks for a feature of these versions and not at their numbers.
cli_needed='2.31.13 (or 1.42.50), of October 2025'

find_region() {
  if [ -z "$region" ] && [ -n "$dry_run" ]; then
    take region aws configure get region
  elif [ -z "$region" ]; then
    region=$(aws configure get region 2>/dev/null || true)
    [ -n "$region" ] || command -v aws >/dev/null || refuse_without_cli
    [ -n "$region" ] || refuse "No AWS region is set: give --region, or set AWS_REGION."
  fi
  # Version 1 of the CLI reads only AWS_DEFAULT_REGION.
  export AWS_REGION=$region AWS_DEFAULT_REGION=$region
  [ -z "$dry_run" ] || echo "export AWS_REGION=$(quoted "$region") AWS_DEFAULT_REGION=$(quoted "$region")"
  role=${role:-$name-$region}
}

refuse_without_cli() {
  refuse "The AWS CLI ('aws') is not installed: install version $cli_needed or newer, see
https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html."
}

check_tools() {
  command -v aws >/dev/null || refuse_without_cli
  [[ $(aws lambda add-permission --generate-cli-skeleton input 2>/dev/null) == *InvokedViaFunctionUrl* ]] ||
    refuse "The AWS CLI is too old ($(aws --version 2>&1 | cut -d' ' -f1)): a public Function URL needs $cli_needed or newer."
  if [ "${#changes[@]}" -gt 0 ]; then . "$root/scripts/lib/python.sh"; fi
  [ -n "$delete" ] && return
  [ -z "$smoke" ] || command -v curl >/dev/null || refuse "curl is not installed: install it, or give --no-smoke."
  [ -n "$digest" ] || check_docker
}

check_docker() {
  command -v docker >/dev/null || refuse "Docker is not installed: install it, or deploy an image that was pushed before, with --digest."
  docker info >/dev/null 2>&1 || refuse "Docker does not answer: start it, and check that you may use it ('docker info')."
  docker buildx version >/dev/null 2>&1 || refuse "Docker has no buildx, which builds for another architecture: install its plug-in (Debian: docker-buildx)."
}

check_credentials() {
  local said
  said=$(aws sts get-caller-identity --query Account --output text 2>&1) ||
    refuse "AWS accepts no credentials from here: run 'aws configure' or 'aws sso login', or set AWS_PROFILE. AWS CLI says: $(tail -n 1 <<<"$said")"
  say "account $said, region $region"
}
