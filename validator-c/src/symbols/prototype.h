/* SPDX-License-Identifier: Apache-2.0 */
/* What a function of the kernel takes, as its BTF has it. */
#ifndef BPFCOMPAT_PROTOTYPE_H
#define BPFCOMPAT_PROTOTYPE_H

#include <bpf/btf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROTOTYPE_PARAMETERS_MAX 16

struct prototype {
	bool known;
	int count;
	struct {
		/* As in C, without qualifiers: `struct sock *`. */
		char type[96];
		/* May be empty. */
		char name[64];
	} parameters[PROTOTYPE_PARAMETERS_MAX];
};

/* A type as in C, without qualifiers: `struct sock *`; `?` where it has no name. */
void prototype__type(const struct btf *btf, uint32_t id, char *text, size_t size);
/* Reads it of a BTF_KIND_FUNC; leaves it unknown for everything else. */
void prototype__read(struct prototype *prototype, const struct btf *btf, const struct btf_type *function);

#endif
