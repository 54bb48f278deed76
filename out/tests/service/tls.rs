//! `DB_SSL=true` against a server whose certificate an authority of our own has
//! signed: only the right authority and the right name are accepted.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

use crate::cluster::Cluster;
use crate::process::run;

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

#[test]
fn certificates_are_verified() {
    let authority = authority();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["localhost".to_owned()])
        .unwrap()
        .signed_by(&key, &authority)
        .unwrap();
    let files = [
        ("server.crt", certificate.pem()),
        ("server.key", key.serialize_pem()),
        (
            "pg_hba.conf",
            "hostssl all all 127.0.0.1/32 trust\n".to_owned(),
        ),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (*n, t.as_str())).collect();
    let Some(cluster) = Cluster::private("ssl = on", &files) else {
        return;
    };
    let port = cluster.server.port.to_string();
    let right = authority.pem();
    let wrong = self::authority().pem();
    let path = std::env::temp_dir().join(format!("addressbook-ca-{}.pem", std::process::id()));
    std::fs::write(&path, &right).unwrap();
    let file = path.to_str().unwrap();

    for (accepted, host, ssl, ca, host_check) in [
        (true, "localhost", "true", right.as_str(), "true"),
        (true, "localhost", "true", file, "true"),
        (true, "127.0.0.1", "true", right.as_str(), "false"),
        (false, "127.0.0.1", "true", right.as_str(), "true"),
        (false, "localhost", "true", wrong.as_str(), "true"),
        (false, "localhost", "true", wrong.as_str(), "false"),
        (false, "localhost", "true", "", "true"),
        (false, "localhost", "false", "", "true"),
    ] {
        let environment: Vec<(String, String)> = [
            ("DB_HOST", host),
            ("DB_PORT", &port),
            ("DB_SSL", ssl),
            ("DB_SSL_CA", ca),
            ("DB_SSL_HOST_CHECK", host_check),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        let output = run(&environment, &["ping"]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(
            output.status.success(),
            accepted,
            "{host} {ssl} {host_check}: {said}"
        );
    }
    let _ = std::fs::remove_file(path);
}
