// SPDX-License-Identifier: Apache-2.0

//! The section of each program: the library leaves the target that a section names to its user.

use std::collections::HashMap;

use object::{Object, ObjectSection, ObjectSymbol, SymbolKind};

pub struct Sections(HashMap<String, String>);

impl Sections {
    pub fn read(data: &[u8]) -> Self {
        let Ok(file) = object::File::parse(data) else {
            return Self(HashMap::new());
        };
        let of_symbol = |symbol: object::Symbol| {
            let section = file.section_by_index(symbol.section_index()?).ok()?;
            Some((
                symbol.name().ok()?.to_owned(),
                section.name().ok()?.to_owned(),
            ))
        };
        let functions = file
            .symbols()
            .filter(|symbol| symbol.kind() == SymbolKind::Text);
        Self(functions.filter_map(of_symbol).collect())
    }

    pub fn of(&self, program: &str) -> &str {
        self.0.get(program).map_or("", String::as_str)
    }
}

/// What comes behind the first slash: a function, a hook, `category/name`.
pub fn target(section: &str) -> &str {
    section.split_once('/').map_or("", |(_, target)| target)
}
