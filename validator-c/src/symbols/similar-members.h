/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Members of a structure of the kernel that may be what a program reads under a name that is not there: renamed members keep
 * their type, and most of their words.
 */
#ifndef BPFCOMPAT_SIMILAR_MEMBERS_H
#define BPFCOMPAT_SIMILAR_MEMBERS_H

#include <bpf/btf.h>
#include <stdint.h>

#include "symbols/similar.h"

/* A member as the object names it: from which of its types on, and by which steps (`0:14:2` of a CO-RE relocation). */
struct member_path {
	const struct btf *btf;
	uint32_t type;
	const char *steps;
};

/*
 * Fills `similar` with `name (type)` of the members that may stand for the first step which `kernel` has not; nothing where it
 * has them all. Members that the object's own structure has as well are not offered: they were not renamed.
 */
void similar_members__find(struct similar_list *similar, const struct member_path *path, const struct btf *kernel,
			   uint32_t type);

#endif
