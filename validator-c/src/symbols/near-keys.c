/* SPDX-License-Identifier: Apache-2.0 */
#include "symbols/near-keys.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define KEYS_MAX (1U << 20)
#define LETTERS ((1U << NEAR_LETTERS) - 1)
#define LENGTH_MAX (~0U >> NEAR_LETTERS)

/* Bits 0 to 62 of `words` are for words; single words are all alike in the last one. */
#define WORD_BITS 63

static struct near_key key_of(const struct near_name *name)
{
	uint32_t hash = 0, length = (uint32_t)name->len;
	struct near_key key = {};
	const char *at;
	int words = 0;

	for (at = name->text; at <= name->text + name->len; at++) {
		key.letters |= 1U << (*at >= 'a' && *at <= 'z' ? *at - 'a' : NEAR_LETTERS - 1);
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
	key.letters |= (length < LENGTH_MAX ? length : LENGTH_MAX) << NEAR_LETTERS;
	return key;
}

void near_keys__add(struct near_keys *keys, const char *name, uint32_t id)
{
	struct near_name compared;
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
	near_name__set_text(&compared, name);
	keys->list[keys->count] = key_of(&compared);
	keys->list[keys->count++].id = id;
}

/* At least so many letters are not in both names. */
static int apart(const struct near_key *a, const struct near_key *b)
{
	uint32_t word = (a->letters ^ b->letters) & LETTERS;
	int count = 0;

	for (; word; word &= word - 1)
		count++;
	return count;
}

static void offer(struct near_list *list, const char *name, const char *except)
{
	struct near_name compared;

	if (!strcmp(name, except))
		return;
	near_name__set(&compared, name);
	near_list__offer(list, name, &compared, 0);
}

/* Without a common word no name is like enough. */
static bool may_be_like(const struct near_key *key, const struct near_key *wanted, const struct near_list *list)
{
	uint32_t len = key->letters >> NEAR_LETTERS;

	if (!(key->words & wanted->words))
		return false;
	return len == LENGTH_MAX || near_list__may_take(list, len, apart(wanted, key));
}

void near_keys__offer(const struct near_keys *keys, struct near_list *list, const char *except,
		      const char *(*name_of)(uint32_t id))
{
	const struct near_key wanted = key_of(&list->wanted);
	uint32_t i;

	for (i = 0; i < keys->count; i++)
		if (may_be_like(&keys->list[i], &wanted, list))
			offer(list, name_of(keys->list[i].id), except);
}
