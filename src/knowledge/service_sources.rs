//! AWS services that say for which resource they assume a role: they send `aws:SourceArn` and `aws:SourceAccount`.
//!
//! There is no general list. Here are only services of which a page of their own says so about the roles that they
//! assume: what a page says about resource policies, or about service-linked roles, does not count.

/// A service that sends the keys when it assumes a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceSource {
    /// The host, as a principal.
    pub host: &'static str,
    /// The page of AWS that says so.
    pub page: &'static str,
    /// The day on which the page was last read, `2026-11-25`.
    pub checked: &'static str,
}

const SERVICES: &[ServiceSource] = &[
    ServiceSource {
        host: "autoscaling.amazonaws.com",
        page: "https://docs.aws.amazon.com/autoscaling/ec2/userguide/cross-service-confused-deputy-prevention.html",
        checked: "2026-11-25",
    },
    ServiceSource {
        host: "datasync.amazonaws.com",
        page: "https://docs.aws.amazon.com/datasync/latest/userguide/cross-service-confused-deputy-prevention.html",
        checked: "2026-11-25",
    },
    ServiceSource {
        host: "kinesisanalytics.amazonaws.com",
        page: "https://docs.aws.amazon.com/kinesisanalytics/latest/java/iam-cross-service-confused-deputy-prevention.html",
        checked: "2026-11-25",
    },
    ServiceSource {
        host: "personalize.amazonaws.com",
        page: "https://docs.aws.amazon.com/personalize/latest/dg/cross-service-confused-deputy-prevention.html",
        checked: "2026-11-25",
    },
    ServiceSource {
        host: "scheduler.amazonaws.com",
        page: "https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html",
        checked: "2026-11-25",
    },
    ServiceSource {
        host: "vpc-flow-logs.amazonaws.com",
        page: "https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html",
        checked: "2026-11-25",
    },
];

/// What is known of a service, by its host as a principal.
#[must_use]
pub fn service_source(host: &str) -> Option<&'static ServiceSource> {
    SERVICES.iter().find(|service| service.host == host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_a_service_with_a_page_of_aws_and_a_day() {
        for row in SERVICES {
            assert!(row.host.ends_with(".amazonaws.com"), "{row:?}");
            assert!(row.page.starts_with("https://docs.aws.amazon.com/"), "{row:?}");
            assert!(row.checked.parse::<jiff::civil::Date>().is_ok(), "{row:?}");
        }
        assert!(SERVICES.is_sorted_by_key(|row| row.host));
    }

    #[test]
    fn services_that_never_send_the_keys_are_not_listed() {
        for host in ["lambda", "ec2", "ecs-tasks", "apigateway", "edgelambda"] {
            assert_eq!(service_source(&format!("{host}.amazonaws.com")), None, "{host}");
        }
    }
}
