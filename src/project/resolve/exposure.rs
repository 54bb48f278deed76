//! How the service is reached, probed and scaled, and where it stands in the repository; what of it
//! contradicts the rest.

use super::super::config::{CommandLine, Config, HealthChoice, ServiceChoice, ServiceType};
use super::super::{Autoscaling, Health, Ingress, Service, names};
use super::{Resolver, route};
use crate::yaml::{Part, Route};

impl Resolver<'_> {
    pub(super) fn kubernetes_service(&self, config: &Config) -> Option<Service> {
        let behind_ingress = config.ingress.is_some();
        let usual = if behind_ingress { ServiceType::ClusterIP } else { ServiceType::LoadBalancer };
        match &config.service {
            Some(ServiceChoice::None(_)) => None,
            Some(ServiceChoice::Service(service)) => Some(Service {
                kind: service.kind.unwrap_or(usual),
                port: service.port.unwrap_or(80),
            }),
            None => Some(Service { kind: usual, port: 80 }),
        }
    }

    pub(super) fn ingress(&mut self, config: &Config, service: Option<Service>) -> Option<Ingress> {
        let given = config.ingress.as_ref()?;
        match service {
            None => self.report(
                &route("service"),
                "an Ingress leads to a Service, and there is none".into(),
                Some("remove \"ingress\", or \"service: none\"".into()),
            ),
            Some(Service { kind: ServiceType::LoadBalancer, .. }) => self.report(
                &route("service.type"),
                "a load balancer of its own would lead past the Ingress".into(),
                Some(
                    "use \"ClusterIP\", or \"NodePort\" where the Ingress controller needs it"
                        .into(),
                ),
            ),
            Some(_) => {}
        }
        let ingress = Ingress {
            host: given.host.clone(),
            path: given.path.clone().unwrap_or_else(|| "/".into()),
            class: given.class.clone(),
            tls_secret: given.tls_secret.clone(),
        };
        self.check(&route("ingress.host"), names::host(&ingress.host));
        self.check(&route("ingress.path"), names::ingress_path(&ingress.path));
        for (key, name) in [("class", &ingress.class), ("tls_secret", &ingress.tls_secret)] {
            if let Some(name) = name {
                self.check(&route("ingress").key(key), names::subdomain(name));
            }
        }
        Some(ingress)
    }

    pub(super) fn health(&mut self, config: &Config, service: Option<Service>) -> Health {
        let given = match &config.health {
            Some(HealthChoice::None(_)) => {
                if service.is_some() {
                    self.report(
                        &route("health"),
                        "requests would reach pods that can't take them yet".into(),
                        Some(
                            "say what tells the service's health, or set \"service: none\"".into(),
                        ),
                    );
                }
                self.no_port(config, service);
                return Health::None;
            }
            Some(HealthChoice::Health(given)) => given.clone(),
            None => Default::default(),
        };
        if let Some(command) = given.command {
            let at = route("health.command");
            for (key, path) in [("ready", &given.ready), ("live", &given.live)] {
                if path.is_some() {
                    let key_at = route("health").key(key);
                    let span = self.tree.place(&key_at, Part::Key);
                    self.report_at(
                        span,
                        format!("\"{key_at}\" plays no part beside \"{at}\""),
                        Some("keep one of the two".into()),
                    );
                }
            }
            self.no_port(config, service);
            let words = match command {
                CommandLine::Line(line) => names::words(&line),
                CommandLine::Words(words) => names::check_words(&words).map(|()| words),
            };
            return match words {
                Ok(words) => Health::Command(words),
                Err(why) => {
                    self.report(&at, format!("\"{at}\" {why}"), None);
                    Health::None
                }
            };
        }
        let ready = given.ready.unwrap_or_else(|| "/ready".into());
        let live = given.live.unwrap_or_else(|| "/live".into());
        self.check(&route("health.ready"), names::http_path(&ready));
        self.check(&route("health.live"), names::http_path(&live));
        Health::Http { ready, live }
    }

    /// Without Service and HTTP probes nobody connects to a port.
    fn no_port(&mut self, config: &Config, service: Option<Service>) {
        if config.port.is_some() && service.is_none() {
            let span = self.tree.place(&route("port"), Part::Key);
            self.report_at(
                span,
                "nobody connects to this port: there is no Service, and health is not asked for by HTTP"
                    .into(),
                Some("remove \"port\"".into()),
            );
        }
    }

    pub(super) fn autoscaling(&mut self, config: &Config) -> Option<Autoscaling> {
        let given = config.autoscaling.as_ref()?;
        let of_targets = self
            .target_configs()
            .into_iter()
            .filter(|(_, _, target)| target.replicas.as_ref().is_some_and(|of| of.stable.is_some()))
            .map(|(index, ..)| Route::root().key("targets").index(index).key("replicas"));
        let mut places: Vec<Route> = of_targets.map(|at| at.key("stable")).collect();
        if config.replicas.as_ref().is_some_and(|replicas| replicas.stable.is_some()) {
            places.push(route("replicas.stable"));
        }
        for at in places {
            let span = self.tree.place(&at, Part::Key);
            self.report_at(
                span,
                "with \"autoscaling\" the load says how many pods of stable run".into(),
                Some("remove \"replicas.stable\", and set \"autoscaling.min\"".into()),
            );
        }
        let autoscaling = Autoscaling {
            min: given.min.unwrap_or_else(|| given.max.min(2)),
            max: given.max,
            cpu: given.cpu.unwrap_or(80),
        };
        if autoscaling.max < autoscaling.min {
            self.report(
                &route("autoscaling.max"),
                format!(
                    "the most pods ({}) are below the fewest ({})",
                    autoscaling.max, autoscaling.min
                ),
                None,
            );
        }
        Some(autoscaling)
    }

    pub(super) fn folder(&mut self, config: &Config) -> Option<String> {
        let given = config.folder.as_deref()?;
        let folder = given.strip_suffix('/').unwrap_or(given);
        self.check(&route("folder"), names::folder(folder));
        (folder != ".").then(|| folder.to_owned())
    }
}
