/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence-kernel.h"

#include "core-relos.h"
#include "text.h"

void evidence__core(struct evidence *evidence)
{
	const struct core_relo *relos;
	struct json json;
	uint64_t dropped;
	size_t count, i;

	relos = core_relos__list(&count, &dropped);
	if (evidence->fd < 0 || !count)
		return;
	evidence__start(evidence, &json, "core");
	json__array(&json, "relocations");
	for (i = 0; i < count && evidence->text.len < EVIDENCE_LISTS_MAX; i++) {
		json__object(&json, NULL);
		json__str(&json, "program", relos[i].program, NAME_MAX_BYTES);
		json__uint(&json, "insn", relos[i].insn);
		json__str(&json, "kind", core_relos__kind_name(relos[i].kind), NAME_MAX_BYTES);
		json__str(&json, "access", relos[i].access, MESSAGE_MAX_BYTES);
		json__bool(&json, "present", relos[i].present);
		json__end(&json);
	}
	json__end(&json);
	json__uint(&json, "dropped", dropped + (count - i));
	evidence__finish(evidence, &json);
}
