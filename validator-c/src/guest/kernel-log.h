/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel itself says of trouble while a request is completed. The console does not show it: whoever is root may mute it
 * or write to it. /dev/kmsg marks what did not come from the kernel, and the taint flags are never taken back.
 */
#ifndef BPFCOMPAT_KERNEL_LOG_H
#define BPFCOMPAT_KERNEL_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/json.h"

struct kernel_log {
	/* /dev/kmsg behind the last record of before; -1 where it cannot be read. */
	int fd;
	/* The same to write to. */
	int mark_fd;
	/* The taint flags: open before anything is loaded that could deny the file. -1 where there is none. */
	int taint_fd;
	uint64_t taint;
	/* Of these was reported already, and how often something was. */
	uint64_t reported_taint;
	int reported;
};

void kernel_log__begin(struct kernel_log *log);
/*
 * Before anybody gets the chance to hide it: writes the `kernel` stage when the kernel said something of trouble since the
 * last time. False when it did not, or was reported too often: the rest is left to the end.
 */
bool kernel_log__look(struct kernel_log *log, struct json *json);
/* Writes the field `kernel` of the `exit` stage, about what was not reported yet, and closes. */
void kernel_log__end(struct kernel_log *log, struct json *json);

/*
 * The message of a record of /dev/kmsg, NUL-terminated in place, when it is the kernel's own and may show trouble; else
 * NULL. Which of these words count is for the host to say.
 */
const char *kernel_log__trouble(char *record);

#endif
