//! Which jobs a task becomes: copies, names, variables, priorities.
//!
//! Facts from semaphoreio/semaphore (`job_matrix`): a matrix is the cartesian product in the order
//! of its variables, the last one changing fastest; a copy is called `JOB - A=1, B=2`, of
//! `parallelism` `JOB - 1/4`; an unnamed job is `Nameless N`.

use super::decide::Judge;
use super::template::{self, Given};
use super::{JobRun, ParameterValue, Variable};
use crate::condition;
use crate::model::{
    EnvVar, GlobalJobConfig, Job, MatrixAxis, MatrixValues, Parallelism, Priority, Spread, Task,
};
use indexmap::IndexMap;

/// What the jobs of a task get from outside of it.
pub(super) struct Around<'a> {
    pub judge: &'a Judge<'a>,
    pub global: Option<&'a GlobalJobConfig>,
    pub parameters: &'a [ParameterValue],
}

/// The copies of a job: the variables of each, or why they are not known.
type Copies = Result<Vec<Vec<Variable>>, String>;

impl Around<'_> {
    /// The jobs of a task, with every copy, in the order of the file.
    pub(super) fn jobs(&self, task: &Task) -> Vec<JobRun> {
        let mut jobs = Vec::new();
        for (index, job) in task.jobs.iter().enumerate() {
            self.copies_of(job, index, task, &mut jobs);
        }
        for (index, booster) in task.boosters.iter().flatten().enumerate() {
            let name = match &booster.name {
                Some(name) => self.text(name),
                None => format!("Nameless {}", task.jobs.len() + index + 1),
            };
            jobs.push(JobRun {
                name,
                copy_of: None,
                spread: Vec::new(),
                variables: self.variables(&[&task.env_vars]),
                priority: None,
                because: vec![format!("the platform splits it over {} jobs", booster.job_count)],
            });
        }
        jobs
    }

    fn copies_of(&self, job: &Job, index: usize, task: &Task, jobs: &mut Vec<JobRun>) {
        let name = match &job.name {
            Some(name) => self.text(name),
            None => format!("Nameless {}", index + 1),
        };
        let (priority, mut because) = self.priority(job);
        let variables = self.variables(&[&task.env_vars, &job.env_vars]);
        let single = |because| JobRun {
            name: name.clone(),
            copy_of: None,
            spread: Vec::new(),
            variables: variables.clone(),
            priority,
            because,
        };
        let (copies, count) = match &job.spread {
            None => return jobs.push(single(because)),
            Some(Spread::Parallelism(parallelism)) => self.parallel(parallelism),
            Some(Spread::Matrix(axes)) => (self.matrix(axes), None),
        };
        match copies {
            Err(reason) => {
                because.push(reason);
                jobs.push(single(because));
            }
            Ok(copies) => jobs.extend(copies.into_iter().map(|spread| {
                let mut variables = variables.clone();
                if let Some(count) = count {
                    set(&mut variables, "SEMAPHORE_JOB_COUNT", &count.to_string());
                }
                for variable in &spread {
                    set(&mut variables, &variable.name, &variable.value);
                }
                JobRun {
                    name: format!("{name} - {}", suffix(&spread, count)),
                    copy_of: Some(name.clone()),
                    spread,
                    variables,
                    priority,
                    because: because.clone(),
                }
            })),
        }
    }

    fn parallel(&self, parallelism: &Parallelism) -> (Copies, Option<i64>) {
        let count = match parallelism {
            Parallelism::Copies(count) => Ok(i64::from(*count)),
            Parallelism::Expression(text) => match template::value(text, self.judge.parameters) {
                Ok(Given::Number(count)) => Ok(count),
                Ok(_) => Err(format!("\"{text}\" does not give a number")),
                Err(reason) => Err(reason),
            },
        };
        match count {
            Err(reason) => (Err(reason), None),
            // The platform's limit for a number that is written out.
            Ok(count @ 1..=50) => {
                let copies = (1..=count)
                    .map(|index| vec![variable("SEMAPHORE_JOB_INDEX", &index.to_string())]);
                (Ok(copies.collect()), Some(count))
            }
            Ok(count) => (Err(format!("{count} copies are not possible")), None),
        }
    }

    fn matrix(&self, axes: &[MatrixAxis]) -> Copies {
        let mut copies: Vec<Vec<Variable>> = vec![Vec::new()];
        for axis in axes {
            let name = self.text(&axis.env_var);
            let values = match &axis.values {
                MatrixValues::List(values) => values.clone(),
                MatrixValues::Expression(text) => {
                    match template::value(text, self.judge.parameters)? {
                        Given::List(values) => values,
                        _ => return Err(format!("\"{text}\" does not give a list")),
                    }
                }
            };
            if copies.len().saturating_mul(values.len()) > 100 {
                return Err("its matrix makes more than 100 jobs".to_owned());
            }
            copies = copies
                .iter()
                .flat_map(|copy| {
                    values.iter().map(|value| {
                        let mut copy = copy.clone();
                        copy.push(variable(&name, value));
                        copy
                    })
                })
                .collect();
        }
        Ok(copies)
    }

    /// The first priority whose condition holds: the job's own, then those of the pipeline.
    fn priority(&self, job: &Job) -> (Option<u8>, Vec<String>) {
        let global = self.global.and_then(|global| global.priority.as_deref()).unwrap_or_default();
        for Priority { value, when } in job.priority.iter().chain(global) {
            let decision = self.judge.decide(when);
            match decision.holds {
                Some(true) => {
                    let why = match decision.because.is_empty() {
                        true => format!("priority {value}"),
                        false => format!("priority {value}, as {}", decision.because.join(", ")),
                    };
                    return (Some(*value), vec![why]);
                }
                Some(false) => {}
                None => {
                    let why = decision.because.join(", ");
                    return (None, vec![format!("its priority is not known: {why}")]);
                }
            }
        }
        (None, Vec::new())
    }

    /// The variables of a job, where later lists win over earlier ones.
    fn variables(&self, lists: &[&[EnvVar]]) -> Vec<Variable> {
        let mut variables: IndexMap<&str, &str> = IndexMap::new();
        for parameter in self.parameters {
            variables.insert(&parameter.name, parameter.value.as_deref().unwrap_or_default());
        }
        let global = self.global.and_then(|global| global.env_vars.as_deref()).unwrap_or_default();
        for EnvVar { name, value } in global.iter().chain(lists.iter().copied().flatten()) {
            variables.insert(name, value);
        }
        variables.into_iter().map(|(name, value)| variable(name, value)).collect()
    }

    fn text(&self, text: &str) -> String {
        template::fill(text, self.judge.parameters)
    }

    /// The names of secrets, filled in; each once.
    pub(super) fn secrets(&self, task: &Task) -> Vec<String> {
        let global = self.global.and_then(|global| global.secrets.as_deref()).unwrap_or_default();
        let mut names: Vec<String> = Vec::new();
        for secret in global.iter().chain(&task.secrets) {
            let name = self.text(&secret.name);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }
}

fn suffix(spread: &[Variable], count: Option<i64>) -> String {
    match (count, spread.first()) {
        (Some(count), Some(index)) => format!("{}/{count}", index.value),
        _ => {
            let pairs: Vec<String> =
                spread.iter().map(|Variable { name, value }| format!("{name}={value}")).collect();
            pairs.join(", ")
        }
    }
}

fn variable(name: &str, value: &str) -> Variable {
    Variable { name: name.to_owned(), value: value.to_owned() }
}

fn set(variables: &mut Vec<Variable>, name: &str, value: &str) {
    match variables.iter_mut().find(|variable| variable.name == name) {
        Some(variable) => value.clone_into(&mut variable.value),
        None => variables.push(variable(name, value)),
    }
}

/// The value of a parameter by its name, for conditions and expressions.
pub(super) fn lookup(parameters: &[ParameterValue]) -> impl Fn(&str) -> Option<String> + '_ {
    |name| parameters.iter().find(|parameter| parameter.name == name)?.value.clone()
}

/// Whether the label matches one of the regular expressions.
pub(super) fn any_found(patterns: &[String], label: &str) -> Result<bool, String> {
    for pattern in patterns {
        if condition::found_in(pattern, label)? {
            return Ok(true);
        }
    }
    Ok(false)
}
