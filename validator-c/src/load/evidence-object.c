/* SPDX-License-Identifier: Apache-2.0 */
#include "load/evidence-object.h"

#include "load/alters.h"
#include "load/shims.h"
#include "load/variants.h"
#include "output/text.h"

static void put_object_step(const struct evidence *evidence, struct json *json, const struct object_step *step)
{
	char words[256];

	json__str(json, "status", status__name(step->status), NAME_MAX_BYTES);
	json__int(json, "errno", step->err);
	json__str(json, "error", status__error(step->err, words, sizeof(words)), MESSAGE_MAX_BYTES);
	evidence__put_log(evidence, json, "log", &step->log);
	json__uint(json, "elapsed_us", step->elapsed_us);
}

static void put_program_facts(struct json *json, const struct program *program)
{
	json__object(json, NULL);
	json__str(json, "name", program->name, NAME_MAX_BYTES);
	json__str(json, "section", program->section, NAME_MAX_BYTES);
	json__str(json, "type", overrides__prog_type_name(program->type), NAME_MAX_BYTES);
	json__uint(json, "expected_attach_type", program->expected_attach_type);
	json__bool(json, "autoload", program->autoload);
	json__uint(json, "insns", program->insns);
	json__end(json);
}

static void put_map_facts(struct json *json, const struct map *map)
{
	json__object(json, NULL);
	json__str(json, "name", map->name, NAME_MAX_BYTES);
	json__str(json, "type", overrides__map_type_name(map->type), NAME_MAX_BYTES);
	json__uint(json, "type_id", map->type);
	json__uint(json, "key_size", map->key_size);
	json__uint(json, "value_size", map->value_size);
	json__uint(json, "max_entries", map->max_entries);
	json__uint(json, "flags", map->flags);
	json__end(json);
}

void evidence__open(struct evidence *evidence, const struct result *result, const struct overrides *overrides)
{
	struct json json;
	int i;

	if (evidence->fd < 0)
		return;
	evidence__start(evidence, &json, "open");
	put_object_step(evidence, &json, &result->open);
	json__bool(&json, "artifact_has_btf", result->has_btf);
	json__bool(&json, "artifact_has_btf_ext", result->has_btf_ext);
	json__uint(&json, "core_relocations", result->core_relocations);
	json__str(&json, "license", result->license, NAME_MAX_BYTES);
	json__array(&json, "programs");
	for (i = 0; i < result->program_count && evidence->text.len < EVIDENCE_LISTS_MAX; i++)
		put_program_facts(&json, &result->programs[i]);
	json__end(&json);
	json__array(&json, "maps");
	for (i = 0; i < result->map_count && evidence->text.len < EVIDENCE_LISTS_MAX; i++)
		put_map_facts(&json, &result->maps[i]);
	json__end(&json);
	shims__put(&json, overrides);
	evidence__finish(evidence, &json);
}

void evidence__load(struct evidence *evidence, const struct result *result, const struct overrides *overrides)
{
	struct json json;
	char inner[128];

	evidence__start(evidence, &json, "load");
	put_object_step(evidence, &json, &result->load);
	if (overrides->guess_fitted) {
		inner_guess__describe(&overrides->guess, inner, sizeof(inner));
		json__str(&json, "inner_map", inner, MESSAGE_MAX_BYTES);
	}
	variants__put(&json, overrides);
	alters__put(&json, result);
	evidence__finish(evidence, &json);
}
