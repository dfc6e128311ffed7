# Sourced by ./scripts/deploy: its options, and the check of their values.

usage() {
  cat <<'END'
Usage: ./scripts/deploy [options]
       ./scripts/deploy --delete [--yes] [options]

Builds the image, pushes it to ECR and runs it as an AWS Lambda function behind a Function URL.
In brackets: the variable that does the same, and the default.

  --name NAME           function, repository and log group   [DEPLOY_NAME, image-upload-service]
  --region REGION       [AWS_REGION, AWS_DEFAULT_REGION, or the region of the AWS profile]
  --memory MB           128 to 10240                         [DEPLOY_MEMORY_MB, 1024]
  --timeout SECONDS     1 to 900                             [DEPLOY_TIMEOUT_SECONDS, 300]
  --arch ARCH           arm64 or amd64                       [DEPLOY_ARCH, arm64]
  --retention DAYS      how long the log is kept             [DEPLOY_RETENTION_DAYS, 30]
  --reserved-concurrency N    how many run at once at most, or none for no cap
                                                             [DEPLOY_RESERVED_CONCURRENCY, 50]
  --role NAME           [DEPLOY_ROLE, NAME-REGION]
  --tag TAG             of the image                         [DEPLOY_TAG, the commit's]
  --digest sha256:...   build nothing: run this image of the repository, say to go back to it
  --set NAME=VALUE      set a variable of the function; the others stay. --set NAME takes the value from your own
                        environment, which keeps it out of the history and the list of processes
  --unset NAME          take a variable away
  --iam                 only signed requests of this AWS account's users (AWS_IAM); without it the URL is public
  --no-smoke            do not ask the URL at the end
  --dry-run             print every command that would run, and run none
  --delete              delete URL, function, log group, role and repository, after asking
  --yes                 do not ask
  --help
END
}

set_defaults() {
  name=${DEPLOY_NAME:-image-upload-service}
  region=${AWS_REGION:-${AWS_DEFAULT_REGION:-}}
  memory=${DEPLOY_MEMORY_MB:-1024}
  timeout=${DEPLOY_TIMEOUT_SECONDS:-300}
  arch=${DEPLOY_ARCH:-arm64}
  retention=${DEPLOY_RETENTION_DAYS:-30}
  reserved=${DEPLOY_RESERVED_CONCURRENCY:-50}
  role=${DEPLOY_ROLE:-}
  tag=${DEPLOY_TAG:-}
  digest='' auth=NONE smoke=yes dry_run='' delete='' yes=''
  changes=()
}

read_options() {
  set_defaults
  while [ $# -gt 0 ]; do
    case $1 in
      --iam) auth=AWS_IAM ;;
      --no-smoke) smoke='' ;;
      --dry-run) dry_run=yes ;;
      --delete) delete=yes ;;
      --yes) yes=yes ;;
      --help | -h) usage; exit 0 ;;
      --*)
        [ $# -gt 1 ] || refuse "$1 is no option, or lacks its value: see ./scripts/deploy --help."
        read_option_with_value "$1" "$2"
        shift ;;
      *) refuse "'$1' is not understood: see ./scripts/deploy --help." ;;
    esac
    shift
  done
  [ -n "$tag" ] || tag=$(git -C "$root" rev-parse --short=12 HEAD 2>/dev/null || echo latest)
}

read_option_with_value() { # OPTION VALUE
  case $1 in
    --name) name=$2 ;;
    --region) region=$2 ;;
    --memory) memory=$2 ;;
    --timeout) timeout=$2 ;;
    --arch) arch=$2 ;;
    --retention) retention=$2 ;;
    --reserved-concurrency) reserved=$2 ;;
    --role) role=$2 ;;
    --tag) tag=$2 ;;
    --digest) digest=$2 ;;
    --set) changes+=("$(change_of "$2")") ;;
    --unset) changes+=("-$2") ;;
    *) refuse "There is no option $1: see ./scripts/deploy --help." ;;
  esac
}

# In a dry run a value that looks secret is not printed: only its name is kept.
change_of() { # NAME or NAME=VALUE
  if [ -n "$dry_run" ] && looks_secret "${1%%=*}"; then echo "${1%%=*}"; else echo "$1"; fi
}

is_number() { # VALUE LEAST MOST
  case $1 in '' | *[!0-9]* | 0?*) return 1 ;; esac
  [ "${#1}" -le 5 ] && [ "$1" -ge "$2" ] && [ "$1" -le "$3" ]
}

# What CloudWatch Logs accepts: docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
retention_days=' 1 3 5 7 14 30 60 90 120 150 180 365 400 545 731 1096 1827 2192 2557 2922 3288 3653 '

check_words() {
  [[ $name =~ ^[a-z][a-z0-9-]{1,39}$ ]] ||
    refuse "--name must be 2 to 40 small letters, digits and hyphens, because the repository bears it too."
  case $arch in
    arm64) platform=linux/arm64 lambda_arch=arm64 ;;
    amd64) platform=linux/amd64 lambda_arch=x86_64 ;;
    *) refuse "--arch must be arm64 or amd64, not '$arch': Lambda runs no other." ;;
  esac
  is_number "$memory" 128 10240 || refuse "--memory must be a number of MB from 128 to 10240."
  is_number "$timeout" 1 900 || refuse "--timeout must be a number of seconds from 1 to 900."
  [ "$reserved" = none ] || is_number "$reserved" 0 99999 ||
    refuse "--reserved-concurrency must be a number, or none."
  case $retention_days in
    *" $retention "*) ;;
    *) refuse "--retention must be a number of days that CloudWatch knows, such as 7, 14, 30, 90 or 365." ;;
  esac
  [[ -z $digest || $digest =~ ^sha256:[0-9a-f]{64}$ ]] || refuse "--digest must be sha256: and 64 hex digits."
  [[ $tag =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$ ]] || refuse "--tag must be letters, digits and _.- only."
  check_changes
}

check_changes() {
  local change variable
  for change in ${changes[@]+"${changes[@]}"}; do
    variable=${change%%=*}
    [[ ${variable#-} =~ ^[A-Za-z][A-Za-z0-9_]*$ ]] || refuse "--set and --unset need the name of a variable."
    [[ $change != "$variable" || $change == -* || -n $dry_run ]] || printenv "$variable" >/dev/null ||
      refuse "--set $variable takes its value from your environment, where it is not set: export it, or give a value."
  done
  log_group=/aws/lambda/$name
}
