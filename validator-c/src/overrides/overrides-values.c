/* SPDX-License-Identifier: Apache-2.0 */
#include "overrides/overrides-apply.h"
#include "overrides/variable.h"

int variable__set(struct bpf_object *obj, const char *path, const char *value, const char **why)
{
	struct variable variable;
	int err = variable__find(obj, path, &variable, NULL, why);

	return err ? err : variable__write(&variable, value, why);
}

void overrides__apply_values(struct overrides *overrides, struct bpf_object *obj)
{
	const char *why;
	int i, err;

	for (i = 0; i < overrides->value_count; i++) {
		const struct variable_value *value = &overrides->values[i];

		why = "";
		err = variable__set(obj, value->path, value->value, &why);
		if (err)
			overrides__record(overrides, "rodata", value->path, err, "%s (set to %.180s)", why,
					  value->value);
		else
			overrides__record(overrides, "rodata", value->path, 0, "%.240s", value->value);
	}
}
