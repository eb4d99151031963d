/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "symbols.h"

/* Far more than any kernel has. */
#define LINES_MAX 4000000
#define CHUNK (64 * 1024)
#define DIRECTORIES_MAX 4096

static const char *const tracing[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };

/* Hands over each line without its end; lines that do not fit a chunk are cut. False when it cannot be read. */
static bool each_line(const char *path, void (*take)(struct symbols *symbols, char *line), struct symbols *symbols)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), lines = 0;
	static char chunk[CHUNK + 1];
	size_t kept = 0;
	char *at, *end;
	ssize_t n = 0;

	if (fd < 0)
		return false;
	while (lines < LINES_MAX && ((n = read(fd, chunk + kept, CHUNK - kept)) > 0 || (n < 0 && errno == EINTR))) {
		kept += n > 0 ? (size_t)n : 0;
		at = chunk;
		chunk[kept] = '\0';
		while ((end = strchr(at, '\n')) || (at == chunk && kept == CHUNK)) {
			if (end)
				*end = '\0';
			take(symbols, at);
			lines++;
			at = end ? end + 1 : chunk + kept;
		}
		kept -= (size_t)(at - chunk);
		memmove(chunk, at, kept);
	}
	close(fd);
	return n >= 0;
}

static bool each_tracing_line(const char *file, void (*take)(struct symbols *symbols, char *line), struct symbols *symbols)
{
	char path[128];
	int i;

	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%s", tracing[i], file);
		if (each_line(path, take, symbols))
			return true;
	}
	return false;
}

/* `F.isra.0` and the like are what the compiler made of F. */
static bool is_variant(const char *name, const char *of)
{
	size_t len = strlen(of);

	return !strncmp(name, of, len) && name[len] == '.';
}

static void note_symbol(struct symbol *symbol, char type, const char *name, const char *module)
{
	if (!strcmp(name, symbol->kallsyms_name)) {
		if (symbol->found_count == SYMBOL_ENTRIES_MAX)
			return;
		symbol->found[symbol->found_count].type = type;
		snprintf(symbol->found[symbol->found_count++].module, sizeof(symbol->found[0].module), "%s", module);
	} else if (is_variant(name, symbol->kallsyms_name) && symbol->variant_count < SYMBOL_ENTRIES_MAX) {
		snprintf(symbol->variants[symbol->variant_count++], SYMBOL_NAME_SIZE, "%s", name);
	}
}

/* What can be read and written has these letters; names with a dot were made by the compiler. */
static bool is_variable(char type, const char *name)
{
	return strchr("bBdDrR", type) && !strchr(name, '.') && strncmp(name, "__k", 3);
}

/* `ffffffff81000000 t name`, for a module with a tab and `[module]` behind. */
static void take_kallsyms(struct symbols *symbols, char *line)
{
	char *name = strchr(line, ' '), *module, type;
	struct near_name compared;
	bool set = false;
	int i;

	if (!name || !name[1] || name[2] != ' ')
		return;
	type = name[1];
	name += 3;
	module = strchr(name, '\t');
	if (module) {
		*module++ = '\0';
		module += *module == '[';
		module[strcspn(module, "]")] = '\0';
	}
	for (i = 0; i < symbols->count; i++) {
		note_symbol(&symbols->list[i], type, name, module ? module : "");
		if (symbols->list[i].wanted.kind != WANTED_VARIABLE || !is_variable(type, name))
			continue;
		if (!set)
			near_name__set(&compared, name);
		set = true;
		if (strcmp(name, symbols->list[i].wanted.name))
			near_list__offer(&symbols->list[i].near, name, &compared, 0);
	}
}

static bool by_name(const struct symbol *symbol)
{
	return symbol->wanted.kind == WANTED_FUNCTION;
}

/* `name`, for a module with ` [module]` behind. */
static void take_traceable(struct symbols *symbols, char *line)
{
	struct near_name compared;
	bool set = false;
	int i;

	line[strcspn(line, " \t")] = '\0';
	for (i = 0; i < symbols->count; i++) {
		struct symbol *symbol = &symbols->list[i];

		if (!by_name(symbol))
			continue;
		if (!strcmp(line, symbol->wanted.name))
			symbol->traceable = ANSWER_YES;
		if (symbol->wanted.by_btf)
			continue;
		if (!set)
			near_name__set(&compared, line);
		set = true;
		if (strcmp(line, symbol->wanted.name))
			near_list__offer(&symbol->near, line, &compared, 0);
	}
}

/* `0xffffffff81000000-0xffffffff81000010	name` */
static void take_blacklist(struct symbols *symbols, char *line)
{
	const char *name = strchr(line, '\t');
	int i;

	for (i = 0; name && i < symbols->count; i++)
		if (by_name(&symbols->list[i]) && !strcmp(name + 1, symbols->list[i].wanted.name))
			symbols->list[i].blacklisted = ANSWER_YES;
}

/* Tracepoints are directories; those of the category that was asked for come before the others. */
static void offer_tracepoints(struct symbols *symbols, const char *events, const char *category)
{
	char path[512], name[SYMBOL_NAME_SIZE];
	struct near_name compared;
	struct dirent *entry;
	size_t len = strlen(category);
	DIR *directory;
	int i;

	snprintf(path, sizeof(path), "%s/%s", events, category);
	directory = opendir(path);
	while (directory && (entry = readdir(directory))) {
		if (entry->d_name[0] == '.' || entry->d_type != DT_DIR ||
		    (size_t)snprintf(name, sizeof(name), "%s/%s", category, entry->d_name) >= sizeof(name))
			continue;
		near_name__set(&compared, entry->d_name);
		for (i = 0; i < symbols->count; i++) {
			struct symbol *symbol = &symbols->list[i];
			bool same = !strncmp(symbol->wanted.name, category, len) && symbol->wanted.name[len] == '/';

			if (symbol->wanted.kind != WANTED_TRACEPOINT || !strcmp(name, symbol->wanted.name))
				continue;
			if (same)
				symbol->category = ANSWER_YES;
			near_list__offer(&symbol->near, name, &compared, same ? 100 : 0);
		}
	}
	if (directory)
		closedir(directory);
}

static void read_tracepoints(struct symbols *symbols)
{
	struct dirent *entry;
	DIR *directory = NULL;
	char events[128];
	int i, left = DIRECTORIES_MAX;

	for (i = 0; i < 2 && !directory; i++) {
		snprintf(events, sizeof(events), "%s/events", tracing[i]);
		directory = opendir(events);
	}
	for (i = 0; directory && i < symbols->count; i++)
		if (symbols->list[i].wanted.kind == WANTED_TRACEPOINT)
			symbols->list[i].category = ANSWER_NO;
	while (directory && left-- && (entry = readdir(directory)))
		if (entry->d_name[0] != '.' && entry->d_type == DT_DIR)
			offer_tracepoints(symbols, events, entry->d_name);
	if (directory)
		closedir(directory);
}

static bool any(const struct symbols *symbols, enum wanted_kind kind)
{
	int i;

	for (i = 0; i < symbols->count; i++)
		if (symbols->list[i].wanted.kind == kind)
			return true;
	return false;
}

/* Who is not in a list that could be read is told so. */
static void settle(struct symbols *symbols, size_t answer_offset)
{
	int i;

	for (i = 0; i < symbols->count; i++) {
		enum answer *answer = (enum answer *)((char *)&symbols->list[i] + answer_offset);

		if (by_name(&symbols->list[i]) && *answer == ANSWER_NONE)
			*answer = ANSWER_NO;
	}
}

void symbols__read_lists(struct symbols *symbols)
{
	bool read = each_line("/proc/kallsyms", take_kallsyms, symbols);
	int i;

	for (i = 0; read && i < symbols->count; i++)
		symbols->list[i].kallsyms = ANSWER_YES;
	if (any(symbols, WANTED_FUNCTION)) {
		if (each_tracing_line("available_filter_functions", take_traceable, symbols))
			settle(symbols, offsetof(struct symbol, traceable));
		if (each_line("/sys/kernel/debug/kprobes/blacklist", take_blacklist, symbols))
			settle(symbols, offsetof(struct symbol, blacklisted));
	}
	if (any(symbols, WANTED_TRACEPOINT))
		read_tracepoints(symbols);
}
