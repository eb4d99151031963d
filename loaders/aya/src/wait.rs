// SPDX-License-Identifier: Apache-2.0

//! A loader that is saved with its guest has learnt about the kernel before there is an object.

use std::io::{Read, Write};

use aya::{Btf, EbpfLoader};

use crate::KernelTypes;

/// Longest text of arguments that is read.
const MAX_WORDS: u64 = 64 * 1024;

/// Reads the kernel's types, and tries what the library tries by itself when it first needs to know. The library reads the
/// types once more whenever a loader is made, so this one is made now.
pub fn learn_kernel(kernel: &KernelTypes) -> EbpfLoader<'_> {
    aya::features();
    let mut loader = EbpfLoader::new();
    if let Ok(types) = kernel.get_or_init(Btf::from_sys_fs) {
        loader.btf(Some(types));
    }
    loader
}

/// Says with one byte that it is ready, and reads what its arguments would have been, each with its NUL.
pub fn for_object() -> Option<Vec<String>> {
    let mut output = std::io::stdout();
    output.write_all(b"\n").and_then(|()| output.flush()).ok()?;
    let mut told = String::new();
    let mut input = std::io::stdin().take(MAX_WORDS);
    input.read_to_string(&mut told).ok()?;
    let words = told.strip_suffix('\0')?;
    Some(words.split('\0').map(str::to_owned).collect())
}
