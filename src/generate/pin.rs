//! Images by their digest: noted once for a workflow and target after the push, so that canary and
//! stable run the very same bytes, whatever becomes of the tag.
//!
//! The digest travels as an artifact of the workflow. It is not taken from the build: a push from
//! one registry to another may pack layers anew, which gives the image another digest.

use super::commands::Script;
use crate::project::{Pin, Project, Target};

/// The image that the pods of a target run, for use inside double quotes.
pub(super) fn image(project: &Project, target: &Target) -> String {
    match project.pin {
        Pin::Tag => tagged(target),
        Pin::Digest => format!("{}@$IMAGE_DIGEST", target.rendered.image),
    }
}

/// The target's image by the tag of its workflow, for use inside double quotes.
pub(super) fn tagged(target: &Target) -> String {
    format!("{}:$SEMAPHORE_WORKFLOW_ID", target.rendered.image)
}

/// The artifact with the digest of a target's image. One workflow may release several services of a
/// repository.
fn artifact(project: &Project, target: &Target) -> String {
    match project.folder {
        Some(_) => format!("{}-digest-{}.txt", project.name, target.id),
        None => format!("digest-{}.txt", target.id),
    }
}

/// Notes which bytes the workflow releases, once they are in the target's registry.
///
/// What is noted stays: without `--force`, a second digest is refused even where the first can't be
/// read for a moment.
pub(super) fn note(project: &Project, target: &Target) -> Script {
    let mut script = Script::default();
    let (file, image) = (artifact(project, target), tagged(target));
    script.explained(
        "Noted once for a workflow: its canary and stable run these very bytes, even when its tag is moved.",
        format!(
            "artifact pull workflow --force {file} 2>/dev/null || {{\n  \
             docker buildx imagetools inspect --format '{{{{json .Manifest}}}}' \"{image}\" | \\\n    \
             jq --raw-output --exit-status .digest >{file} &&\n    \
             artifact push workflow {file}\n}}"
        ),
    );
    script
}

/// Makes [`image`] known to a job; nothing where images go by their tag.
pub(super) fn read(project: &Project, target: &Target) -> Script {
    let mut script = Script::default();
    if project.pin == Pin::Digest {
        let file = artifact(project, target);
        script.run(format!(
            "if ! artifact pull workflow --force {file}; then echo 'The artifacts of this workflow have no {file}: run its canary pipeline again'; false; fi"
        ));
        script.run(format!("IMAGE_DIGEST=$(cat {file})"));
    }
    script
}
