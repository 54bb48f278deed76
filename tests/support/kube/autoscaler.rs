//! The HorizontalPodAutoscaler and the Ingress: what the API server refuses, and what the autoscaler
//! does. It is slow: it acts when time passes, and never while a job runs. So a job that takes pods
//! away which the load needs is found out.

use super::Kube;
use super::rollout::Deployment;
use crate::support::words::fail;
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::networking::v1::Ingress;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// An autoscaler of a Deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Autoscaler {
    /// Name of the Deployment.
    pub target: String,
    pub min: usize,
    pub max: usize,
}

impl Autoscaler {
    /// Reads an object as the API server does.
    pub fn of(object: &Value) -> Result<Self, String> {
        let of: HorizontalPodAutoscaler = strict(object)?;
        let spec = of.spec;
        let target = spec.scale_target_ref;
        if (target.api_version.as_deref(), target.kind.as_str()) != (Some("apps/v1"), "Deployment")
        {
            return fail("no matches for the kind to scale");
        }
        let number = |number: i32| usize::try_from(number).map_err(|error| error.to_string());
        let (min, max) = (number(spec.min_replicas.unwrap_or(1))?, number(spec.max_replicas)?);
        if min == 0 || max < min {
            return fail(
                "spec.maxReplicas: must be greater than or equal to minReplicas, and both positive",
            );
        }
        let metrics = spec.metrics.ok_or("no metrics")?;
        let utilization = |metric: &k8s_openapi::api::autoscaling::v2::MetricSpec| {
            let resource = metric.resource.as_ref()?;
            let positive = resource.target.average_utilization.is_some_and(|percent| percent > 0);
            (metric.type_ == "Resource" && resource.target.type_ == "Utilization" && positive)
                .then_some(())
        };
        if metrics.is_empty() || metrics.iter().any(|metric| utilization(metric).is_none()) {
            return fail("spec.metrics: Invalid value");
        }
        Ok(Self { target: target.name, min, max })
    }

    /// How many pods it wants; with none at all, it is switched off.
    fn wants(&self, deployment: &Deployment, load: Option<usize>) -> Option<usize> {
        (deployment.replicas > 0)
            .then(|| load.unwrap_or(deployment.replicas).clamp(self.min, self.max))
    }
}

impl Kube {
    /// Every autoscaler looks at its Deployment once; whether one had something to do.
    pub fn autoscale(&mut self) -> bool {
        let mut acted = false;
        for autoscaler in self.autoscalers.values() {
            let Some(deployment) = self.deployments.get_mut(&autoscaler.target) else { continue };
            let Some(wanted) = autoscaler.wants(deployment, self.load) else { continue };
            if wanted != deployment.replicas {
                deployment.replicas = wanted;
                deployment.generation += 1;
                acted = true;
            }
        }
        acted
    }

    /// Fails where the API server would refuse an Ingress, and where it would lead nowhere.
    pub fn check_ingress(&self, object: &Value) -> Result<(), String> {
        let ingress: Ingress = strict(object)?;
        let rules = ingress.spec.and_then(|spec| spec.rules).ok_or("either rules or a default")?;
        for rule in rules {
            let host = rule.host.unwrap_or_default();
            if host.is_empty() || host.contains([':', '/', ' ']) {
                return fail(format!("spec.rules.host: Invalid value: {host:?}"));
            }
            for path in rule.http.ok_or("no paths")?.paths {
                if !path.path.as_deref().is_some_and(|path| path.starts_with('/')) {
                    return fail("spec.rules.http.paths.path: must be an absolute path");
                }
                if !["Exact", "Prefix"].contains(&path.path_type.as_str()) {
                    return fail("spec.rules.http.paths.pathType: Unsupported value");
                }
                let service = path.backend.service.ok_or("no backend")?;
                let port = service.port.and_then(|port| port.name).ok_or("no name of a port")?;
                let known = self.objects.get(&("Service".to_owned(), service.name.clone()));
                let known = known.ok_or(format!("there is no Service {:?}", service.name))?;
                let ports = known["spec"]["ports"].as_array().ok_or("no ports")?;
                if !ports.iter().any(|of| of["name"] == json!(port)) {
                    return fail(format!("the Service has no port {port:?}"));
                }
            }
        }
        Ok(())
    }
}

/// Decodes strictly: a field that the type does not know is an error.
fn strict<T: DeserializeOwned + Serialize>(object: &Value) -> Result<T, String> {
    let typed: T = serde_json::from_value(object.clone()).map_err(|error| error.to_string())?;
    let again = serde_json::to_value(&typed).map_err(|error| error.to_string())?;
    if again == *object { Ok(typed) } else { fail(format!("strict decoding error: {object}")) }
}
