/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The map that stands in for inner maps which only the object's own loader knows. By what the verifier rejects, programs
 * show what it has to look like: it is fitted to those that are to be loaded, once a load has failed.
 */
#ifndef BPFCOMPAT_INNER_GUESS_H
#define BPFCOMPAT_INNER_GUESS_H

#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One field is learned in each round, or one program left out that fails for another reason. */
#define INNER_GUESS_ROUNDS_MAX 64

struct inner_guess {
	/* BPF_MAP_TYPE_UNSPEC: nothing was guessed yet. */
	enum bpf_map_type type;
	uint32_t key;
	uint32_t value;
	uint32_t entries;
};

struct request;
struct work;

/* The map every object begins with: a hash map with keys and values of four bytes. */
void inner_guess__begin(struct inner_guess *guess);
/* Takes from the words of the verifier what the programs want instead; false when they say nothing about it. */
bool inner_guess__learn(struct inner_guess *guess, const char *log);
void inner_guess__describe(const struct inner_guess *guess, char *text, size_t size);
/* When to stop fitting it, on the clock of io__now_us: the rest of the time is for the result. */
uint64_t inner_guess__until(const struct request *request);
/*
 * After a load that failed: fits the guess to the programs that are to be loaded. True when it changed; then the object is
 * opened again, and worth another load.
 */
bool inner_guess__fit(struct work *work);

#endif
