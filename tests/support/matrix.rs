//! The configurations that every promise about generated files is held against.

/// A configuration and what is special about it.
pub struct Case {
    pub name: &'static str,
    pub config: &'static str,
}

const fn case(name: &'static str, config: &'static str) -> Case {
    Case { name, config }
}

pub const CASES: &[Case] = &[
    case("defaults", "version: 1\n"),
    case("DigitalOcean alone", "targets: [{cloud: digitalocean}]\n"),
    case("Google Cloud alone", "targets: [{cloud: gcp}]\n"),
    case("AWS alone", "targets: [{cloud: aws}]\n"),
    case(
        "a zonal cluster in a named project",
        "targets: [{cloud: gcp, zone: europe-west1-b, region: europe-west1, project: my-project-1}]\n",
    ),
    case("images in DigitalOcean's registry", "targets: [{cloud: do, registry: digitalocean}]\n"),
    case(
        "images live in DigitalOcean's registry",
        "ci_registry: cloud\nnamespace: shop\ntargets: [{cloud: do, registry: digitalocean}]\n",
    ),
    case(
        "AWS without a stored key",
        "targets: [{cloud: aws, auth: oidc, role: \"arn:aws:iam::123456789012:role/addressbook-ci\"}]\n",
    ),
    case(
        "Google Cloud without a stored key",
        "targets: [{cloud: gcp, auth: oidc, project: demo-project, project_number: 123456789012}]\n",
    ),
    case(
        "two clouds without a stored key, a release on any tag",
        concat!(
            "ci_registry: artifact\n",
            "ci: existing\n",
            "release: {when: \"result = 'passed'\"}\n",
            "targets:\n",
            "  - {cloud: aws, auth: oidc, role: \"arn:aws:iam::123456789012:role/addressbook-ci\"}\n",
            "  - {cloud: gcp, auth: oidc, project: demo-project, project_number: 123456789012, zone: us-central1-a}\n",
        ),
    ),
    case("images travel as artifacts", "ci_registry: artifact\ntargets: [{cloud: do}]\n"),
    case("images live on Docker Hub", "ci_registry: cloud\ntargets: [{cloud: do}]\n"),
    case("images live in Artifact Registry", "ci_registry: cloud\ntargets: [{cloud: gcp}]\n"),
    case(
        "images live in the first of two registries",
        "ci_registry: cloud\ntargets: [{cloud: aws}, {cloud: gcp}]\n",
    ),
    case("images by digest", "pin: digest\n"),
    case(
        "images by digest from artifacts",
        "pin: digest\nci_registry: artifact\ntargets: [{cloud: do}]\n",
    ),
    case(
        "images by digest where they were built to",
        "pin: digest\nci_registry: cloud\ntargets: [{cloud: aws}, {cloud: gcp, after: aws}]\n",
    ),
    case("a scan", "scan: {}\n"),
    case(
        "a scan of artifacts with all settings",
        "scan: {severity: critical, unfixed: true, ignore: [CVE-2026-1234, GHSA-x], image: 'r.example.com/trivy:1'}\n\
         ci_registry: artifact\ntargets: [{cloud: do}]\n",
    ),
    case(
        "a scan in the cloud",
        "scan: {severity: high}\nci_registry: cloud\ntargets: [{cloud: gcp}]\n",
    ),
    case("no database", "database: none\n"),
    case("migration in the canary", "migrate: in-canary\n"),
    case("a single pod", "replicas: {stable: 1, canary: 1}\ntargets: [{cloud: gcp}]\n"),
    case("more canary than stable", "replicas: {stable: 2, canary: 5}\ntargets: [{cloud: aws}]\n"),
    case("no service", "service: none\ntargets: [{cloud: do}]\n"),
    case(
        "a service inside the cluster",
        "service: {type: ClusterIP, port: 8080}\nport: 9090\ntargets: [{cloud: gcp}]\n",
    ),
    case("a self-hosted agent", "agent: {machine: s1-kubernetes}\ntargets: [{cloud: aws}]\n"),
    case(
        "an ARM agent",
        "agent: {machine: r1-standard-4, os_image: ubuntu2404}\ntargets: [{cloud: do}]\n",
    ),
    case("the user's own semaphore.yml", "ci: existing\ntargets: [{cloud: gcp}, {cloud: do}]\n"),
    case(
        "a release on tags only",
        "release: {when: \"result = 'passed' and tag =~ '^v'\"}\ntargets: [{cloud: aws}]\n",
    ),
    case(
        "the longest names",
        "name: aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee\n\
         namespace: a12345678901234567890123456789012345678901234567890123456789012\n\
         targets: [{id: a12345678901234567890123456789, cloud: aws}]\n",
    ),
    case(
        "other quantities",
        "resources: {requests: {cpu: 2, memory: 1Gi}, limits: {cpu: \"2.5\", memory: 1.5Gi}}\ntargets: [{cloud: gcp}]\n",
    ),
    case(
        "staging, then production, on one cloud",
        concat!(
            "name: shop\n",
            "default_branch: release/1.x\n",
            "targets:\n",
            "  - {id: gke-staging, cloud: gcp, namespace: staging, cluster: staging}\n",
            "  - id: gke-production\n",
            "    cloud: gcp\n",
            "    after: gke-staging\n",
            "    deployment_target: production\n",
            "    namespace: prod\n",
            "    cluster: production\n",
            "    replicas: {stable: 10, canary: 2}\n",
            "    secrets: {gcp-key: gcp-key-production, db-params: db-params-production}\n",
            "  - {id: eu, cloud: aws, after: gke-production, region: eu-west-1}\n",
            "  - {id: us, cloud: aws, after: gke-production}\n",
        ),
    ),
    case(
        "variables and secrets of the application",
        concat!(
            "env:\n",
            "  PLAIN: value\n",
            "  QUOTES: \"it's \\\"quoted\\\" \\\\ `x` $(touch PWNED) $img ${deployment} $replicas\"\n",
            "  LINES: \"one\\ntwo\\n\\n  three\\n\"\n",
            "  UNICODE: \"žluťoučký 🐎 \\u2028 \\ufeff\"\n",
            "  YAML: \"a: b # c *d &e !f {g} [h] {{ 7*7 }} {% raw %}\"\n",
            "  NUMBER: \"017\"\n",
            "  BOOLEAN: \"yes\"\n",
            "  EMPTY: \"\"\n",
            "  TABS: \"\\ta\\tb\\t\"\n",
            "secrets:\n",
            "  - {name: mail, env: [SMTP_USER, SMTP_PASSWORD]}\n",
            "  - {name: payment-provider, env: [PAYMENT_KEY]}\n",
            "targets: [{cloud: do}]\n",
        ),
    ),
    case(
        "an application of one's own, tested in all three places",
        concat!(
            "name: shop\n",
            "app: none\n",
            "database: postgres\n",
            "build: {dockerfile: docker/Docker file, context: services/shop, test_stage: unit.tests}\n",
            "commands:\n",
            "  ping: [shop, --say, \"it's \\\"$HOME\\\" $(touch PWNED) `touch PWNED` \\\\ é\", \"\"]\n",
            "  migrate: shop migrate --to '$HOME $$ $(PORT) two words'\n",
            "tests:\n",
            "  - name: \"It's a \\\"test\\\" of $(touch PWNED) in {{ 7*7 }}: # yes\"\n",
            "    in: test\n",
            "    commands:\n",
            "      - \"npm test -- --grep 'it is \\\"quoted\\\"' \\\"$HOME\\\" $(date) `date`\"\n",
            "      - \"one &&\\ntwo # and a 'comment'\\n\"\n",
            "  - name: Release\n",
            "    in: release\n",
            "    database: true\n",
            "    env: {QUOTED: \"it's $(touch PWNED)\"}\n",
            "    commands:\n",
            "      - shop 'two words' \"it's\" '$(touch PWNED)' '`touch PWNED`' \\\\ é ''\n",
            "      - shop\n",
            "  - name: Agent\n",
            "    in: agent\n",
            "    database: true\n",
            "    commands: [make lint, \"printf '%s' 'a: b # c'\", \"make a\\nmake b\\n\"]\n",
            "targets: [{cloud: aws}]\n",
        ),
    ),
    case(
        "an application without tests, commands and database",
        "name: worker\napp: none\ndatabase: none\nservice: none\nci_registry: artifact\ntargets: [{cloud: gcp}]\n",
    ),
    case(
        "a worker whose health a command tells",
        "name: worker\napp: none\ndatabase: none\nservice: none\n\
         health: {command: [sh, -c, \"test -e '/tmp/a b' $HOME $$ $(x) `x`\", \"\"]}\n\
         replicas: {stable: 2}\ntargets: [{cloud: gcp}]\n",
    ),
    case(
        "a worker without a health check",
        "name: worker\napp: none\nservice: none\nhealth: none\nenv: {QUEUE: mail}\ntargets: [{cloud: do}]\n",
    ),
    case(
        "behind an Ingress, scaled by load",
        "ingress: {host: '*.example.com', path: /shop, class: nginx.org, tls_secret: shop.tls}\n\
         autoscaling: {min: 2, max: 9, cpu: 60}\ntargets: [{cloud: gcp}, {cloud: aws, after: gcp, replicas: {canary: 2}}]\n",
    ),
    case(
        "in a subfolder, with hardly anything said",
        "name: shop\nfolder: services/shop\ningress: {host: localhost}\nservice: {type: NodePort}\n\
         autoscaling: {max: 1}\nci_registry: artifact\n\
         tests: [{name: Lint, in: agent, commands: [make lint]}]\ntargets: [{cloud: aws}]\n",
    ),
    case(
        "in a subfolder, beside the user's own semaphore.yml",
        "name: shop\nfolder: shop/\nci: existing\ntargets: [{cloud: aws}, {cloud: gcp, after: aws}]\n",
    ),
    case(
        "everything at once",
        "name: all\nmigrate: in-canary\nci: existing\nci_registry: artifact\nservice: none\n\
         replicas: {stable: 1}\nsecrets: [{name: own, env: [TOKEN]}]\nfiles: {skip: [RUNBOOK.md, src/]}\n\
         targets: [{cloud: eks}, {cloud: google, after: aws}, {cloud: do, after: aws}]\n",
    ),
];
