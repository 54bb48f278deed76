//! What the Deployment controller does, one pod at a time: replica sets with revisions, a rolling
//! update with `maxSurge: 25%` and `maxUnavailable: 0`, and the way back.

use serde_json::Value;

/// Why a pod does not get ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Its image can't be pulled.
    Pull,
    /// It reads a Secret that is not there.
    NoSecret,
    /// No node has room for it.
    NoRoom,
    /// The application ends soon after its start.
    Crash,
    /// It is killed for its memory.
    Memory,
    /// It runs, and its readiness probe fails.
    Unready,
}

/// A pod of a Deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pod {
    pub name: String,
    pub ready: bool,
    pub trouble: Option<Trouble>,
    /// Values of the Secrets at its start.
    pub settings: Vec<(String, String)>,
}

/// The pods of one template.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplicaSet {
    pub template: Value,
    pub revision: u64,
    pub pods: Vec<Pod>,
}

impl ReplicaSet {
    pub fn ready(&self) -> usize {
        self.pods.iter().filter(|pod| pod.ready).count()
    }

    /// Takes a pod away, one that is not ready first.
    fn remove(&mut self) {
        let at = self.pods.iter().position(|pod| !pod.ready).unwrap_or(0);
        self.pods.remove(at);
    }
}

/// A Deployment: what is wanted and what there is.
#[derive(Debug, Clone, PartialEq)]
pub struct Deployment {
    /// Labels and annotations.
    pub metadata: Value,
    pub selector: Value,
    pub template: Value,
    pub replicas: usize,
    /// What `kubectl apply` was given last, without the object's metadata.
    pub last_applied: Value,
    pub generation: u64,
    pub sets: Vec<ReplicaSet>,
    /// Reason of the condition `Progressing`.
    pub progress: &'static str,
}

/// Reason of the condition `Progressing` once a rollout has come to its end.
pub const COMPLETE: &str = "NewReplicaSetAvailable";

impl Deployment {
    pub fn new(selector: Value) -> Self {
        Self {
            metadata: Value::Null,
            selector,
            template: Value::Null,
            replicas: 1,
            last_applied: Value::Null,
            generation: 0,
            sets: Vec::new(),
            progress: "NewReplicaSetCreated",
        }
    }

    /// The set of the template that is wanted; there is one as soon as the controller has looked.
    pub fn newest(&self) -> &ReplicaSet {
        self.sets.iter().max_by_key(|set| set.revision).expect("the controller has looked")
    }

    /// Its pods that take requests.
    pub fn ready(&self) -> usize {
        self.sets.iter().map(ReplicaSet::ready).sum()
    }

    pub fn pods(&self) -> impl Iterator<Item = (&Pod, &Value)> {
        self.sets.iter().flat_map(|set| set.pods.iter().map(|pod| (pod, &set.template)))
    }

    /// Whether all pods are ready and of the template that is wanted.
    pub fn is_complete(&self) -> bool {
        let newest = self.newest();
        newest.pods.len() == self.replicas
            && newest.ready() == self.replicas
            && self.pods().count() == self.replicas
    }

    /// The controller sees what is wanted: a template that is new gets a set with the next revision,
    /// one that was there before gets its set back.
    pub fn observe(&mut self) {
        let next = self.sets.iter().map(|set| set.revision).max().unwrap_or(0) + 1;
        match self.sets.iter_mut().find(|set| set.template == self.template) {
            Some(known) if known.revision + 1 == next => return,
            Some(known) => known.revision = next,
            None => {
                let template = self.template.clone();
                self.sets.push(ReplicaSet { template, revision: next, pods: Vec::new() });
            }
        }
        self.progress = "ReplicaSetUpdated";
        self.sets.sort_by_key(|set| set.revision);
        // `revisionHistoryLimit` keeps five of those that have no pods any more.
        while self.sets.iter().filter(|set| set.pods.is_empty()).count() > 6 {
            let oldest = self.sets.iter().position(|set| set.pods.is_empty()).expect("there are");
            self.sets.remove(oldest);
        }
    }

    /// One step of the controller; whether there was one to do. `start` makes a pod of a template,
    /// `examine` says what keeps one from getting ready.
    pub fn step(
        &mut self,
        start: &mut dyn FnMut(&Value) -> Pod,
        examine: &dyn Fn(&Value, &Pod) -> Option<Trouble>,
    ) -> bool {
        let moved = self.advance(start, examine);
        if self.is_complete() {
            self.progress = COMPLETE;
        }
        moved
    }

    fn advance(
        &mut self,
        start: &mut dyn FnMut(&Value) -> Pod,
        examine: &dyn Fn(&Value, &Pod) -> Option<Trouble>,
    ) -> bool {
        for set in &mut self.sets {
            for pod in set.pods.iter_mut().filter(|pod| !pod.ready) {
                let trouble = examine(&set.template, pod);
                if trouble.is_none() {
                    (pod.ready, pod.trouble) = (true, None);
                    return true;
                }
                pod.trouble = trouble;
            }
        }
        let total = self.pods().count();
        let ready = self.ready();
        let surge = self.replicas.div_ceil(4);
        let (newest, old) = self.sets.split_last_mut().expect("the controller has looked");
        if newest.pods.len() > self.replicas {
            newest.remove();
            return true;
        }
        if newest.pods.len() < self.replicas && total < self.replicas + surge {
            newest.pods.push(start(&newest.template));
            return true;
        }
        // Pods of a former version go when they are of no use, or when enough others are ready.
        let unready = newest.pods.len() - newest.ready();
        let spare = total.saturating_sub(self.replicas + unready);
        let useless = old.iter_mut().find(|set| set.ready() < set.pods.len());
        if let (Some(set), true) = (useless, spare > 0) {
            set.remove();
            return true;
        }
        match old.iter_mut().find(|set| !set.pods.is_empty()) {
            Some(set) if ready > self.replicas => {
                set.remove();
                true
            }
            _ => false,
        }
    }

    /// `kubectl rollout undo`: the template with the revision before the newest.
    pub fn undo(&mut self) -> Result<(), String> {
        let mut sets: Vec<&ReplicaSet> = self.sets.iter().collect();
        sets.sort_by_key(|set| set.revision);
        let [.., before, _] = sets.as_slice() else {
            return Err("no rollout history found for deployment".into());
        };
        self.template = before.template.clone();
        self.generation += 1;
        Ok(())
    }
}
