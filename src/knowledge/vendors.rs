//! AWS accounts of vendors whose service assumes roles for many customers, with the vendor's own page for each.
//!
//! Only accounts that such a page names are here; the settings add others (`accounts.vendors`).

/// A vendor's account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vendor {
    /// The account id: twelve digits.
    pub account: &'static str,
    /// The vendor's name for people.
    pub name: &'static str,
    /// The vendor's page that names the account.
    pub page: &'static str,
    /// The day on which the page was last read, `2026-11-25`.
    pub checked: &'static str,
}

const VENDORS: &[Vendor] = &[Vendor {
    account: "464622532012",
    name: "Datadog",
    page: "https://docs.datadoghq.com/integrations/faq/error-datadog-not-authorized-sts-assume-role",
    checked: "2026-11-25",
}];

/// The vendor that an account belongs to.
#[must_use]
pub fn vendor(account: &str) -> Option<&'static Vendor> {
    VENDORS.iter().find(|vendor| vendor.account == account)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_an_account_with_a_page_and_a_day() {
        for row in VENDORS {
            assert!(
                row.account.len() == 12 && row.account.bytes().all(|byte| byte.is_ascii_digit()),
                "{row:?}"
            );
            assert!(row.page.starts_with("https://"), "{row:?}");
            assert!(row.checked.parse::<jiff::civil::Date>().is_ok(), "{row:?}");
        }
    }

    #[test]
    fn finds_vendors_by_account() {
        assert_eq!(vendor("464622532012").map(|vendor| vendor.name), Some("Datadog"));
        assert_eq!(vendor("111122223333"), None);
    }
}
