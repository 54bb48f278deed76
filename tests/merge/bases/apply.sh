#!/usr/bin/env bash
#
# apply.sh MANIFEST NAME REPLICAS IMAGE
#
# Fills in the variables of a manifest, applies it and waits: for a Deployment until it has rolled
# out, for a Job until it has completed. When that does not happen in time, says what Kubernetes
# knows about it and fails. No manifest holds a secret, and none is printed.
#
#   MANIFEST   a file with $deployment, $replicas and $img in it; no other variable is filled in
#   NAME       name of the Deployment or Job
#   REPLICAS   number of pods of a Deployment
#   IMAGE      image with its tag
#
# ROLLOUT_TIMEOUT, in seconds, limits the wait; without it, 300.

set -euo pipefail

fail() {
  printf 'apply.sh: %s\n' "$1" >&2
  exit "${2:-1}"
}

if [[ $# -ne 4 ]]; then
  printf 'usage: apply.sh MANIFEST NAME REPLICAS IMAGE\n' >&2
  exit 2
fi

manifest=$1
name=$2
replicas=$3
image=$4
timeout=${ROLLOUT_TIMEOUT:-300}

[[ -f $manifest && -r $manifest ]] || fail "cannot read the manifest \"$manifest\"" 2
[[ $name =~ ^[a-z0-9]([-a-z0-9]*[a-z0-9])?$ ]] || fail "\"$name\" is not a name that Kubernetes takes" 2
[[ $replicas =~ ^[0-9]+$ ]] || fail "\"$replicas\" is not a number of replicas" 2
# "/app:tag", "registry//app:tag" or "app:" mean that a variable was not set.
[[ $image =~ ^[a-zA-Z0-9][a-zA-Z0-9._/@:-]*:[a-zA-Z0-9_][a-zA-Z0-9_.-]*$ && $image != *//* ]] \
  || fail "\"$image\" is not an image with a tag" 2
[[ $timeout =~ ^[1-9][0-9]*$ ]] || fail "ROLLOUT_TIMEOUT is \"$timeout\", not a number of seconds" 2
for tool in envsubst kubectl; do
  command -v "$tool" >/dev/null || fail "needs \"$tool\", which this machine does not have" 2
done

# Shows what Kubernetes knows about the pods with a label; never fails.
diagnose() {
  printf '\n%s: what Kubernetes knows\n' "$name"
  {
    kubectl get pods --selector="$1" --output=wide
    kubectl describe "$2" "$name"
    kubectl describe pods --selector="$1"
    kubectl logs --selector="$1" --all-containers --prefix --tail=100
    kubectl logs --selector="$1" --all-containers --prefix --tail=100 --previous
    kubectl get events --sort-by=.lastTimestamp
  } 2>&1 || true
}

filled_in=$(deployment=$name replicas=$replicas img=$image envsubst "\$deployment \$replicas \$img" <"$manifest")

kubectl apply --filename=- <<<"$filled_in"
if ! kubectl rollout status "deployment/$name" --timeout="${timeout}s"; then
  diagnose "deployment=$name" deployment
  fail "\"$name\" has not rolled out within $timeout seconds"
fi
