/* SPDX-License-Identifier: Apache-2.0 */
#include "load/shims.h"

#include "output/text.h"

void shims__put(struct json *json, const struct overrides *overrides)
{
	int i;

	json__array(json, "shims");
	for (i = 0; i < overrides->shim_count; i++) {
		const struct shim *shim = &overrides->shims[i];

		json__object(json, NULL);
		json__str(json, "kind", shim->kind, NAME_MAX_BYTES);
		json__str(json, "subject", shim->subject, NAME_MAX_BYTES);
		json__str(json, "detail", shim->detail, MESSAGE_MAX_BYTES);
		json__int(json, "errno", shim->err);
		json__end(json);
	}
	json__end(json);
}
