//! Containers of compose files: those that are built are components, the others resources.

use std::collections::BTreeSet;

use super::Component;
use super::calls::Names;
use super::components::index_around;
use crate::survey::finding::{Findings, Place, Port};

/// The last word of an image's name, what it is, and its usual port.
const KNOWN: &[(&str, &str, u16)] = &[
    ("activemq", "ActiveMQ", 61616),
    ("cassandra", "Cassandra", 9042),
    ("clickhouse-server", "ClickHouse", 8123),
    ("cockroach", "CockroachDB", 26257),
    ("consul", "Consul", 8500),
    ("elasticmq", "SQS (ElasticMQ)", 9324),
    ("elasticmq-native", "SQS (ElasticMQ)", 9324),
    ("elasticsearch", "Elasticsearch", 9200),
    ("etcd", "etcd", 2379),
    ("kafka", "Kafka", 9092),
    ("keycloak", "Keycloak", 8080),
    ("localstack", "AWS (LocalStack)", 4566),
    ("localstack-pro", "AWS (LocalStack)", 4566),
    ("mailhog", "mail (MailHog)", 1025),
    ("mailpit", "mail (Mailpit)", 1025),
    ("mariadb", "MariaDB", 3306),
    ("memcached", "Memcached", 11211),
    ("minio", "S3 (MinIO)", 9000),
    ("mongo", "MongoDB", 27017),
    ("mongodb", "MongoDB", 27017),
    ("mosquitto", "MQTT (Mosquitto)", 1883),
    ("mysql", "MySQL", 3306),
    ("nats", "NATS", 4222),
    ("nginx", "nginx", 80),
    ("opensearch", "OpenSearch", 9200),
    ("postgis", "PostgreSQL", 5432),
    ("postgres", "PostgreSQL", 5432),
    ("postgresql", "PostgreSQL", 5432),
    ("rabbitmq", "RabbitMQ", 5672),
    ("redis", "Redis", 6379),
    ("redis-stack", "Redis", 6379),
    ("redpanda", "Kafka (Redpanda)", 9092),
    ("traefik", "Traefik", 80),
    ("valkey", "Valkey", 6379),
    ("vault", "Vault", 8200),
    ("zookeeper", "ZooKeeper", 2181),
];

/// Something that is run from an image.
#[derive(Clone, Debug)]
pub struct Container {
    pub name: String,
    /// `PostgreSQL`, or `container` where the image says nothing.
    pub kind: String,
    pub image: String,
    /// On this machine if it is published, else inside.
    pub ports: Vec<u16>,
    pub at: Place,
}

/// Takes the resources, and gives the components that are built their hosts and ports.
pub(super) fn gather(findings: &Findings, names: &Names, components: &mut [Component]) -> Vec<Container> {
    let mut resources: Vec<Container> = Vec::new();
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    for image in &findings.images {
        if let Some(at) = component_of(components, names, image.folder.as_deref(), &image.name) {
            let component = &mut components[at];
            if !component.hosts.contains(&image.name) {
                component.hosts.push(image.name.clone());
            }
            let ports = image.ports.iter().chain(&image.inner_ports);
            let folder = component.folder.clone();
            component.ports.extend(ports.map(|port| Port {
                folder: folder.clone(),
                port: *port,
                at: image.at.clone(),
            }));
            continue;
        }
        let Some(reference) = image.image.as_deref().filter(|_| image.folder.is_none()) else { continue };
        let known = known(reference);
        // The same in another compose file is the same.
        if !taken.insert(&image.name) {
            continue;
        }
        let mut ports = if image.ports.is_empty() { image.inner_ports.clone() } else { image.ports.clone() };
        if ports.is_empty() {
            ports.extend(known.map(|(_, port)| port));
        }
        resources.push(Container {
            name: image.name.clone(),
            kind: known.map_or("container", |(kind, _)| kind).into(),
            image: crate::survey::secret::without_credentials(reference),
            ports,
            at: image.at.clone(),
        });
    }
    resources
}

/// The component that a container is built from, or that has its name.
pub(super) fn component_of(
    components: &[Component],
    names: &Names,
    folder: Option<&str>,
    name: &str,
) -> Option<usize> {
    let folder = folder?;
    let around = index_around(components, folder).filter(|at| !components[*at].is_container);
    let exact = around.filter(|at| components[*at].folder == folder);
    let named = || names.find(name).filter(|at| !components[*at].folder.is_empty());
    exact.or_else(named).or(around.filter(|at| !components[*at].folder.is_empty()))
}

fn known(image: &str) -> Option<(&'static str, u16)> {
    let name = image.split('@').next().unwrap_or(image).rsplit('/').next().unwrap_or(image);
    let name = name.split(':').next().unwrap_or(name);
    let fits = |known: &str| {
        name.strip_suffix(known).is_some_and(|before| before.is_empty() || before.ends_with('-'))
    };
    KNOWN.iter().find(|(known, ..)| fits(known)).map(|(_, kind, port)| (*kind, *port))
}
