/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The map that stands in for inner maps which only the object's own loader knows. Programs of the object show by what the
 * verifier says how large its values have to be, so it is fitted to them before anything is told about the object.
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

struct work;

/* The map every object begins with: a hash map with keys and values of four bytes. */
void inner_guess__begin(struct inner_guess *guess);
/* Takes from the words of the verifier what the programs want instead; false when they say nothing about it. */
bool inner_guess__learn(struct inner_guess *guess, const char *log);
void inner_guess__describe(const struct inner_guess *guess, char *text, size_t size);
/* Fits the guess of an opened object to its programs, and opens the object anew where it had to change. */
void inner_guess__fit(struct work *work);

#endif
