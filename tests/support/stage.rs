//! A service on a cloud, played through its deployments: what people do, and what is there then.

use super::Service;
use super::cluster::hex;
use super::kube::rollout::{Deployment, Trouble};
use super::sandbox::{Played, Sandbox};

/// A cloud, which is also the target's id, and the address of the images there.
pub const CLOUDS: [(&str, &str); 3] = [
    ("digitalocean", "team/addressbook"),
    ("gcp", "us-central1-docker.pkg.dev/demo-project/addressbook/addressbook"),
    ("aws", "123456789012.dkr.ecr.us-east-1.amazonaws.com/addressbook"),
];

/// The ways to use the clouds other than the usual one: the cloud, the address of the images, and what
/// the target sets.
pub const WAYS: [(&str, &str, &str); 3] = [
    (
        "digitalocean",
        "registry.digitalocean.com/team-registry/addressbook",
        "registry: digitalocean",
    ),
    (
        "gcp",
        "us-central1-docker.pkg.dev/demo-project/addressbook/addressbook",
        "auth: oidc, project: demo-project, project_number: 123456789012",
    ),
    (
        "aws",
        "123456789012.dkr.ecr.us-east-1.amazonaws.com/addressbook",
        "auth: oidc, role: \"arn:aws:iam::123456789012:role/addressbook-ci\"",
    ),
];

/// A service on one cloud and what people do with it.
pub struct Stage {
    pub sandbox: Sandbox,
    pub cloud: &'static str,
    pub name: String,
    /// Address of its images without the tag.
    pub image: String,
    /// Workflows in the order of their pushes.
    workflows: Vec<String>,
}

impl Stage {
    pub fn new(cloud: &'static str, image: &'static str, settings: &str) -> Self {
        let config = format!("{settings}\ntargets: [{{cloud: {cloud}}}]\n");
        Self::of(cloud, image, &config)
    }

    /// A stage with a whole configuration of one target.
    pub fn of(cloud: &'static str, image: &'static str, config: &str) -> Self {
        Self::in_service(cloud, image, Service::generated(config))
    }

    /// A stage with a service whose one target is this.
    pub fn in_service(cloud: &'static str, image: &str, service: Service) -> Self {
        Self::with(Sandbox::new(service), cloud, "addressbook", image)
    }

    /// A stage for a service of any name.
    pub fn with(sandbox: Sandbox, cloud: &'static str, name: &str, image: &str) -> Self {
        let (name, image) = (name.to_owned(), image.to_owned());
        let mut stage = Self { sandbox, cloud, name, image, workflows: Vec::new() };
        stage.work_as("first");
        stage
    }

    /// A stage on one cloud, for what has nothing to do with clouds.
    pub fn one(settings: &str) -> Self {
        let (cloud, image) = CLOUDS[1];
        Self::new(cloud, image, settings)
    }

    /// Stages on all clouds, used in the usual way.
    pub fn usual(settings: &str) -> impl Iterator<Item = Self> {
        CLOUDS.into_iter().map(move |(cloud, image)| Self::new(cloud, image, settings))
    }

    /// A stage with what the target sets.
    pub fn set(way: (&'static str, &'static str, &str), settings: &str) -> Self {
        let (cloud, image, set) = way;
        Self::of(cloud, image, &format!("{settings}\ntargets: [{{cloud: {cloud}, {set}}}]\n"))
    }

    /// One of the stages of [`Self::all`].
    pub fn nth(way: usize, settings: &str) -> Self {
        match CLOUDS.get(way) {
            Some((cloud, image)) => Self::new(cloud, image, settings),
            None => Self::set(WAYS[way - CLOUDS.len()], settings),
        }
    }

    /// For scenarios of the cluster, which all clouds play alike: one of the stages of [`Self::all`],
    /// and all of them with `EVERY_WAY=1`, which takes minutes.
    pub fn some(way: usize, settings: &str) -> impl Iterator<Item = Self> {
        let every = std::env::var_os("EVERY_WAY").is_some();
        let ways = if every { 0..CLOUDS.len() + WAYS.len() } else { way..way + 1 };
        ways.map(move |way| Self::nth(way, settings))
    }

    /// Stages on all clouds, used in all ways.
    pub fn all(settings: &str) -> impl Iterator<Item = Self> {
        Self::usual(settings).chain(WAYS.into_iter().map(move |way| Self::set(way, settings)))
    }

    /// What is done next is done in this workflow. Workflows are as old as their first mention.
    pub fn work_as(&mut self, workflow: &str) {
        if !self.workflows.iter().any(|known| known == workflow) {
            self.workflows.push(workflow.to_owned());
        }
        let at = self.workflows.iter().position(|known| known == workflow).unwrap();
        self.sandbox.workflow = workflow.into();
        // Numbers of two digits are no text to compare.
        self.sandbox.number = u32::try_from(at).unwrap() + 9;
    }

    /// A push to the repository: a new workflow builds and tests.
    pub fn push(&mut self, workflow: &str) {
        self.work_as(workflow);
        self.sandbox.play("semaphore.yml").passed();
    }

    /// What a push leaves behind, without the play.
    pub fn built(&mut self, workflow: &str) {
        self.work_as(workflow);
        let image = format!("registry.semaphore.example/{}:{workflow}", self.name);
        self.sandbox.world().pushed.insert(image);
    }

    /// A canary pipeline that has pushed the image already.
    pub fn released(&mut self, workflow: &str) {
        self.work_as(workflow);
        let image = format!("{}:{workflow}", self.image);
        self.sandbox.world().pushed.insert(image);
    }

    /// The pods of a workflow will have this trouble.
    pub fn breaks(&self, workflow: &str, trouble: Trouble) {
        let mut world = self.sandbox.world();
        world.kube.broken.insert(format!(":{workflow}"), trouble);
        world.kube.broken.insert(format!("@sha256:{}00", hex(workflow)), trouble);
    }

    pub fn canary(&self) -> Played {
        self.sandbox.play(&format!("deploy-canary-{}.yml", self.cloud))
    }

    pub fn promote(&self) -> Played {
        self.sandbox.play(&format!("deploy-stable-{}.yml", self.cloud))
    }

    pub fn roll_back(&self) -> Played {
        self.sandbox.play(&format!("rollback-canary-{}.yml", self.cloud))
    }

    /// As a person does who has set FORCE in the promotion.
    pub fn forced(&mut self, promotion: impl Fn(&Self) -> Played) -> Played {
        self.sandbox.force = true;
        let played = promotion(self);
        self.sandbox.force = false;
        played
    }

    /// Time passes.
    pub fn rest(&self) {
        let mut world = self.sandbox.world();
        let pushed = world.pushed.clone();
        world.kube.rest(&pushed);
    }

    /// Each Deployment as `NAME WORKFLOW READY/WANTED`, when everything has come to rest. The workflow
    /// is the one of the pods that are ready, all of them.
    pub fn state(&self) -> Vec<String> {
        self.rest();
        let world = self.sandbox.world();
        let known = |(name, deployment): (&String, &Deployment)| {
            let ready = deployment.pods().filter(|(pod, _)| pod.ready);
            let mut images: Vec<String> = ready
                .map(|(_, of)| of["spec"]["containers"][0]["image"].as_str().unwrap())
                .map(|image| self.workflow_of(image))
                .collect();
            images.dedup();
            let workflow = if images.is_empty() { "none".into() } else { images.join("+") };
            let own = format!("{}-", self.name);
            let name = name.strip_prefix(&own).unwrap_or(name);
            format!("{name} {workflow} {}/{}", deployment.ready(), deployment.replicas)
        };
        world.kube.deployments.iter().map(known).collect()
    }

    /// The workflow that an image was built in, by its tag or digest.
    fn workflow_of(&self, image: &str) -> String {
        let known = |workflow: &&String| {
            image.strip_prefix(self.image.as_str()).is_some_and(|rest| {
                rest == format!(":{workflow}")
                    || rest.starts_with(&format!("@sha256:{}00", hex(workflow)))
            })
        };
        self.workflows.iter().find(known).map_or(image, String::as_str).to_owned()
    }

    /// The fewest pods that took requests since the first ones did.
    pub fn least_capacity(&self) -> usize {
        let world = self.sandbox.world();
        let served = world.kube.capacity.iter().copied().skip_while(|&pods| pods == 0);
        served.min().expect("something was deployed")
    }

    /// A service that has been deployed and promoted once.
    pub fn settled(mut self) -> Self {
        self.built("first");
        self.canary().passed();
        self.promote().passed();
        assert_eq!(self.state().len(), 1, "{:?}", self.state());
        self
    }
}
