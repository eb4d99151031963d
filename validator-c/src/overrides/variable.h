/* SPDX-License-Identifier: Apache-2.0 */
/* Writing a value that is given as text into a variable whose type stands in the object's BTF. */
#ifndef BPFCOMPAT_VARIABLE_H
#define BPFCOMPAT_VARIABLE_H

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <stddef.h>
#include <stdint.h>

struct variable {
	const struct btf *btf;
	uint32_t type;
	char *at;
	/* Bytes from there on that belong to it. */
	size_t room;
};

/*
 * The variable that `path` names: `v`, `v.member`, `v[3]`. `at` points into the initial value of its map, which is stored
 * in `map` unless that is NULL. 0, or a negative errno with the reason in `why` (static text).
 */
int variable__find(const struct bpf_object *obj, const char *path, struct variable *variable,
		   const struct bpf_map **map, const char **why);
/*
 * Goes on to the member or element that `path` names: "", `.member`, `[3]`, and so on. 0, or a negative errno with the
 * reason in `why` (static text).
 */
int variable__follow(struct variable *variable, const char *path, const char **why);
/*
 * Whole numbers (decimal or 0x), true and false, for a bool yes, no, on and off too, the names of an enum's values; for arrays of bytes a text that leaves
 * room for its end, or `hex:` and two digits per byte, the rest being zero. 0, or a negative errno with the reason in
 * `why`.
 */
int variable__write(const struct variable *variable, const char *value, const char **why);

#endif
