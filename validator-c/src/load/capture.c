/* SPDX-License-Identifier: Apache-2.0 */
#include "load/capture.h"

#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clip.h"
#include "load/externs.h"
#include "load/line-breaks.h"

#define WARN_HEAD_MAX (64 * 1024)
#define WARN_TAIL_MAX (128 * 1024)
#define ALL_PART_MAX (256 * 1024)

/* Between these marks libbpf prints what the kernel wrote, which has lines. */
#define KERNEL_LOG "LOAD LOG --"

static struct clip warnings;
static struct clip everything;

/* DEBUG lines are expected even for good objects and would be taken for causes, so they are not kept. */
static int on_print(enum libbpf_print_level level, const char *format, va_list args)
{
	char line[1024], *text = line;
	va_list again;
	int len;

	externs__hear(format, args);
	if (level == LIBBPF_DEBUG)
		return 0;
	va_copy(again, args);
	len = vsnprintf(line, sizeof(line), format, args);
	if (len >= (int)sizeof(line)) {
		text = malloc((size_t)len + 1);
		if (text)
			vsnprintf(text, (size_t)len + 1, format, again);
	}
	va_end(again);
	if (len <= 0 || !text)
		return 0;
	/* A message is one line, whatever the names in it hold: else a name could say what libbpf never did. */
	if (!strstr(format, KERNEL_LOG))
		line_breaks__hide_within(text, (size_t)len);
	if (level == LIBBPF_WARN)
		clip__add(&warnings, text, (size_t)len);
	clip__add(&everything, text, (size_t)len);
	if (text != line)
		free(text);
	return 0;
}

void capture__install(void)
{
	clip__init(&warnings, WARN_HEAD_MAX, WARN_TAIL_MAX);
	clip__init(&everything, ALL_PART_MAX, ALL_PART_MAX);
	libbpf_set_print(on_print);
}

void capture__begin(void)
{
	clip__reset(&warnings);
}

void capture__warn(struct buf *line)
{
	line_breaks__hide_within(line->data, line->len);
	clip__add(&warnings, line->data, line->len);
	clip__add(&everything, line->data, line->len);
}

void capture__warnings(struct buf *out)
{
	clip__text(&warnings, out);
}

void capture__everything(struct buf *out)
{
	clip__text(&everything, out);
}
