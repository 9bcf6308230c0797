//! Names as neutral words: `customer-name`, `customerName` and `CUSTOMER_NAME` are the same two words.

/// The words of a name, lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Words(pub Vec<String>);

/// Splits a name at everything that is not a letter or digit, and where capitals begin a word.
pub fn words(name: &str) -> Words {
    let chars: Vec<char> = name.chars().collect();
    let mut found: Vec<String> = Vec::new();
    let mut word = String::new();
    for (at, &c) in chars.iter().enumerate() {
        if !c.is_alphanumeric() {
            found.extend(Some(std::mem::take(&mut word)).filter(|w| !w.is_empty()));
            continue;
        }
        let before = at.checked_sub(1).map(|i| chars[i]);
        let lower_next = chars.get(at + 1).is_some_and(|n| n.is_lowercase());
        let begins = c.is_uppercase()
            && before.is_some_and(|b| b.is_lowercase() || b.is_numeric() || (b.is_uppercase() && lower_next));
        if begins {
            found.extend(Some(std::mem::take(&mut word)).filter(|w| !w.is_empty()));
        }
        word.extend(c.to_lowercase());
    }
    found.extend(Some(word).filter(|w| !w.is_empty()));
    Words(found)
}

impl Words {
    /// `customer_name`
    pub fn snake(&self) -> String {
        self.0.join("_")
    }

    /// `CustomerName`
    pub fn pascal(&self) -> String {
        self.0.iter().map(|w| capital(w)).collect()
    }

    /// `customerName`
    pub fn camel(&self) -> String {
        self.0.iter().enumerate().map(|(i, w)| if i == 0 { w.clone() } else { capital(w) }).collect()
    }

    /// `CUSTOMER_NAME`
    pub fn upper(&self) -> String {
        self.snake().to_uppercase()
    }
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: &str) {
        assert_eq!(words(name).0.join(" "), expected, "{name}");
    }

    #[test]
    fn names_of_every_convention_are_the_same_words() {
        check("customer-name", "customer name");
        check("customerName", "customer name");
        check("CUSTOMER_NAME", "customer name");
        check("HTTPServer2Go", "http server2 go");
        check("userID", "user id");
        check("x", "x");
        check("per_page", "per page");
        check("__", "");
    }
}
