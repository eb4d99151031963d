/* SPDX-License-Identifier: Apache-2.0 */
#include "symbols/similar-keys.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define KEYS_MAX (1U << 20)
#define LETTERS ((1U << SIMILAR_LETTERS) - 1)
#define LENGTH_MAX (~0U >> SIMILAR_LETTERS)

/* Bits 0 to 62 of `words` are for words; single words are all alike in the last one. */
#define WORD_BITS 63

static struct similar_key key_of(const struct similar_name *name)
{
	uint32_t hash = 0, length = (uint32_t)name->len;
	struct similar_key key = {};
	const char *at;
	int words = 0;

	for (at = name->text; at <= name->text + name->len; at++) {
		key.letters |= 1U << (*at >= 'a' && *at <= 'z' ? *at - 'a' : SIMILAR_LETTERS - 1);
		if (*at && *at != '_') {
			hash = hash * 31 + (unsigned char)*at;
		} else if (hash) {
			key.words |= 1ULL << hash % WORD_BITS;
			words++;
			hash = 0;
		}
	}
	if (words == 1)
		key.words |= 1ULL << WORD_BITS;
	key.letters |= (length < LENGTH_MAX ? length : LENGTH_MAX) << SIMILAR_LETTERS;
	return key;
}

void similar_keys__add(struct similar_keys *keys, const char *name, uint32_t id)
{
	struct similar_name compared;
	void *memory;

	if (!keys->list) {
		memory = mmap(NULL, KEYS_MAX * sizeof(*keys->list), PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (memory == MAP_FAILED)
			return;
		keys->list = memory;
	}
	if (keys->count == KEYS_MAX)
		return;
	similar_name__set_text(&compared, name);
	keys->list[keys->count] = key_of(&compared);
	keys->list[keys->count++].id = id;
}

/* At least so many letters are not in both names. */
static int apart(const struct similar_key *a, const struct similar_key *b)
{
	uint32_t word = (a->letters ^ b->letters) & LETTERS;
	int count = 0;

	for (; word; word &= word - 1)
		count++;
	return count;
}

static void offer(struct similar_list *list, const char *name, const char *except)
{
	struct similar_name compared;

	if (!strcmp(name, except))
		return;
	similar_name__set(&compared, name);
	similar_list__offer(list, name, &compared, 0);
}

/* Without a common word no name is like enough. */
static bool may_be_like(const struct similar_key *key, const struct similar_key *missing,
			const struct similar_list *list)
{
	uint32_t len = key->letters >> SIMILAR_LETTERS;

	if (!(key->words & missing->words))
		return false;
	return len == LENGTH_MAX || similar_list__may_take(list, len, apart(missing, key));
}

void similar_keys__offer(const struct similar_keys *keys, struct similar_list *list, const char *except,
			 const char *(*name_of)(uint32_t id))
{
	const struct similar_key missing = key_of(&list->missing);
	uint32_t i;

	for (i = 0; i < keys->count; i++)
		if (may_be_like(&keys->list[i], &missing, list))
			offer(list, name_of(keys->list[i].id), except);
}
