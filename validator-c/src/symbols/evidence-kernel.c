/* SPDX-License-Identifier: Apache-2.0 */
#include "symbols/evidence-kernel.h"

#include "load/core-relos.h"
#include "output/text.h"

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
		json__bool(&json, "type_present", relos[i].type_present);
		json__end(&json);
	}
	json__end(&json);
	json__uint(&json, "dropped", dropped + (count - i));
	evidence__finish(evidence, &json);
}

void evidence__externs(struct evidence *evidence, const struct extern_name *list, size_t count)
{
	static const char *const kinds[] = { "kfunc", "ksym", "kconfig" };
	struct json json;
	size_t i;

	if (evidence->fd < 0 || !count)
		return;
	evidence__start(evidence, &json, "externs");
	json__array(&json, "externs");
	for (i = 0; i < count && evidence->text.len < EVIDENCE_LISTS_MAX; i++) {
		json__object(&json, NULL);
		json__str(&json, "name", list[i].name, NAME_MAX_BYTES);
		json__str(&json, "kind", kinds[list[i].kind], NAME_MAX_BYTES);
		json__bool(&json, "weak", list[i].weak);
		if (list[i].looked_up)
			json__bool(&json, "present", list[i].present);
		json__str(&json, "module", list[i].module, NAME_MAX_BYTES);
		json__end(&json);
	}
	json__end(&json);
	evidence__finish(evidence, &json);
}

static void put_tristate(struct json *json, const char *key, enum tristate value)
{
	if (value == TRISTATE_UNKNOWN)
		json__null(json, key);
	else
		json__bool(json, key, value == TRISTATE_YES);
}

static void put_kallsyms(struct json *json, const struct symbol *symbol)
{
	char type[2] = "";
	int i;

	if (symbol->kallsyms == TRISTATE_UNKNOWN) {
		json__null(json, "kallsyms");
		return;
	}
	json__array(json, "kallsyms");
	for (i = 0; i < symbol->found_count; i++) {
		type[0] = symbol->found[i].type;
		json__object(json, NULL);
		json__str(json, "type", type, 1);
		json__str(json, "module", symbol->found[i].module, NAME_MAX_BYTES);
		json__end(json);
	}
	json__end(json);
}

static void put_prototype(struct json *json, const struct prototype *prototype)
{
	int i;

	if (!prototype->known)
		return;
	json__array(json, "parameters");
	for (i = 0; i < prototype->count; i++) {
		json__object(json, NULL);
		json__str(json, "type", prototype->parameters[i].type, NAME_MAX_BYTES);
		json__str(json, "name", prototype->parameters[i].name, NAME_MAX_BYTES);
		json__end(json);
	}
	json__end(json);
}

void evidence__symbol(struct evidence *evidence, const struct symbol *symbol)
{
	struct json json;
	int i;

	if (evidence->fd < 0)
		return;
	evidence__start(evidence, &json, "symbol");
	json__str(&json, "name", symbol->missing.name, NAME_MAX_BYTES);
	json__str(&json, "kind", missing_names__kind_name(symbol->missing.kind), NAME_MAX_BYTES);
	json__str(&json, "program", symbol->missing.program, NAME_MAX_BYTES);
	put_kallsyms(&json, symbol);
	json__array(&json, "variants");
	for (i = 0; i < symbol->variant_count; i++)
		json__str(&json, NULL, symbol->variants[i], NAME_MAX_BYTES);
	json__end(&json);
	put_tristate(&json, "btf", symbol->btf);
	json__str(&json, "btf_module", symbol->btf_module, NAME_MAX_BYTES);
	put_tristate(&json, "traceable", symbol->traceable);
	put_tristate(&json, "blacklisted", symbol->blacklisted);
	put_tristate(&json, "category", symbol->category);
	json__array(&json, "near");
	for (i = 0; i < symbol->similar.count; i++)
		json__str(&json, NULL, symbol->similar.best[i].name, NAME_MAX_BYTES);
	json__end(&json);
	put_prototype(&json, &symbol->prototype);
	evidence__finish(evidence, &json);
}

void evidence__format(struct evidence *evidence, const struct format *format)
{
	struct json json;
	int i;

	evidence__start(evidence, &json, "format");
	json__str(&json, "tracepoint", format->tracepoint, NAME_MAX_BYTES);
	json__array(&json, "fields");
	for (i = 0; i < format->count; i++) {
		json__object(&json, NULL);
		json__str(&json, "name", format->fields[i].name, NAME_MAX_BYTES);
		json__uint(&json, "offset", format->fields[i].offset);
		json__uint(&json, "size", format->fields[i].size);
		json__end(&json);
	}
	json__end(&json);
	evidence__finish(evidence, &json);
}
