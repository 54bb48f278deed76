#!/usr/bin/env bash
#
# apply.sh MANIFEST NAME REPLICAS IMAGE
#
# Fills in the variables of a manifest, applies it and waits: for a Deployment until it has rolled
# out, for a Job until it has completed. When that does not happen in time, says in plain words what
# is wrong and what to do, shows what Kubernetes knows about it, and fails. No manifest holds a
# secret, and none is printed.
#
#   MANIFEST   a file with $deployment, $replicas, $img, $workflow, $workflow_number,
#              $workflow_ref, $commit_time and $secrets in it; no other variable is filled in
#   NAME       name of the Deployment or Job
#   REPLICAS   number of pods of a Deployment; keep: as many as it has, whoever has seen to that
#   IMAGE      image with its tag or digest
#
# From the environment:
#
#   SEMAPHORE_WORKFLOW_ID      the workflow that deploys, which the pods carry as a label; by-hand
#                              without one
#   SEMAPHORE_WORKFLOW_NUMBER, WORKFLOW_REF, COMMIT_TIME
#                              how old it is: release.sh compares them
#   ROLLOUT_TIMEOUT            limit of the wait in seconds; without it, 300

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
workflow=${SEMAPHORE_WORKFLOW_ID:-by-hand}

[[ -f $manifest && -r $manifest ]] || fail "cannot read the manifest \"$manifest\"" 2
[[ $name =~ ^[a-z0-9]([-a-z0-9]*[a-z0-9])?$ ]] || fail "\"$name\" is not a name that Kubernetes takes" 2
[[ $replicas =~ ^([0-9]+|keep)$ ]] || fail "\"$replicas\" is not a number of replicas" 2
# "/app:tag", "registry//app:tag", "app:" or "app@" mean that a variable was not set.
[[ $image =~ ^[a-zA-Z0-9][a-zA-Z0-9._/:-]*(:[a-zA-Z0-9_][a-zA-Z0-9_.-]*|@sha256:[0-9a-f]{64})$ && $image != *//* ]] \
  || fail "\"$image\" is not an image with a tag or digest" 2
[[ $timeout =~ ^[1-9][0-9]*$ ]] || fail "ROLLOUT_TIMEOUT is \"$timeout\", not a number of seconds" 2
[[ $workflow =~ ^[a-zA-Z0-9]([-a-zA-Z0-9_.]{0,61}[a-zA-Z0-9])?$ ]] \
  || fail "SEMAPHORE_WORKFLOW_ID is \"$workflow\", not the id of a workflow" 2
for tool in envsubst kubectl sha256sum; do
  command -v "$tool" >/dev/null || fail "needs \"$tool\", which this machine does not have" 2
done

# Fills in the manifest; the argument is the checksum of the Secrets.
fill_in() {
  local edit=
  # Without a number in the manifest, Kubernetes leaves the one that there is.
  if [[ $replicas == keep ]]; then
    edit="/^ *replicas: \\\$replicas\$/d"
  fi
  deployment=$name replicas=$replicas img=$image workflow=$workflow secrets=$1 \
    workflow_number=${SEMAPHORE_WORKFLOW_NUMBER:-} workflow_ref=${WORKFLOW_REF:-} commit_time=${COMMIT_TIME:-} \
    envsubst "\$deployment \$replicas \$img \$workflow \$workflow_number \$workflow_ref \$commit_time \$secrets" < <(sed "$edit" "$manifest")
}

# A checksum of the Secrets that the pods read: pods read them at their start only, so that a change
# has to start new ones. The random id of each Secret goes into it, which keeps a weak password from
# being guessed from the checksum.
secrets_checksum() {
  local secret
  fill_in '' | sed -n '/secretRef:/{n;s/^ *name: *//p;}' | while read -r secret; do
    kubectl get secret "$secret" --output='jsonpath={.metadata.uid} {.data}' || exit
  done | sha256sum | cut -d ' ' -f 1
}

# Makes kubectl forget that a number of pods was ever applied: what was, and is no more, it would
# take back, which leaves a single pod.
forget_replicas() {
  local last
  last=$(kubectl get deployment "$name" --output='jsonpath={.metadata.annotations.kubectl\.kubernetes\.io/last-applied-configuration}') \
    || fail "cannot look at \"$name\": try again once the cluster answers"
  if [[ $last =~ '"replicas":'[0-9]+, ]]; then
    kubectl apply set-last-applied --filename=- <<<"${last/"${BASH_REMATCH[0]}"/}"
  fi
}

# Applies what stands in the standard input; knows the answer to a selector that differs.
apply() {
  local said
  if said=$(kubectl apply --filename=- 2>&1); then
    printf '%s\n' "$said"
    return
  fi
  printf '%s\n' "$said" >&2
  if [[ $said == *selector*'field is immutable'* ]]; then
    fail "there is a \"$name\" with another selector, which Kubernetes never changes: it was not made by these pipelines. RUNBOOK.md says how to take it over without downtime (\"Take over a Deployment of another tool\")"
  fi
  fail "Kubernetes has refused \"$name\": nothing of it has changed"
}

# A line for each pod with a label: what each field says stands between bars.
pod_facts() {
  kubectl get pods --selector="$1" --output='jsonpath={range .items[*]}{.metadata.name}|{.status.phase}|{.status.conditions[?(@.type=="PodScheduled")].reason}|{.status.conditions[?(@.type=="PodScheduled")].message}|{.status.containerStatuses[*].state.waiting.reason}|{.status.containerStatuses[*].lastState.terminated.reason}|{.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}'
}

# Says in plain words what is wrong with the pods with a label, and what to do next.
explain() {
  local pod phase scheduled because waiting ended ready wrong
  printf '\n%s: what is wrong\n' "$name"
  pod_facts "$1" | while IFS='|' read -r pod phase scheduled because waiting ended ready; do
    case "$scheduled $waiting" in
      *ImagePull* | *InvalidImageName* | *ErrImage* | *RegistryUnavailable*)
        wrong="its image cannot be pulled ($waiting). Check that the image \"$image\" is in the registry, and that the cluster may pull it"
        ;;
      *CreateContainerConfigError*)
        wrong="a Secret that it reads, or a key of it, is not there ($waiting). The commands before this one make the Secrets: read their part of the log"
        ;;
      Unschedulable*)
        wrong="no node of the cluster has room for it ($because). Add a node, or lower \"resources\" in pipewright.yml and generate again"
        ;;
      *CrashLoopBackOff* | *RunContainerError* | *CreateContainerError*)
        if [[ $ended == OOMKilled ]]; then
          wrong="it needs more memory than its limit and is killed again and again (OOMKilled). Raise \"resources.limits.memory\" in pipewright.yml and generate again"
        else
          wrong="the application ends soon after its start, again and again ($waiting). Its log below says why; mostly a setting is missing or wrong"
        fi
        ;;
      *)
        if [[ $phase == Running && $ready != True ]]; then
          wrong="it runs, but does not get ready: its probes fail. The events below name the probe, its log says why; mostly it does not reach what it needs, such as the database"
        elif [[ $phase == Failed ]]; then
          wrong="it has ended with an error. Its log below says why"
        elif [[ $phase == Pending ]]; then
          wrong="it has not started yet. The events below say what it waits for"
        else
          continue
        fi
        ;;
    esac
    printf '  pod %s: %s\n' "$pod" "$wrong"
  done
}

# Shows what Kubernetes knows about the pods with a label; never fails.
diagnose() {
  {
    explain "$1"
    printf '\n%s: what Kubernetes knows\n' "$name"
    kubectl get pods --selector="$1" --output=wide
    kubectl describe "$2" "$name"
    kubectl describe pods --selector="$1"
    kubectl logs --selector="$1" --all-containers --prefix --tail=100
    kubectl logs --selector="$1" --all-containers --prefix --tail=100 --previous
    kubectl get events --sort-by=.lastTimestamp
  } 2>&1 || true
}

# Waits for the Job without losing time when it fails.
wait_for_job() {
  local deadline=$((SECONDS + timeout)) failed said
  until said=$(kubectl wait "job/$name" --for=condition=complete --timeout=5s 2>&1); do
    # An API server that does not answer for a moment says nothing about the Job.
    failed=$(kubectl get job "$name" --output='jsonpath={.status.conditions[?(@.type=="Failed")].reason}') || failed=
    if [[ -n $failed ]]; then
      printf 'apply.sh: the Job "%s" has failed: %s\n' "$name" "$failed" >&2
      return 1
    fi
    if ((SECONDS >= deadline)); then
      printf 'apply.sh: the Job "%s" has not completed within %s seconds: %s\n' "$name" "$timeout" "$said" >&2
      return 1
    fi
    sleep 1
  done
  printf 'job "%s" completed\n' "$name"
  kubectl logs "job/$name" --tail=100 || true
}

checksum=$(secrets_checksum) || fail "a Secret that \"$name\" reads is not there: the commands before this one make it"
filled_in=$(fill_in "$checksum")

if grep --quiet '^kind: Job$' "$manifest"; then
  # What a Job runs can't be changed: a former one has to go first, its pod before it.
  kubectl delete job "$name" --ignore-not-found --cascade=foreground
  apply <<<"$filled_in"
  if ! wait_for_job; then
    diagnose "job-name=$name" job
    fail "\"$name\" has failed, so the deployment ends here: no pod of the service has changed"
  fi
  kubectl delete job "$name" --ignore-not-found
else
  if [[ $replicas == keep ]]; then
    forget_replicas
  fi
  apply <<<"$filled_in"
  if ! kubectl rollout status "deployment/$name" --timeout="${timeout}s"; then
    # The pods of the version before are not what is wrong.
    diagnose "deployment=$name,workflow=$workflow" deployment
    fail "\"$name\" has not rolled out within $timeout seconds"
  fi
fi
