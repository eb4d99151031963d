/* SPDX-License-Identifier: Apache-2.0 */
#include "request/entries.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/frames.h"

#define MAX_MODE 0777

static bool is_printable(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	return true;
}

/* Absolute, and every part of it a name. */
static bool is_path(const char *path)
{
	size_t part;

	if (path[0] != '/' || strlen(path) > ENTRY_MAX_PATH || !is_printable(path))
		return false;
	for (; *path; path += part) {
		path++;
		part = strcspn(path, "/");
		if (!part || (part == 1 && path[0] == '.') || (part == 2 && !memcmp(path, "..", 2)))
			return false;
	}
	return true;
}

static bool parse_number(const char **text, int base, uint64_t max, uint64_t *value)
{
	char *end;

	if (**text < '0' || **text > '9')
		return false;
	errno = 0;
	*value = strtoull(*text, &end, base);
	if (errno || *value > max || *end != ' ')
		return false;
	*text = end + 1;
	return true;
}

static bool grow(struct entries *entries)
{
	int room = entries->room ? 2 * entries->room : 16;
	struct entry *grown = realloc(entries->list, (size_t)room * sizeof(*grown));

	if (!grown)
		return false;
	entries->list = grown;
	entries->room = room;
	return true;
}

/* Takes ownership of `entry`, also when it fails. */
static bool add(struct entries *entries, struct entry entry)
{
	if (entry.path && entries->count < ENTRIES_MAX && (entries->count < entries->room || grow(entries))) {
		entries->list[entries->count++] = entry;
		return true;
	}
	free(entry.path);
	free(entry.target);
	return false;
}

bool entries__add_file(struct entries *entries, const char *value)
{
	uint64_t mode, size;

	if (!parse_number(&value, 8, MAX_MODE, &mode) || !parse_number(&value, 10, FRAME_MAX_TO_GUEST, &size))
		return false;
	if (!is_path(value) || entries->bytes + size > ENTRIES_MAX_BYTES)
		return false;
	entries->bytes += size;
	return add(entries, (struct entry){ .path = strdup(value), .size = size, .mode = (unsigned int)mode });
}

bool entries__add_link(struct entries *entries, const char *value)
{
	const char *target = strchr(value, ' ');
	char path[ENTRY_MAX_PATH + 1] = "";
	size_t len = target ? (size_t)(target - value) : sizeof(path);

	if (len >= sizeof(path) || !is_printable(++target) || !target[0] || strchr(target, ' '))
		return false;
	memcpy(path, value, len);
	if (!is_path(path) || strlen(target) > ENTRY_MAX_PATH)
		return false;
	return add(entries, (struct entry){ .path = strdup(path), .target = strdup(target) });
}

void entries__free(struct entries *entries)
{
	int i;

	for (i = 0; i < entries->count; i++) {
		free(entries->list[i].path);
		free(entries->list[i].target);
	}
	free(entries->list);
	*entries = (struct entries){};
}
