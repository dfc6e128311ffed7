# Sourced by ./scripts/deploy: the ECR repository, and the image in it, which is named by its digest.

lifecycle='{"rules":[{"rulePriority":1,"description":"Keep the newest ten","selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":10},"action":{"type":"expire"}}]}'

make_repository() {
  say "repository $name: scanned on push, the newest ten images are kept"
  run_unless RepositoryAlreadyExistsException \
    aws ecr create-repository --repository-name "$name" --image-scanning-configuration scanOnPush=true
  run aws ecr put-image-scanning-configuration --repository-name "$name" \
    --image-scanning-configuration scanOnPush=true
  run aws ecr put-lifecycle-policy --repository-name "$name" --lifecycle-policy-text "$lifecycle"
  find_repository
}

find_repository() {
  take repository aws ecr describe-repositories --repository-names "$name" \
    --query 'repositories[0].repositoryUri' --output text
}

# Lambda accepts an image for one architecture. It refuses a list of manifests, which attestations would make of it.
build_image() {
  say "image for $platform"
  local build=(docker buildx build --provenance=false --sbom=false --platform "$platform")
  build+=(--tag "$repository:$tag" --load "$root")
  if [ -n "$dry_run" ]; then show "${build[@]}"; return; fi
  "${build[@]}" || fail "The image could not be built. For another architecture than your own, Docker needs QEMU:
'docker run --privileged --rm tonistiigi/binfmt --install arm64', or give --arch of your own."
}

push_image() {
  say "push $name:$tag"
  log_in
  run docker push --quiet "$repository:$tag"
  take digest aws ecr describe-images --repository-name "$name" --image-ids "imageTag=$tag" \
    --query 'imageDetails[0].imageDigest' --output text
  image=$repository@$digest
  [ -n "$dry_run" ] || say "  $digest"
}

log_in() {
  local registry=${repository%%/*}
  # Only the registry's name is needed. In a dry run it is a part of a variable.
  [ -z "$dry_run" ] || registry="$mark{repository%%/*}"
  local get=(aws ecr get-login-password) login=(docker login --username AWS --password-stdin "$registry")
  if [ -n "$dry_run" ]; then
    echo "$(line "${get[@]}") | $(line "${login[@]}")"
  else
    "${get[@]}" | "${login[@]}" >/dev/null || fail "Docker could not log in at $registry."
  fi
}

find_image() {
  say "image $digest, as it was pushed"
  find_repository
  run aws ecr describe-images --repository-name "$name" --image-ids "imageDigest=$digest"
  image=$repository@$digest
}
