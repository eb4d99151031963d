/* SPDX-License-Identifier: Apache-2.0 */
#include "output/evidence.h"

#include <unistd.h>

#include "lib/frames.h"
#include "lib/settled.h"
#include "output/text.h"

/* The host stops reading at 10 000 stage frames or 64 MiB. */
#define STEPS_UNTIL_FRAME 6000
#define MAX_FRAMES 9900
#define SHORT_LOGS_FROM (32U << 20)
#define SHORT_LOG_MAX 2048

void evidence__start(struct evidence *evidence, struct json *json, const char *stage)
{
	buf__reset(&evidence->text);
	json__init(json, &evidence->text);
	json__object(json, NULL);
	json__str(json, "stage", stage, NAME_MAX_BYTES);
}

static void send_frame(struct evidence *evidence, uint8_t type, const void *data, size_t len)
{
	struct frame frame = { .type = type, .len = (uint32_t)len };

	if (evidence->fd < 0)
		return;
	/* There is no one left to report: a program that is attached may have closed it. */
	if (frame__write(evidence->fd, &frame, data))
		_exit(1);
	evidence->bytes += FRAME_HEADER_SIZE + len;
}

void evidence__finish(struct evidence *evidence, struct json *json)
{
	json__end(json);
	if (evidence->text.failed || evidence->frames >= MAX_FRAMES)
		return;
	evidence->frames++;
	send_frame(evidence, FRAME_STAGE, evidence->text.data, evidence->text.len);
}

/* Late logs of an object with hundreds of failing programs are short, so that every program still gets its result. */
static size_t log_limit(const struct evidence *evidence)
{
	return evidence->bytes < SHORT_LOGS_FROM ? LOG_MAX_BYTES : SHORT_LOG_MAX;
}

void evidence__put_log(const struct evidence *evidence, struct json *json, const char *key, const struct buf *log)
{
	size_t limit = log_limit(evidence), skip = log->len > limit ? log->len - limit : 0;

	/* The end of a log names the cause. */
	json__strn(json, key, log->data ? log->data + skip : NULL, log->len - skip, limit);
}

void evidence__begin(struct evidence *evidence, const struct request *request)
{
	struct json json;

	evidence__start(evidence, &json, "begin");
	json__str(&json, "nonce", request->nonce, NAME_MAX_BYTES);
	json__str(&json, "artifact_sha256", request->artifact_sha256, NAME_MAX_BYTES);
	evidence__finish(evidence, &json);
}

void evidence__step(struct evidence *evidence, const char *phase, const char *subject)
{
	struct json json;

	if (evidence->fd < 0 || evidence->frames >= STEPS_UNTIL_FRAME)
		return;
	evidence__start(evidence, &json, "step");
	json__str(&json, "phase", phase, NAME_MAX_BYTES);
	json__str(&json, "subject", subject, NAME_MAX_BYTES);
	evidence__finish(evidence, &json);
}

static void put_probes(struct json *json, const struct probes *probes)
{
	int i;

	if (!probes->count)
		return;
	json__array(json, "probes");
	for (i = 0; i < probes->count; i++) {
		json__object(json, NULL);
		json__str(json, "change", probes->list[i].change, NAME_MAX_BYTES);
		json__int(json, "errno", probes->list[i].err);
		json__end(json);
	}
	json__end(json);
}

static void put_statistics(struct json *json, const struct verifier_stats *stats)
{
	if (stats->counted) {
		json__uint(json, "total_states", stats->total_states);
		json__uint(json, "peak_states", stats->peak_states);
	}
	if (stats->has_stack)
		json__uint(json, "stack_bytes", stats->stack_bytes);
}

void evidence__program(struct evidence *evidence, const struct program *program)
{
	const struct program_load *load = &program->load;
	struct json json;

	if (evidence->fd < 0)
		return;
	evidence__start(evidence, &json, "program");
	json__str(&json, "name", program->name, NAME_MAX_BYTES);
	json__str(&json, "section", program->section, NAME_MAX_BYTES);
	json__str(&json, "status", status__name(load->status), NAME_MAX_BYTES);
	json__str(&json, "reason", load->reason, MESSAGE_MAX_BYTES);
	json__int(&json, "errno", load->err);
	json__bool(&json, "alone", load->alone);
	evidence__put_log(evidence, &json, "log", &load->log);
	evidence__put_log(evidence, &json, "verifier_log_head", &load->verifier.head);
	evidence__put_log(evidence, &json, "verifier_log_tail", &load->verifier.tail);
	json__uint(&json, "verifier_log_bytes", load->verifier.bytes);
	json__uint(&json, "verifier_log_dropped", load->verifier.dropped);
	json__uint(&json, "verified_insns", load->counts.verified_insns);
	put_statistics(&json, &load->stats);
	json__uint(&json, "xlated_bytes", load->counts.xlated_bytes);
	json__uint(&json, "jited_bytes", load->counts.jited_bytes);
	json__uint(&json, "elapsed_us", load->counts.elapsed_us);
	put_probes(&json, &load->probes);
	evidence__finish(evidence, &json);
}

void evidence__map(struct evidence *evidence, const struct map *map)
{
	struct json json;

	evidence__start(evidence, &json, "map");
	json__str(&json, "name", map->name, NAME_MAX_BYTES);
	json__str(&json, "type", overrides__map_type_name(map->type), NAME_MAX_BYTES);
	json__str(&json, "status", status__name(map->rejected ? STATUS_FAIL : STATUS_PASS), NAME_MAX_BYTES);
	json__int(&json, "errno", map->err);
	json__str(&json, "error", map->error, MESSAGE_MAX_BYTES);
	put_probes(&json, &map->probes);
	evidence__finish(evidence, &json);
}

void evidence__attach(struct evidence *evidence, const struct program *program)
{
	const struct program_attach *attach = &program->attach;
	struct json json;

	if (evidence->fd < 0)
		return;
	evidence__start(evidence, &json, "attach");
	json__str(&json, "program", program->name, NAME_MAX_BYTES);
	json__str(&json, "section", program->section, NAME_MAX_BYTES);
	json__str(&json, "status", status__name(attach->status), NAME_MAX_BYTES);
	json__str(&json, "method", attach->method, NAME_MAX_BYTES);
	json__str(&json, "target", attach->target, NAME_MAX_BYTES);
	json__int(&json, "errno", attach->err);
	json__str(&json, "error", attach->error, MESSAGE_MAX_BYTES);
	json__str(&json, "reason", attach->reason, MESSAGE_MAX_BYTES);
	evidence__put_log(evidence, &json, "log", &attach->log);
	json__uint(&json, "elapsed_us", attach->elapsed_us);
	evidence__finish(evidence, &json);
}

void evidence__document(struct evidence *evidence, const struct buf *document)
{
	if (!document->failed && document->len <= FRAME_MAX_TO_HOST)
		send_frame(evidence, FRAME_DOCUMENT, document->data, document->len);
}

void evidence__settle(struct evidence *evidence)
{
	uint32_t number = ++evidence->syncs;

	if (evidence->fd < 0)
		return;
	send_frame(evidence, FRAME_SYNC, &number, sizeof(number));
	settled__await(evidence->settled, number);
}

void evidence__done(struct evidence *evidence, uint8_t exit_code)
{
	send_frame(evidence, FRAME_DONE, &exit_code, 1);
}

void evidence__free(struct evidence *evidence)
{
	buf__free(&evidence->text);
}
