//! What to install when a program is not there.

/// Programs and what brings them, sorted by program.
const TOOLS: &[(&str, &str)] = &[
    ("ansible-playbook", "install Ansible (`pipx install ansible-core`)"),
    ("bash", "install Bash from your system's packages"),
    ("bun", "install Bun (https://bun.sh)"),
    ("cargo", "install Rust (https://rustup.rs)"),
    ("cobc", "install GnuCOBOL (package `gnucobol`)"),
    ("curl", "install curl from your system's packages"),
    ("deno", "install Deno (https://deno.com)"),
    ("docker", "install Docker, or Podman with its `docker` command"),
    ("dotnet", "install the .NET SDK (https://dotnet.microsoft.com)"),
    ("gcc", "install a C compiler (package `gcc` or `build-essential`)"),
    ("go", "install Go (https://go.dev/dl)"),
    ("gradle", "install Gradle, or use the project's own `./gradlew`"),
    ("java", "install a JDK, 17 or newer (package `openjdk-21-jdk`, or https://adoptium.net)"),
    ("javac", "install a JDK, 17 or newer (package `openjdk-21-jdk`, or https://adoptium.net)"),
    ("jq", "install jq from your system's packages"),
    ("make", "install make from your system's packages"),
    ("mvn", "install Apache Maven (package `maven`, or https://maven.apache.org)"),
    ("node", "install Node.js, 20 or newer (https://nodejs.org)"),
    ("npm", "install Node.js with npm, 20 or newer (https://nodejs.org)"),
    ("npx", "install Node.js with npm, 20 or newer (https://nodejs.org)"),
    ("php", "install PHP from your system's packages"),
    ("pip", "install Python with pip, 3.9 or newer (packages `python3` and `python3-pip`)"),
    ("pnpm", "install pnpm (`npm install -g pnpm`)"),
    ("poetry", "install Poetry (`pipx install poetry`)"),
    ("python", "install Python, 3.9 or newer (package `python-is-python3`), or write `python3`"),
    ("python3", "install Python, 3.9 or newer (package `python3`, or https://python.org)"),
    ("ruby", "install Ruby from your system's packages"),
    ("terraform", "install Terraform (https://developer.hashicorp.com/terraform)"),
    ("uv", "install uv (https://docs.astral.sh/uv)"),
    ("yarn", "install Yarn (`npm install -g yarn`)"),
];

/// Says what brings a program.
pub(super) fn advice(program: &str) -> String {
    if program.contains('/') {
        return "there is no such file, or the interpreter in its first line is missing; \
                if it has to be built, say how with `build:`"
            .to_owned();
    }
    match TOOLS.binary_search_by_key(&program, |(name, _)| *name) {
        Ok(found) => TOOLS[found].1.to_owned(),
        Err(_) => "install it, or put its folder on PATH".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_are_sorted_so_that_they_are_found() {
        assert!(TOOLS.is_sorted_by_key(|(name, _)| *name));
        for (name, sentence) in TOOLS {
            assert_eq!(advice(name), *sentence);
        }
        assert!(advice("./orders").contains("build:"));
    }
}
