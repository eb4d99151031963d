/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/modules.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/io.h"

#define DIRECTORY "/modules"
#define ORDER_MAX (64 * 1024)

static int load_file(const char *file)
{
	char path[300];
	int fd, err = 0;

	snprintf(path, sizeof(path), DIRECTORY "/%s", file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (syscall(SYS_finit_module, fd, "", 0) && errno != EEXIST)
		err = -errno;
	close(fd);
	return err;
}

static char *read_order(struct buf *text)
{
	if (io__read_file(DIRECTORY "/order", ORDER_MAX, text))
		return NULL;
	buf__addc(text, '\0');
	return text->failed ? NULL : text->data;
}

/* Cuts `file [flag]`; false for a line without a usable file name. */
static bool parse_line(char *line, const char **file, const char **flag)
{
	char *save = NULL;

	*file = strtok_r(line, " \t", &save);
	*flag = *file ? strtok_r(NULL, " \t", &save) : NULL;
	if (!*flag)
		*flag = "";
	return *file && !strchr(*file, '/');
}

void modules__load_all(modules_report report, void *context)
{
	char *save = NULL, *line, *order;
	const char *file, *flag;
	struct buf text = {};
	int err;

	order = read_order(&text);
	for (line = order ? strtok_r(order, "\n", &save) : NULL; line; line = strtok_r(NULL, "\n", &save)) {
		if (!parse_line(line, &file, &flag) || !strcmp(flag, "lazy"))
			continue;
		err = load_file(file);
		if (err && strcmp(flag, "optional"))
			report(context, file, err);
	}
	buf__free(&text);
}

/* `dummy` is in `dummy.ko` as well as in `20-dummy.ko`. */
static bool holds_module(const char *file, const char *name)
{
	size_t file_len = strlen(file), name_len = strlen(name);

	if (file_len < name_len + 3 || strcmp(file + file_len - 3, ".ko"))
		return false;
	file += file_len - name_len - 3;
	return !strncmp(file, name, name_len) && (file_len == name_len + 3 || file[-1] == '-');
}

int modules__load_lazy(const char *name)
{
	char *save = NULL, *line, *order;
	const char *file, *flag;
	struct buf text = {};
	int err = -ENOENT;

	order = read_order(&text);
	for (line = order ? strtok_r(order, "\n", &save) : NULL; line; line = strtok_r(NULL, "\n", &save)) {
		if (parse_line(line, &file, &flag) && !strcmp(flag, "lazy") && holds_module(file, name))
			err = load_file(file);
	}
	buf__free(&text);
	return err;
}
