//! A profile's templates, filled in for one target.

use super::profile::{Profile, Secret, Step, Subject, holds};
use indexmap::IndexMap;
use std::sync::LazyLock;
use tera::{Context, Tera};

/// What a template may use beside the profile's own settings.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// Name of the service.
    pub name: &'a str,
    /// Kubernetes namespace of the target.
    pub namespace: &'a str,
    /// Name of the Kubernetes secret that holds the registry's credentials.
    pub pull_secret: &'a str,
    /// Branch that is deployed.
    pub default_branch: &'a str,
    /// How the tags start that are released; one empty text when any is, nothing when none is.
    pub release_tags: &'a [String],
}

/// A profile with everything filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Rendered {
    /// Commands that fail where a job lacks what somebody has to have arranged.
    pub prerequisites: Vec<String>,
    /// The image's address without tag, as the shell reads it inside double quotes.
    pub image: String,
    /// The registry's name that people read.
    pub registry_name: String,
    /// Whether only releases may log in to the registry.
    pub releases_only: bool,
    /// The secrets that are of use with the settings.
    pub secrets: IndexMap<String, Secret>,
    /// Who CI is inside the cluster.
    pub subjects: Vec<Subject>,
    /// Environment variables of the target's jobs.
    pub env_vars: IndexMap<String, String>,
    /// Commands after which `docker push` works.
    pub login: Vec<String>,
    /// Commands that make the image pull secret; none where the nodes need none.
    pub pull_secret: Vec<String>,
    /// Commands after which `kubectl` works.
    pub connect: Vec<String>,
    /// Provisioning, step by step.
    pub runbook: Vec<Step>,
}

/// A template that can't be filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TemplateError {
    /// Where it stands in the profile: keys, and indexes as numbers.
    pub route: Vec<String>,
    /// What the template engine says.
    pub message: String,
}

impl Profile {
    /// Fills in all templates.
    ///
    /// # Errors
    /// Names the first template that can't be filled in; [`super::parse`] has tried them all.
    pub fn render(
        &self,
        surroundings: &Surroundings<'_>,
        settings: &IndexMap<String, String>,
    ) -> Result<Rendered, String> {
        self.try_render(surroundings, settings)
            .map_err(|error| format!("{}: {}", error.route.join("."), error.message))
    }

    pub(super) fn try_render(
        &self,
        surroundings: &Surroundings<'_>,
        settings: &IndexMap<String, String>,
    ) -> Result<Rendered, TemplateError> {
        let text = |route: &[&str], template: &str| {
            render_text(template, surroundings, settings).map_err(|message| TemplateError {
                route: route.iter().map(|&part| part.to_owned()).collect(),
                message,
            })
        };
        let list = |route: &[&str], templates: &[String]| {
            let mut commands = Vec::new();
            for (index, template) in templates.iter().enumerate() {
                let index = index.to_string();
                let command = text(&[route, &[&index]].concat(), template)?;
                if !command.trim().is_empty() {
                    commands.push(command);
                }
            }
            Ok(commands)
        };
        let mut env_vars = IndexMap::new();
        for (name, template) in &self.env_vars {
            let value = text(&["env_vars", name], template)?;
            if !value.is_empty() {
                env_vars.insert(name.clone(), value);
            }
        }
        let mut secrets = IndexMap::new();
        for (name, secret) in &self.secrets {
            let mut secret = secret.clone();
            for (variable, prompt) in &mut secret.env_vars {
                *prompt = text(&["secrets", name, "env_vars", variable], prompt)?;
            }
            if holds(&secret.when, settings) {
                secrets.insert(name.clone(), secret);
            }
        }
        let mut subjects = Vec::new();
        for (index, subject) in self.cluster.subjects.iter().enumerate() {
            let name = text(&["cluster", "subjects", &index.to_string(), "name"], &subject.name)?;
            subjects.push(Subject { kind: subject.kind, name });
        }
        let mut runbook = Vec::new();
        for (index, step) in self.runbook.iter().enumerate() {
            let index = index.to_string();
            if !holds(&step.when, settings) {
                continue;
            }
            runbook.push(Step {
                title: step.title.clone(),
                when_database: step.when_database,
                when: step.when.clone(),
                text: text(&["runbook", &index, "text"], &step.text)?,
                commands: text(&["runbook", &index, "commands"], &step.commands)?,
            });
        }
        Ok(Rendered {
            prerequisites: list(&["prerequisites"], &self.prerequisites)?,
            registry_name: text(&["registry", "name"], &self.registry.name)?,
            releases_only: !self.registry.releases_only_when.is_empty()
                && holds(&self.registry.releases_only_when, settings),
            secrets,
            subjects,
            image: text(&["image"], &self.image)?,
            env_vars,
            login: list(&["registry", "login"], &self.registry.login)?,
            pull_secret: list(&["registry", "pull_secret"], &self.registry.pull_secret)?,
            connect: list(&["cluster", "connect"], &self.cluster.connect)?,
            runbook,
        })
    }
}

/// Fills in one template. An error is the template engine's reason, on one line.
pub(super) fn render_text(
    template: &str,
    surroundings: &Surroundings<'_>,
    settings: &IndexMap<String, String>,
) -> Result<String, String> {
    if !template.contains("{{") && !template.contains("{%") && !template.contains("{#") {
        return Ok(template.to_owned());
    }
    let mut context = Context::new();
    context.insert("name", surroundings.name);
    context.insert("namespace", surroundings.namespace);
    context.insert("pull_secret", surroundings.pull_secret);
    context.insert("default_branch", surroundings.default_branch);
    context.insert("release_tags", &surroundings.release_tags);
    for (key, value) in settings {
        context.insert(key.clone(), value);
    }
    // A plain engine: making one anew, with all its filters, costs more than the template.
    static ENGINE: LazyLock<Tera> = LazyLock::new(Tera::default);
    // The first line says what is wrong; the others show the template, which the caller points at.
    ENGINE.render_str(template, &context, false).map_err(|error| {
        let reason = error.to_string();
        let first = reason.lines().next().unwrap_or_default();
        first.trim_start_matches("error: ").to_owned()
    })
}
