/* SPDX-License-Identifier: Apache-2.0 */
#include "check/document-sections.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check/bpftool.h"
#include "load/probe.h"
#include "load/shims.h"
#include "load/variants.h"
#include "output/text.h"

/* A document of thousands of failing programs must still fit one frame. */
#define LOGS_UNTIL (2U << 20)
#define DISCOVERY_LOG_MAX (32 * 1024)

static void put_fixups(struct json *json, const struct overrides *overrides)
{
	int i;

	json__array(json, "map_fixups");
	for (i = 0; i < overrides->map_count; i++) {
		const struct map_fixup *fixup = &overrides->maps[i];

		json__object(json, NULL);
		json__str(json, "name", fixup->name, NAME_MAX_BYTES);
		json__str(json, "max_entries", fixup->max_entries, NAME_MAX_BYTES);
		json__uint(json, "inner_ringbuf_bytes", fixup->inner_ringbuf_bytes);
		json__str(json, "inner_map_type", fixup->inner_type ? overrides__map_type_name(fixup->inner_type) : "",
			  NAME_MAX_BYTES);
		json__uint(json, "inner_key_size", fixup->inner_key_size);
		json__uint(json, "inner_value_size", fixup->inner_value_size);
		json__uint(json, "inner_max_entries", fixup->inner_max_entries);
		json__str(json, "status", fixup->status, NAME_MAX_BYTES);
		json__int(json, "errno", fixup->err);
		json__uint(json, "applied_entries", fixup->applied_entries);
		json__end(json);
	}
	json__end(json);
}

static void put_auto_fixes(struct json *json, const struct overrides *overrides)
{
	int i;

	json__array(json, "auto_sized_maps");
	for (i = 0; i < overrides->sized_count; i++) {
		json__object(json, NULL);
		json__str(json, "name", overrides->sized[i].name, NAME_MAX_BYTES);
		json__str(json, "map_type", overrides__map_type_name(overrides->sized[i].type), NAME_MAX_BYTES);
		json__uint(json, "max_entries", overrides->sized[i].max_entries);
		json__end(json);
	}
	json__end(json);
	json__array(json, "auto_typed_programs");
	for (i = 0; i < overrides->typed_count; i++) {
		json__object(json, NULL);
		json__str(json, "name", overrides->typed[i].name, NAME_MAX_BYTES);
		json__str(json, "section", overrides->typed[i].section, NAME_MAX_BYTES);
		json__str(json, "prog_type", overrides__prog_type_name(overrides->typed[i].type), NAME_MAX_BYTES);
		json__end(json);
	}
	json__end(json);
}

static void put_variants(struct json *json, const struct overrides *overrides)
{
	int i, k;

	json__array(json, "program_variants");
	for (i = 0; i < overrides->group_count; i++) {
		const struct variant_group *group = &overrides->groups[i];
		const char *chosen = group->chosen < 0 ? "" : group->variants[group->chosen].name;

		json__object(json, NULL);
		json__str(json, "group", group->name, NAME_MAX_BYTES);
		json__str(json, "chosen", chosen, NAME_MAX_BYTES);
		json__array(json, "disabled");
		for (k = 0; k < group->count; k++)
			if (k != group->chosen)
				json__str(json, NULL, group->variants[k].name, NAME_MAX_BYTES);
		json__end(json);
		json__end(json);
	}
	json__end(json);
}

void document__put_overrides(struct json *json, const struct overrides *overrides)
{
	int i;

	put_fixups(json, overrides);
	put_auto_fixes(json, overrides);
	json__array(json, "program_type_overrides");
	for (i = 0; i < overrides->type_count; i++) {
		json__object(json, NULL);
		json__str(json, "selector", overrides->types[i].selector, NAME_MAX_BYTES);
		json__str(json, "prog_type", overrides__prog_type_name(overrides->types[i].type), NAME_MAX_BYTES);
		json__str(json, "status", overrides->types[i].status, NAME_MAX_BYTES);
		json__end(json);
	}
	json__end(json);
	put_variants(json, overrides);
	json__bool(json, "strict_libbpf", overrides->strict);
	shims__put(json, overrides);
	variants__put(json, overrides);
}

void document__put_btf(struct json *json, const struct result *result)
{
	struct stat file;
	bool there = !stat(KERNEL_BTF_PATH, &file);

	json__object(json, "btf");
	json__bool(json, "kernel_btf_available", there);
	json__str(json, "kernel_btf_path", KERNEL_BTF_PATH, NAME_MAX_BYTES);
	json__uint(json, "kernel_btf_size", there ? (uint64_t)file.st_size : 0);
	json__bool(json, "artifact_has_btf", result->has_btf);
	json__bool(json, "artifact_has_btf_ext", result->has_btf_ext);
	json__uint(json, "core_relocations", result->core_relocations);
	json__end(json);
}

static void put_probe(struct json *json, const char *name, bool probed, int err)
{
	char words[256];

	json__object(json, name);
	json__str(json, "status", probed ? probe__status(err) : "unknown", NAME_MAX_BYTES);
	json__int(json, "error_code", err);
	json__str(json, "error", status__error(err, words, sizeof(words)), MESSAGE_MAX_BYTES);
	json__end(json);
}

/* tracefs has a place of its own and one below debugfs; either will do. */
static void put_prerequisite(struct json *json, const char *name, const char *file)
{
	static const char *const mounts[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };
	bool there = false;
	char path[128];
	int i;

	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%s", mounts[i], file);
		there = there || !access(path, F_OK);
	}
	json__str(json, name, there ? "present" : "missing", NAME_MAX_BYTES);
}

void document__put_capabilities(struct json *json, const struct request *request)
{
	bool probe = request->probe_features;
	struct bpftool_probe tool;

	bpftool__probe(request, &tool);
	json__object(json, "capabilities");
	json__bool(json, "bpftool_available", tool.available);
	json__bool(json, "bpftool_probe_ok", tool.ok);
	json__str(json, "bpftool_probe_output_path", tool.path, MESSAGE_MAX_BYTES);
	json__object(json, "map_types");
	put_probe(json, "ringbuf", probe, probe ? probe__map(BPF_MAP_TYPE_RINGBUF) : 0);
	put_probe(json, "perf_event_array", probe, probe ? probe__map(BPF_MAP_TYPE_PERF_EVENT_ARRAY) : 0);
	put_probe(json, "array", probe, probe ? probe__map(BPF_MAP_TYPE_ARRAY) : 0);
	put_probe(json, "hash", probe, probe ? probe__map(BPF_MAP_TYPE_HASH) : 0);
	json__end(json);
	json__object(json, "program_types");
	put_probe(json, "tracepoint", probe, probe ? probe__program(BPF_PROG_TYPE_TRACEPOINT) : 0);
	put_probe(json, "kprobe", probe, probe ? probe__program(BPF_PROG_TYPE_KPROBE) : 0);
	put_probe(json, "tracing", probe, probe ? probe__program(BPF_PROG_TYPE_TRACING) : 0);
	put_probe(json, "xdp", probe, probe ? probe__program(BPF_PROG_TYPE_XDP) : 0);
	json__end(json);
	json__object(json, "attach_prereqs");
	put_prerequisite(json, "tracefs", "events");
	put_prerequisite(json, "kprobe_events", "kprobe_events");
	put_prerequisite(json, "tracepoint_events", "events");
	json__end(json);
	json__end(json);
}

static void put_load_log(struct json *json, const struct program_load *load)
{
	const struct buf *log = load->verifier.tail.len ? &load->verifier.tail :
				load->verifier.head.len ? &load->verifier.head :
							  &load->log;
	size_t limit = json->out->len < LOGS_UNTIL ? DISCOVERY_LOG_MAX : 0;
	size_t skip = log->len > limit ? log->len - limit : 0;

	json__strn(json, "load_log", log->data ? log->data + skip : "", log->data ? log->len - skip : 0, limit);
}

static void put_program(struct json *json, const struct program *program)
{
	json__object(json, NULL);
	json__str(json, "name", program->name, NAME_MAX_BYTES);
	json__str(json, "section", program->section, NAME_MAX_BYTES);
	json__str(json, "attach_status", status__name(program->attach.status), NAME_MAX_BYTES);
	json__str(json, "attach_error", program->attach.error, MESSAGE_MAX_BYTES);
	json__str(json, "load_status", status__name(program->load.status), NAME_MAX_BYTES);
	json__int(json, "load_errno", program->load.err);
	put_load_log(json, &program->load);
	json__str(json, "type", overrides__prog_type_name(program->type), NAME_MAX_BYTES);
	json__bool(json, "autoload", program->autoload);
	json__bool(json, "load_alone", program->load.alone);
	json__str(json, "load_reason", program->load.reason, MESSAGE_MAX_BYTES);
	json__uint(json, "verified_insns", program->load.counts.verified_insns);
	json__uint(json, "xlated_bytes", program->load.counts.xlated_bytes);
	json__uint(json, "jited_bytes", program->load.counts.jited_bytes);
	json__uint(json, "load_elapsed_us", program->load.counts.elapsed_us);
	json__int(json, "attach_errno", program->attach.err);
	json__str(json, "attach_method", program->attach.method, NAME_MAX_BYTES);
	json__str(json, "attach_target", program->attach.target, NAME_MAX_BYTES);
	json__str(json, "attach_reason", program->attach.reason, MESSAGE_MAX_BYTES);
	json__end(json);
}

void document__put_discovery(struct json *json, const struct result *result)
{
	int i;

	json__object(json, "discovery");
	json__int(json, "program_count", result->program_count);
	json__int(json, "map_count", result->map_count);
	json__array(json, "programs");
	for (i = 0; i < result->program_count; i++)
		put_program(json, &result->programs[i]);
	json__end(json);
	json__end(json);
}
