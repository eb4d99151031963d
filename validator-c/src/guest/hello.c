/* SPDX-License-Identifier: Apache-2.0 */
#include "guest/hello.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "check/document-sections.h"
#include "guest/build-id.h"
#include "lib/frames.h"
#include "lib/io.h"
#include "lib/version.h"
#include "output/text.h"

void hello__problem(struct hello *hello, const char *what, int err)
{
	if (hello->problem_count == HELLO_MAX_PROBLEMS)
		return;
	snprintf(hello->problems[hello->problem_count].what, sizeof(hello->problems[0].what), "%s", what);
	hello->problems[hello->problem_count++].err = err;
}

static void put_fact(struct json *json, const char *key, const char *path, size_t max)
{
	char line[4096];

	io__read_line(path, line, sizeof(line));
	json__str(json, key, line, max);
}

/* Effective capabilities in hex, as /proc/self/status has them. */
static void put_capabilities(struct json *json)
{
	FILE *status = fopen("/proc/self/status", "re");
	char line[256], hex[32] = "";

	while (status && !hex[0] && fgets(line, sizeof(line), status))
		sscanf(line, "CapEff: %31s", hex);
	if (status)
		fclose(status);
	json__str(json, "cap_eff", hex, 32);
}

/* Modules whose BTF the kernel shows, separated by commas. */
static void put_btf_modules(struct json *json)
{
	DIR *directory = opendir("/sys/kernel/btf");
	struct dirent *entry;
	struct buf names = {};

	while (directory && names.len < MESSAGE_MAX_BYTES && (entry = readdir(directory))) {
		if (entry->d_name[0] == '.' || !strcmp(entry->d_name, "vmlinux"))
			continue;
		buf__addf(&names, "%s%s", names.len ? "," : "", entry->d_name);
	}
	if (directory)
		closedir(directory);
	json__strn(json, "btf_modules", names.data ? names.data : "", names.len, MESSAGE_MAX_BYTES);
	buf__free(&names);
}

static void put_build_id(struct json *json)
{
	char hex[BUILD_ID_HEX_SIZE];

	build_id__of_kernel(hex);
	json__str(json, "build_id", hex, sizeof(hex));
}

static void put_kernel(struct json *json)
{
	struct utsname kernel = {};
	struct stat btf;
	bool has_btf = !stat(KERNEL_BTF_PATH, &btf);

	uname(&kernel);
	json__object(json, "kernel");
	json__str(json, "release", kernel.release, NAME_MAX_BYTES);
	json__str(json, "version", kernel.version, MESSAGE_MAX_BYTES);
	json__str(json, "machine", kernel.machine, NAME_MAX_BYTES);
	json__end(json);
	json__object(json, "btf");
	json__bool(json, "vmlinux", has_btf);
	json__uint(json, "size", has_btf ? (uint64_t)btf.st_size : 0);
	json__end(json);
}

void hello__write(const struct hello *hello, struct buf *out)
{
	struct json json;
	char words[256];
	int i;

	json__init(&json, out);
	json__object(&json, NULL);
	json__int(&json, "protocol", FRAME_VERSION);
	json__object(&json, "validator");
	json__str(&json, "version", VALIDATOR_VERSION, NAME_MAX_BYTES);
	json__str(&json, "libbpf", LIBBPF_BUILD, NAME_MAX_BYTES);
	json__end(&json);
	put_kernel(&json);
	json__object(&json, "facts");
	put_fact(&json, "cmdline", "/proc/cmdline", MESSAGE_MAX_BYTES);
	put_fact(&json, "lsm", "/sys/kernel/security/lsm", MESSAGE_MAX_BYTES);
	put_fact(&json, "lockdown", "/sys/kernel/security/lockdown", MESSAGE_MAX_BYTES);
	put_fact(&json, "unprivileged_bpf_disabled", "/proc/sys/kernel/unprivileged_bpf_disabled", 32);
	put_fact(&json, "jit_enable", "/proc/sys/net/core/bpf_jit_enable", 32);
	put_fact(&json, "jit_limit", "/proc/sys/net/core/bpf_jit_limit", 32);
	put_fact(&json, "kptr_restrict", "/proc/sys/kernel/kptr_restrict", 32);
	put_fact(&json, "perf_event_paranoid", "/proc/sys/kernel/perf_event_paranoid", 32);
	put_fact(&json, "perf_event_max_stack", "/proc/sys/kernel/perf_event_max_stack", 32);
	put_capabilities(&json);
	put_build_id(&json);
	put_btf_modules(&json);
	json__end(&json);
	json__array(&json, "problems");
	for (i = 0; i < hello->problem_count; i++) {
		json__object(&json, NULL);
		json__str(&json, "what", hello->problems[i].what, NAME_MAX_BYTES);
		json__int(&json, "errno", hello->problems[i].err);
		json__str(&json, "detail", status__error(hello->problems[i].err, words, sizeof(words)),
			  MESSAGE_MAX_BYTES);
		json__end(&json);
	}
	json__end(&json);
	json__uint(&json, "ready_us", io__now_us());
	json__end(&json);
}
