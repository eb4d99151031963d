/* SPDX-License-Identifier: Apache-2.0 */
/* One request: which object, how far to go with it, and what to change before loading. */
#ifndef BPFCOMPAT_REQUEST_H
#define BPFCOMPAT_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/sha256.h"
#include "overrides/overrides.h"
#include "request/entries.h"
#include "request/request-modules.h"

/* Bytes of a functional plan. */
#define REQUEST_PLAN_MAX (1024 * 1024)

enum attach_mode {
	ATTACH_DISABLED,
	ATTACH_BEST_EFFORT,
	ATTACH_REQUIRED,
};

struct request {
	char nonce[65];
	/* Room for 255 characters of any script. */
	char artifact_name[1024];
	char artifact_sha256[SHA256_HEX_SIZE];
	uint64_t artifact_size;
	uint64_t plan_size;
	enum attach_mode attach_mode;
	bool probe_features;
	uint64_t work_timeout_ms;
	/* When it arrived, on the clock of io__now_us. */
	uint64_t received_us;
	/* What the host's clock says, in milliseconds since 1970; 0 leaves the guest's clock alone. */
	uint64_t realtime_ms;
	/* Random bytes of the host in hex, for a guest that is a copy of another. */
	char entropy[129];
	/* The host will send another request to this guest, so no `bye` after the result. */
	bool more;
	char **required_programs;
	int required_count;
	struct overrides overrides;
	struct entries entries;
	/* A file with BTF that CO-RE gets in the place of the kernel's; "" for the kernel's own. */
	char btf[ENTRY_MAX_PATH + 1];
	struct request_modules modules;
	/* The object is not loaded: the one test of the plan is the user's own loader. */
	bool command_mode;
	/* In command mode: `bin` is a loader of ours. It is run without a shell, and all of its stdout is its report. */
	bool loader_mode;
	/* /bin/busybox is among the files; its applets are the commands of this guest. */
	bool shell;
	/* Where the user's own loader lies; "" without one. */
	char bin[ENTRY_MAX_PATH + 1];

	/* The bytes themselves; not owned. */
	const void *artifact;
	/* A copy in which something libbpf does not open was fixed; NULL when there is no need. */
	void *mended;
	/* A text. */
	const char *plan;
	/* Recorded only. */
	const char *artifact_path;
	const char *manifest_path;
	const char *plan_path;
	/* Where log files go; NULL for nowhere. */
	const char *log_dir;
	/* Maps are pinned where the object says so only in a guest: pins would outlive us elsewhere. */
	bool in_guest;
};

void request__init(struct request *request);
/* Parses the text of a request frame (docs/guest-protocol.md). 0 or -EINVAL with the reason in `error`. */
int request__parse(struct request *request, const char *text, size_t len, char *error, size_t size);
/* `disabled`, `off`, `none`, `best-effort`, `required`, `strict`; false for anything else. */
bool request__parse_mode(const char *text, enum attach_mode *mode);
const char *request__mode_name(enum attach_mode mode);
/* Microseconds until it has to be completed; 0 when that is over. */
uint64_t request__left_us(const struct request *request);
bool request__requires(const struct request *request, const char *program);
void request__free(struct request *request);

#endif
