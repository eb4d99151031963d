/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The map that stands in for inner maps which only the object's own loader knows. By what the verifier rejects, programs
 * show what it has to look like.
 */
#ifndef BPFCOMPAT_INNER_GUESS_H
#define BPFCOMPAT_INNER_GUESS_H

#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct inner_guess {
	/* BPF_MAP_TYPE_UNSPEC: nothing was guessed yet. */
	enum bpf_map_type type;
	uint32_t key;
	uint32_t value;
	uint32_t entries;
};

/* The map every object begins with: a hash map with keys and values of four bytes. */
void inner_guess__begin(struct inner_guess *guess);
/* Takes from the words of the verifier what the programs want instead; false when they say nothing about it. */
bool inner_guess__learn(struct inner_guess *guess, const char *log);
void inner_guess__describe(const struct inner_guess *guess, char *text, size_t size);

#endif
