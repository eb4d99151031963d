/* SPDX-License-Identifier: Apache-2.0 */
#include "request/request-modules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool is_module_name(const char *name)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
	size_t len = strlen(name);

	return len && len < REQUEST_MODULE_NAME_SIZE && strspn(name, allowed) == len;
}

bool request_modules__add(struct request_modules *modules, const char *value)
{
	struct request_module module = {};
	char *end;

	if (value[0] < '0' || value[0] > '9' || modules->count == REQUEST_MODULES_MAX)
		return false;
	errno = 0;
	module.size = strtoull(value, &end, 10);
	if (errno || *end != ' ' || !is_module_name(end + 1))
		return false;
	if (!module.size || module.size > REQUEST_MODULE_MAX_BYTES ||
	    module.size > REQUEST_MODULES_MAX_BYTES - modules->bytes)
		return false;
	strcpy(module.name, end + 1);
	modules->bytes += module.size;
	modules->list[modules->count++] = module;
	return true;
}

void request_modules__insert(struct request_module *module, const void *bytes)
{
	bool inserted = !syscall(SYS_init_module, bytes, (unsigned long)module->size, "") || errno == EEXIST;

	module->err = inserted ? 0 : -errno;
}

void request_modules__write(const struct request_modules *modules, struct json *json)
{
	int i;

	if (!modules->count)
		return;
	json__array(json, "modules");
	for (i = 0; i < modules->count; i++) {
		json__object(json, NULL);
		json__str(json, "name", modules->list[i].name, REQUEST_MODULE_NAME_SIZE);
		json__int(json, "errno", modules->list[i].err);
		json__end(json);
	}
	json__end(json);
}
