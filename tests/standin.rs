//! The stand-in for `kubectl` and a cluster is as strict as the real ones where the generated files
//! rely on it: a test that passes because the stand-in is lenient says nothing.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // A test that panics says where.

mod support;

use serde_json::json;
use support::kube::jsonpath;
use support::kube::rollout::Trouble;
use support::stage::Stage;

/// Compared with kubectl 1.32, `kubectl label --local --output=jsonpath=…`.
#[test]
fn paths_print_as_kubectl_prints_them() {
    let object = json!({
        "metadata": {"name": "a", "annotations": {"commit-time": "7"}},
        "data": {"A": "eA==", "B": "eQ=="},
        "status": {
            "readyReplicas": 3,
            "conditions": [{"type": "X", "reason": "r1"}, {"type": "Y", "reason": "r2"}],
        },
        "items": [{"n": 1, "l": [{"s": "p"}, {"s": "q"}]}, {"l": []}],
    });
    for (template, expected) in [
        ("{.metadata.name}|{.metadata.annotations.commit-time}|", "a|7|"),
        ("{.metadata.labels.none}{.nothing}", ""),
        ("{.status.conditions[?(@.type==\"Y\")].reason} {.status.readyReplicas}", "r2 3"),
        ("{.data}", "{\"A\":\"eA==\",\"B\":\"eQ==\"}"),
        ("{range .items[*]}{.n}-{.l[*].s};{\"\\n\"}{end}x", "1-p q;\n-;\nx"),
    ] {
        assert_eq!(jsonpath::print(template, &object).unwrap(), expected, "{template}");
    }
    for broken in ["{.a", "{end}", "{range .items[*]}", "{.items[-1]}", "{a}", "{.a b}"] {
        assert!(jsonpath::print(broken, &object).is_err(), "{broken}");
    }
}

#[test]
fn a_call_that_the_real_program_would_not_take_fails() {
    let stage = Stage::one("").settled();
    for command in [
        "kubectl get deployment addressbook-stable --outptu=name",
        "kubectl get deployment addressbook-canary --output=name",
        "kubectl get deployment addressbook-stable --output='jsonpath={.a'",
        "kubectl get deploymnet addressbook-stable",
        "kubectl get pods --selector=app",
        "kubectl scale deployment/addressbook-stable --replicas=many",
        "kubectl scale deployment/addressbook-canary --replicas=1",
        "kubectl rollout status deployment/addressbook-stable --timeout=300",
        "kubectl rollout undo deployment/addressbook-canary",
        "kubectl delete deployment",
        "kubectl delete deployment addressbook-canary",
        "kubectl delete secret nothing",
        "kubectl label deployment addressbook-stable workflow=other",
        "kubectl label deployment addressbook-stable --overwrite 'workflow=two words'",
        "kubectl logs --selector=app=addressbook",
        "kubectl describe deployment addressbook-canary",
        "kubectl wait job/addressbook-migrate --for=condition=complete --timeout=5s",
        "kubectl exec deployment/addressbook-canary --container=addressbook -- true",
        "kubectl exec deployment/addressbook-stable --container=other -- true",
        "kubectl apply --server-side --filename=manifests/service.yml",
        "kubectl apply --filename=manifests/none.yml",
        "kubectl apply --filename=- </dev/null",
        "kubectl frobnicate",
        "sed 's/\"$workflow\"/7/' manifests/deployment.yml | kubectl apply --filename=-",
    ] {
        let before = stage.state();
        stage.sandbox.shell(command).failed();
        assert_eq!(stage.state(), before, "{command}");
    }
    // And what it takes, it does.
    for (command, printed) in [
        ("kubectl get deployment addressbook-canary --ignore-not-found --output=name", ""),
        (
            "kubectl get deployments --selector=app=addressbook --output=name",
            "deployment.apps/addressbook-stable\n",
        ),
        ("kubectl get deployments --selector=app=other --output=name", ""),
        (
            "kubectl get deployment addressbook-stable --output='jsonpath={.status.readyReplicas}'",
            "3",
        ),
        ("kubectl delete secret nothing --ignore-not-found", ""),
    ] {
        let out = stage.sandbox.shell(command).passed();
        assert_eq!(out.strip_prefix("Context modified.\n"), Some(printed), "{command}");
    }
}

#[test]
fn a_selector_never_changes() {
    let stage = Stage::one("").settled();
    let command = "deployment=addressbook-stable replicas=3 workflow=first img=a:b secrets=x envsubst <manifests/deployment.yml \
                   | sed '0,/  deployment: addressbook-stable/! s/deployment: addressbook-stable/tier: stable/' \
                   | kubectl apply --filename=-";
    let log = stage.sandbox.shell(command).failed();
    assert!(log.contains("spec.selector") && log.contains("field is immutable"), "{log}");
}

#[test]
fn a_rolling_update_keeps_its_pods_and_can_be_undone() {
    let mut stage = Stage::one("replicas: {stable: 5, canary: 1}").settled();
    stage.released("second");
    stage.breaks("second", Trouble::Crash);
    let revisions = |stage: &Stage| -> Vec<(u64, usize)> {
        let world = stage.sandbox.world();
        let sets = &world.kube.deployments["addressbook-stable"].sets;
        sets.iter().map(|set| (set.revision, set.pods.len())).collect()
    };
    assert_eq!(revisions(&stage), [(1, 5)]);
    let apply = "ROLLOUT_TIMEOUT=5 SEMAPHORE_WORKFLOW_ID=second ./apply.sh manifests/deployment.yml addressbook-stable 5";
    let image = |tag: &str| format!("{}:{tag}", stage.image);
    stage.sandbox.shell(&format!("{apply} {}", image("second"))).failed();
    // A quarter of the pods, rounded up, comes on top; none that is ready has gone.
    assert_eq!(revisions(&stage), [(1, 5), (2, 2)]);
    stage.sandbox.shell("kubectl rollout undo deployment/addressbook-stable").passed();
    assert_eq!(stage.state(), ["stable first 5/5"]);
    assert_eq!(revisions(&stage), [(2, 0), (3, 5)]);
    // Undoing once more goes to what was there before, which is the broken one.
    stage.sandbox.shell("kubectl rollout undo deployment/addressbook-stable").passed();
    stage.rest();
    assert_eq!(revisions(&stage), [(3, 5), (4, 2)]);
}
