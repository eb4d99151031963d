/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_LINE_BREAKS_H
#define BPFCOMPAT_LINE_BREAKS_H

#include <bpf/libbpf.h>
#include <stddef.h>

/* What stands for a line break. The kernel rejects both in the names it checks, and prints neither. */
#define LINE_BREAK_MARK '\1'

/*
 * Strings of the object's BTF stand in the kernel's logs: source lines, file names, the texts of tags; names of maps, which
 * libbpf writes there. A line break in one would make what follows look like the kernel's own words, so none is left in
 * `obj`, which is open and not loaded yet. The kernel needs a line break nowhere, so its result stays the same.
 */
void line_breaks__hide(struct bpf_object *obj);

/* Line breaks within `len` bytes of one message of libbpf, whose own one stands at the end: names that hold them. */
void line_breaks__hide_within(char *message, size_t len);

#endif
