//! The scan of the image.

use super::super::config::{Ci, Config};
use super::super::names;
use super::super::scan::{SCANNER, Scan, Severity};
use super::{Resolver, route};

impl Resolver<'_> {
    pub(super) fn scan(&mut self, config: &Config) -> Option<Scan> {
        let given = config.scan.clone()?;
        if config.ci == Some(Ci::Existing) {
            self.report(
                &route("scan"),
                "the scan is a block of \"semaphore.yml\", which \"ci: existing\" leaves to you"
                    .into(),
                Some("remove \"scan\" and scan the image in your own pipeline".into()),
            );
        }
        let ignore = given.ignore.unwrap_or_default();
        for (index, id) in ignore.iter().enumerate() {
            self.check(&route("scan.ignore").index(index), names::word(id));
        }
        let image = given.image.unwrap_or_else(|| SCANNER.to_owned());
        self.check(&route("scan.image"), names::pinned_image(&image));
        Some(Scan {
            severity: given.severity.unwrap_or(Severity::High),
            unfixed: given.unfixed.unwrap_or(false),
            ignore,
            image,
        })
    }
}
