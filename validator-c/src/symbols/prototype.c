/* SPDX-License-Identifier: Apache-2.0 */
#include "symbols/prototype.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define POINTERS_MAX 4
/* Longer chains of qualifiers are not types that somebody wrote. */
#define STEPS_MAX 32
#define KIND_TYPE_TAG 18

static const char *keyword(const struct btf_type *type)
{
	switch (btf_kind(type)) {
	case BTF_KIND_STRUCT:
		return "struct ";
	case BTF_KIND_UNION:
		return "union ";
	case BTF_KIND_ENUM:
		return "enum ";
	case BTF_KIND_FWD:
		return btf_kflag(type) ? "union " : "struct ";
	default:
		return "";
	}
}

void prototype__type(const struct btf *btf, uint32_t id, char *text, size_t size)
{
	const struct btf_type *type = btf__type_by_id(btf, id);
	const char *name = "void";
	int pointers = 0, step;

	for (step = 0; type && id && step < STEPS_MAX; step++) {
		uint32_t kind = btf_kind(type);

		if (kind == BTF_KIND_PTR)
			pointers += pointers < POINTERS_MAX;
		else if (kind != BTF_KIND_CONST && kind != BTF_KIND_VOLATILE && kind != BTF_KIND_RESTRICT &&
			 kind != KIND_TYPE_TAG)
			break;
		id = type->type;
		type = btf__type_by_id(btf, id);
	}
	if (type && id)
		name = btf_kind(type) == BTF_KIND_FUNC_PROTO ? "function" : btf__name_by_offset(btf, type->name_off);
	snprintf(text, size, "%s%s%s%.*s", type && id ? keyword(type) : "", name && *name ? name : "?",
		 pointers ? " " : "", pointers, "****");
}

/* The signature of a function, or of a tracepoint, which is a type of its own: a pointer to a function. */
static const struct btf_type *signature(const struct btf *btf, const struct btf_type *type)
{
	if (btf_is_func(type))
		return btf__type_by_id(btf, type->type);
	if (!btf_is_typedef(type))
		return NULL;
	type = btf__type_by_id(btf, type->type);
	return type && btf_is_ptr(type) ? btf__type_by_id(btf, type->type) : NULL;
}

void prototype__read(struct prototype *prototype, const struct btf *btf, const struct btf_type *function)
{
	const struct btf_type *proto = signature(btf, function);
	const struct btf_param *params;
	const char *name;
	int i;

	if (!proto || !btf_is_func_proto(proto))
		return;
	params = btf_params(proto);
	prototype->known = true;
	prototype->count = btf_vlen(proto) < PROTOTYPE_PARAMETERS_MAX ? btf_vlen(proto) : PROTOTYPE_PARAMETERS_MAX;
	for (i = 0; i < prototype->count; i++) {
		prototype__type(btf, params[i].type, prototype->parameters[i].type,
				sizeof(prototype->parameters[i].type));
		name = btf__name_by_offset(btf, params[i].name_off);
		snprintf(prototype->parameters[i].name, sizeof(prototype->parameters[i].name), "%.63s",
			 name ? name : "");
	}
}
