#!/usr/bin/env bash
#
# release.sh COMMAND NAME [ARGUMENT]...
#
# Moves the Deployments NAME-canary and NAME-stable, and keeps workflows apart: the queue of a target
# runs one pipeline at a time, but while a canary waits for a person it is free for the pipelines of
# other workflows. So every pod carries its workflow as a label, and nobody touches what is another
# workflow's, with one exception: a newer workflow's canary takes the place of an older one's.
#
#   check-canary NAME                    refuses when the canary may not be deployed; changes nothing
#   canary NAME REPLICAS IMAGE           rolls the canary out
#   make-room NAME REPLICAS              scales stable down beside the canary
#   check-stable NAME                    refuses when stable may not be deployed; changes nothing
#   stable NAME REPLICAS IMAGE           rolls stable out, or brings back what it was
#   remove-canary NAME [SECRET]...       deletes the canary and its Secrets
#   rollback NAME REPLICAS [SECRET]...   brings stable to REPLICAS pods, then deletes the canary
#
# REPLICAS is a number of pods, or MIN-MAX where a HorizontalPodAutoscaler says how many there are:
# stable then gets MIN pods where it has fewer, and is left at its size where it has more.
#
# From the environment:
#
#   SEMAPHORE_WORKFLOW_ID       the workflow that this is for
#   SEMAPHORE_WORKFLOW_NUMBER, SEMAPHORE_GIT_REF, and the commit that is checked out
#                               say how old it is
#   FORCE                       true: an older workflow may take the place of a newer one
#   ROLLOUT_TIMEOUT             for apply.sh

set -euo pipefail

# Seconds that Kubernetes gets to end a rollout that is not this pipeline's own.
patience=300

say() {
  printf 'release.sh: %s\n' "$1"
}

fail() {
  printf 'release.sh: %s\n' "$1" >&2
  exit "${2:-1}"
}

[[ $# -ge 2 ]] || fail 'usage: release.sh COMMAND NAME [ARGUMENT]...' 2
command=$1
name=$2
shift 2
pods=${1:-}
stable=$name-stable
canary=$name-canary
me=${SEMAPHORE_WORKFLOW_ID:-}
[[ -n $me ]] || fail 'SEMAPHORE_WORKFLOW_ID is not set: whose canary is this about?' 2

# How old this workflow is. Semaphore counts workflows for each branch and tag, so their numbers say
# something within one only; between two it is the commits' time.
my_number=${SEMAPHORE_WORKFLOW_NUMBER:-}
my_ref=${SEMAPHORE_GIT_REF:-}
my_ref=${my_ref//[^a-zA-Z0-9._\/-]/_}
my_time=$(git log -1 --format=%ct 2>/dev/null) || my_time=
export WORKFLOW_REF=$my_ref COMMIT_TIME=$my_time

# Reads what there is of a Deployment. Whose pods it wants stands in their template: a rollout that
# is undone brings back the template of the version before, and nothing else.
look_at() {
  local said
  said=$(kubectl get deployment "$1" --ignore-not-found --output='jsonpath={.metadata.name}|{.spec.template.metadata.labels.workflow}|{.spec.template.metadata.annotations.workflow-number}|{.spec.template.metadata.annotations.workflow-ref}|{.spec.template.metadata.annotations.commit-time}|{.metadata.generation}|{.status.observedGeneration}|{.status.conditions[?(@.type=="Progressing")].reason}|{.status.readyReplicas}|{.spec.replicas}') \
    || fail "cannot look at \"$1\": try again once the cluster answers"
  IFS='|' read -r found owner number ref time generation observed progress ready size <<<"$said"
}

# Whether an autoscaler sees to the number of stable's pods: REPLICAS is MIN-MAX.
autoscaled() {
  [[ $pods == *-* ]]
}

# A stable that is gone needs no autoscaler.
no_autoscaler() {
  if autoscaled; then
    kubectl delete hpa "$stable" --ignore-not-found
  fi
}

# Whether stable, just looked at, has at least as many pods as the autoscaler would leave it.
large_enough() {
  [[ -n $found ]] && ((${size:-0} >= ${pods%-*}))
}

# Whether the rollout of the Deployment looked at has not come to its end. Pods that fail later don't
# count.
unfinished() {
  [[ $observed != "$generation" || $progress != NewReplicaSetAvailable ]]
}

# Names a workflow for a person, with the page to open.
workflow() {
  if [[ -z $1 ]]; then
    printf 'a workflow that is not known (it was not deployed by these pipelines)'
  else
    printf 'workflow %s%s' "$1" "${SEMAPHORE_ORGANIZATION_URL:+ ($SEMAPHORE_ORGANIZATION_URL/workflows/$1)}"
  fi
}

older() {
  [[ $1 =~ ^[0-9]+$ && $2 =~ ^[0-9]+$ ]] && ((10#$1 < 10#$2))
}

# Refuses when the Deployment looked at is a newer workflow's, unless a person insists.
not_over_a_newer() {
  [[ -n $found && $owner != "$me" ]] || return 0
  if [[ $ref == "$my_ref" ]]; then
    older "$my_number" "$number" || return 0
  else
    older "$my_time" "$time" || return 0
  fi
  if [[ ${FORCE:-} == true ]]; then
    say "replaces $1 of a newer workflow, as FORCE is true: $(workflow "$owner")"
    return 0
  fi
  fail "$1 is a newer workflow's: $(workflow "$owner"). Nothing has changed. To deploy this older one all the same, promote again with FORCE set to true"
}

check_canary() {
  look_at "$canary"
  not_over_a_newer "the canary"
  if [[ -n $found && $owner != "$me" ]]; then
    say "takes the place of the canary of $(workflow "$owner"), which nobody has promoted"
  fi
  look_at "$stable"
  not_over_a_newer stable
}

check_stable() {
  look_at "$canary"
  if [[ -n $found && $owner != "$me" ]]; then
    fail "there is a canary of $(workflow "$owner"). Nothing has changed. Promote or roll back that canary first"
  fi
  look_at "$stable"
  not_over_a_newer stable
}

# Brings stable, just looked at, back to the pods that it had before its last rollout; a first one
# has nothing to go back to. Fails when stable does not get ready with them either.
undo() {
  local said
  if said=$(kubectl rollout undo "deployment/$stable" 2>&1); then
    printf '%s\n' "$said"
    look_at "$stable"
    kubectl label deployment "$stable" --overwrite "workflow=$owner"
    say "stable goes back to $(workflow "$owner")"
    if ! kubectl rollout status "deployment/$stable" --timeout="${patience}s"; then
      say 'stable is not at full size with that version yet'
      return 1
    fi
  elif [[ $said != *'no rollout history'* ]]; then
    printf '%s\n' "$said" >&2
    fail "stable could not be brought back: do it by hand, \"kubectl rollout undo deployment/$stable\""
  elif [[ ${ready:-0} -gt 0 ]]; then
    say "this is the first stable, so there is nothing to go back to; it stays, as some of its pods are ready"
  else
    say "this is the first stable, so there is nothing to go back to; it goes, as none of its pods is ready"
    kubectl delete deployment "$stable" --ignore-not-found
    no_autoscaler
  fi
}

# Ends a rollout of stable that a stopped pipeline has left behind.
settle() {
  look_at "$stable"
  if [[ -z $found ]] || ! unfinished; then
    return 0
  fi
  say "stable is in the middle of a rollout that nobody waits for any more, by $(workflow "$owner"): waiting for its end"
  if ! kubectl rollout status "deployment/$stable" --timeout="${patience}s"; then
    look_at "$stable"
    undo
  fi
}

roll_out_canary() {
  ./apply.sh manifests/deployment.yml "$canary" "$1" "$2"
}

# Only a stable at rest can give up pods: in the middle of a rollout some may be of no use.
make_room() {
  settle
  look_at "$stable"
  if [[ -z $found ]]; then
    say 'there is no stable before the first promotion'
    return 0
  fi
  if autoscaled; then
    say "stable keeps its $size pods beside the canary, as an autoscaler sees to their number"
    return 0
  fi
  kubectl scale "deployment/$stable" --replicas="$1"
}

roll_out_stable() {
  local replicas=$1
  look_at "$stable"
  if [[ $owner != "$me" ]]; then
    settle
  fi
  if autoscaled; then
    look_at "$stable"
    if large_enough; then
      replicas=keep
    else
      replicas=${replicas%-*}
    fi
  fi
  if ./apply.sh manifests/deployment.yml "$stable" "$replicas" "$2"; then
    return 0
  fi
  # Where Kubernetes has refused the manifest, stable is what it was.
  look_at "$stable"
  if [[ -n $found && $owner == "$me" ]] && unfinished; then
    local secrets
    secrets=$(kubectl get deployment "$stable" --output='jsonpath={.spec.template.spec.containers[*].envFrom[*].secretRef.name}')
    read -ra secrets <<<"$secrets"
    undo || say 'see RUNBOOK.md, section 5'
    look_at "$stable"
    # Nobody reads the Secrets of a stable that is gone.
    if [[ -z $found ]] && ((${#secrets[@]})); then
      kubectl delete secret "${secrets[@]}" --ignore-not-found
    fi
  fi
  fail 'stable was not deployed; the canary stays for whoever looks into it. Promote again, or roll the canary back'
}

# The Secrets go first: while the Deployment is there, whoever comes next finds whose they are.
remove_canary() {
  # Only one that a stopped pipeline has left behind is still there.
  kubectl delete job "$name-migrate" --ignore-not-found --cascade=foreground
  if (($#)); then
    kubectl delete secret "$@" --ignore-not-found
  fi
  kubectl delete deployment "$canary" --ignore-not-found
}

# What there is to learn about the canary, while it is there; none of this may stop a rollback.
describe_canary() {
  {
    kubectl get deployments,pods --selector="app=$name" --output=wide
    kubectl describe pods --selector="deployment=$canary"
    kubectl logs --selector="deployment=$canary" --all-containers --prefix --tail=200
    kubectl logs --selector="deployment=$canary" --all-containers --prefix --tail=200 --previous
    kubectl get events --sort-by=.lastTimestamp
  } 2>&1 || true
}

rollback() {
  local replicas=$1
  shift
  look_at "$canary"
  if [[ -n $found && $owner != "$me" ]]; then
    say "there is a canary, but of $(workflow "$owner"): it is left alone, and so is stable"
    kubectl delete job "$name-migrate" --ignore-not-found --cascade=foreground
    return 0
  fi
  local has_canary=$found
  if [[ -n $has_canary ]]; then
    describe_canary
  else
    say 'there is no canary'
  fi
  look_at "$stable"
  if [[ -n $found && $owner == "$me" ]] && unfinished; then
    say 'the promotion of this workflow was stopped on its way: stable goes back'
    undo || say 'going on: removing the canary may make room'
  else
    settle || say 'going on: removing the canary may make room'
  fi
  look_at "$stable"
  if [[ -z $found || -z $has_canary ]]; then
    remove_canary "$@"
    # A first promotion that was stopped may have left behind what a stable needs that is not there.
    if [[ -z $found ]]; then
      no_autoscaler
      if (($#)); then
        kubectl delete secret "${@/#$canary/$stable}" --ignore-not-found
      fi
    fi
    return 0
  fi
  if autoscaled && large_enough; then
    say "stable keeps its $size pods, as an autoscaler sees to their number"
  else
    replicas=${replicas%-*}
    kubectl scale "deployment/$stable" --replicas="$replicas"
  fi
  # Where the cluster has no room for both, the canary has to go first.
  kubectl rollout status "deployment/$stable" --timeout="${patience}s" \
    || say 'stable is not at full size yet: removing the canary makes room'
  remove_canary "$@"
  kubectl rollout status "deployment/$stable" --timeout="${patience}s" \
    || fail "the canary is gone, but stable has not all of its pods: see RUNBOOK.md, section 5"
}

case $command/$# in
  check-canary/0) check_canary ;;
  canary/2) roll_out_canary "$@" ;;
  make-room/1) make_room "$@" ;;
  check-stable/0) check_stable ;;
  stable/2) roll_out_stable "$@" ;;
  remove-canary/*) remove_canary "$@" ;;
  rollback/[1-9]*) rollback "$@" ;;
  *) fail "\"$command\" with $# arguments after the name is no command: read the top of this file" 2 ;;
esac
