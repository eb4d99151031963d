/* SPDX-License-Identifier: Apache-2.0 */
#include "symbols/similar-members.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "symbols/prototype.h"

/* Structures within structures, and pointers to pointers: deeper ones are no one's. */
#define DEPTH_MAX 16
#define KIND_TYPE_TAG 18
/* The only member of a type of its own (a structure, a union, an enum, a pointer to one): whatever its name is. */
#define ONLY_ONE 600
/* One of several of such a type. */
#define SAME_TYPE 250
/* Numbers of one size are in every structure. */
#define SAME_SIZE 40
/* One of the same type between the members that the missing one stands between in the object. */
#define SAME_PLACE 600
/* The same name and type, one structure further in or out. */
#define SAME_NAME 1000
#define TYPE_TEXT 200

static uint32_t plain(const struct btf *btf, uint32_t id)
{
	const struct btf_type *type = btf__type_by_id(btf, id);
	int steps;

	for (steps = 0; type && steps < 2 * DEPTH_MAX; steps++) {
		switch (btf_kind(type)) {
		case BTF_KIND_CONST:
		case BTF_KIND_VOLATILE:
		case BTF_KIND_RESTRICT:
		case BTF_KIND_TYPEDEF:
		case KIND_TYPE_TAG:
			id = type->type;
			type = btf__type_by_id(btf, id);
			break;
		default:
			return id;
		}
	}
	return 0;
}

/* A name without `___` and what follows it, which distinguishes types of the object and is not part of the kernel's name. */
static bool same_name(const struct btf *a, const struct btf_type *a_type, const struct btf *b,
		      const struct btf_type *b_type)
{
	const char *left = btf__name_by_offset(a, a_type->name_off), *right = btf__name_by_offset(b, b_type->name_off);
	const char *flavor = left && *left ? strstr(left + 1, "___") : NULL;
	size_t len = flavor ? (size_t)(flavor - left) : left ? strlen(left) : 0;

	return len && right && strlen(right) == len && !memcmp(left, right, len);
}

static bool is_composite(const struct btf_type *type)
{
	return btf_is_composite(type) || btf_is_fwd(type);
}

/* Structures, unions and enums by their names, numbers by their size; `own`: a type with a name stands behind it. */
static bool same_type(const struct btf *a, uint32_t a_id, const struct btf *b, uint32_t b_id, bool *own, int depth)
{
	const struct btf_type *a_type = btf__type_by_id(a, plain(a, a_id));
	const struct btf_type *b_type = btf__type_by_id(b, plain(b, b_id));

	if (!a_type || !b_type || btf_is_void(a_type) || btf_is_void(b_type) || depth == DEPTH_MAX)
		return false;
	if (is_composite(a_type) || btf_is_any_enum(a_type)) {
		*own = true;
		return is_composite(a_type) == is_composite(b_type) &&
		       btf_is_any_enum(a_type) == btf_is_any_enum(b_type) && same_name(a, a_type, b, b_type);
	}
	if (btf_kind(a_type) != btf_kind(b_type))
		return false;
	if (btf_is_ptr(a_type))
		return same_type(a, a_type->type, b, b_type->type, own, depth + 1);
	if (btf_is_array(a_type))
		return btf_array(a_type)->nelems == btf_array(b_type)->nelems &&
		       same_type(a, btf_array(a_type)->type, b, btf_array(b_type)->type, own, depth + 1);
	return btf_is_int(a_type) && a_type->size == b_type->size;
}

/* What is done with each member that has a name, those of structures without one included; true: it was the one. */
typedef bool member_fn(const struct btf *btf, const struct btf_member *member, const char *name, void *context);

static bool each_member(const struct btf *btf, uint32_t id, member_fn *fn, void *context, int depth)
{
	const struct btf_type *type = btf__type_by_id(btf, plain(btf, id));
	const struct btf_member *member;
	const char *name;
	uint32_t i;

	if (!type || !btf_is_composite(type) || depth == DEPTH_MAX)
		return false;
	member = btf_members(type);
	for (i = 0; i < btf_vlen(type); i++, member++) {
		name = btf__name_by_offset(btf, member->name_off);
		if (name && *name ? fn(btf, member, name, context) :
				    each_member(btf, member->type, fn, context, depth + 1))
			return true;
	}
	return false;
}

struct named {
	const char *name;
	uint32_t type;
};

static bool is_named(const struct btf *btf, const struct btf_member *member, const char *name, void *context)
{
	struct named *target = context;

	(void)btf;
	target->type = member->type;
	return !strcmp(name, target->name);
}

static bool find_member(const struct btf *btf, uint32_t id, struct named *target)
{
	return each_member(btf, id, is_named, target, 0);
}

/* Where a member stands: its bit in the structure, and the names beside it; NULL: it is the first or the last one. */
struct place {
	const char *before;
	const char *after;
	uint32_t bit;
};

/* The name of the member at `index`; NULL: there is none, or it has no name. */
static const char *name_at(const struct btf *btf, const struct btf_type *type, long index)
{
	const char *name;

	if (index < 0 || index >= (long)btf_vlen(type))
		return NULL;
	name = btf__name_by_offset(btf, btf_members(type)[index].name_off);
	return name && *name ? name : NULL;
}

static struct place place_of(const struct btf *btf, const struct btf_type *type, long index)
{
	return (struct place){ name_at(btf, type, index - 1), name_at(btf, type, index + 1),
			       btf_member_bit_offset(type, (uint32_t)index) };
}

static bool is_same(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

/* Between the same two members, or beside one of them and as far from the beginning. */
static bool same_place(const struct place *a, const struct place *b)
{
	bool before = is_same(a->before, b->before), after = is_same(a->after, b->after);

	return (before && after) || ((before || after) && a->bit == b->bit);
}

/* The member that `name` belongs to, in the structure that stands for the object's one; false: it is deeper in it. */
static bool stands_at(const struct btf *btf, uint32_t id, const char *name, const struct place *target)
{
	const struct btf_type *type = btf__type_by_id(btf, plain(btf, id));
	struct place place;
	long i;

	for (i = 0; type && btf_is_composite(type) && i < (long)btf_vlen(type); i++) {
		if (!is_same(name_at(btf, type, i), name))
			continue;
		place = place_of(btf, type, i);
		return same_place(&place, target);
	}
	return false;
}

struct offer {
	struct similar_list *similar;
	const struct btf *local;
	/* The structure of the object that has the member, and the type of the member. */
	uint32_t holder;
	uint32_t type;
	const char *missing;
	struct place place;
	/* The structure of the kernel. */
	uint32_t kernel;
	/* Members of a type of their own that is the same. */
	int alike;
	bool counts;
};

static bool offer_member(const struct btf *btf, const struct btf_member *member, const char *name, void *context)
{
	struct offer *offer = context;
	struct named known = { .name = name };
	struct similar_name compared;
	char type[TYPE_TEXT], text[SIMILAR_NAME_SIZE];
	bool own = false, same = same_type(offer->local, offer->type, btf, member->type, &own, 0);
	int bonus = !same ? 0 : !own ? SAME_SIZE : offer->alike == 1 ? ONLY_ONE : SAME_TYPE;

	if (same && bonus < SAME_PLACE && stands_at(btf, offer->kernel, name, &offer->place))
		bonus = SAME_PLACE;
	if (find_member(offer->local, offer->holder, &known))
		return false;
	if (offer->counts) {
		offer->alike += same && own;
		return false;
	}
	prototype__type(btf, member->type, type, sizeof(type));
	similar_name__set(&compared, name);
	snprintf(text, sizeof(text), "%.180s (%.60s)", name, type);
	similar_list__offer(offer->similar, text, &compared, bonus);
	return false;
}

/* The step that names a member, in the structure `id` of the object; NULL: it is none. */
static const struct btf_member *member_at(const struct btf *btf, uint32_t id, unsigned long step)
{
	const struct btf_type *type = btf__type_by_id(btf, plain(btf, id));

	if (!type || !btf_is_composite(type) || step >= btf_vlen(type))
		return NULL;
	return &btf_members(type)[step];
}

static uint32_t element_of(const struct btf *btf, uint32_t id)
{
	const struct btf_type *type = btf__type_by_id(btf, plain(btf, id));

	return type && btf_is_array(type) ? btf_array(type)->type : 0;
}

static void offer_named(const struct offer *offer, const struct btf *btf, uint32_t type, const char *name, const char *in)
{
	char text[SIMILAR_NAME_SIZE], words[TYPE_TEXT];
	struct similar_name compared;

	prototype__type(btf, type, words, sizeof(words));
	similar_name__set(&compared, name);
	snprintf(text, sizeof(text), "%.90s%s%.90s (%.60s)", in ? in : "", in ? "." : "", name, words);
	similar_list__offer(offer->similar, text, &compared, SAME_NAME);
}

/* A structure between the two went away: what the object has in it is a member of the kernel's structure itself. */
static void offer_outer(const struct offer *offer, const struct member_path *path, const char *step,
			const struct btf *kernel)
{
	const struct btf_member *member;
	uint32_t at = offer->type;
	struct named found;
	bool own = false;

	for (step = strchr(step + 1, ':'); step; step = strchr(step + 1, ':')) {
		member = member_at(path->btf, at, strtoul(step + 1, NULL, 10));
		if (!member)
			return;
		at = member->type;
		found = (struct named){ .name = btf__name_by_offset(path->btf, member->name_off) };
		if (!found.name || !*found.name)
			continue;
		if (find_member(kernel, offer->kernel, &found) &&
		    same_type(path->btf, at, kernel, found.type, &own, 0))
			offer_named(offer, kernel, found.type, found.name, NULL);
		return;
	}
}

/* The other way round: the kernel has it in a structure that is a member. */
static bool offer_inner(const struct btf *btf, const struct btf_member *member, const char *name, void *context)
{
	const struct offer *offer = context;
	struct named found = { .name = offer->missing };
	bool own = false;

	if (find_member(btf, member->type, &found) &&
	    same_type(offer->local, offer->type, btf, found.type, &own, 0))
		offer_named(offer, btf, found.type, found.name, name);
	return false;
}

void similar_members__find(struct similar_list *similar, const struct member_path *path, const struct btf *kernel,
			   uint32_t type)
{
	struct offer offer = { .similar = similar, .local = path->btf, .holder = path->type, .counts = true };
	const struct btf_member *member;
	uint32_t at = path->type;
	const char *step = strchr(path->steps, ':');
	struct named found;
	unsigned long index;

	/* The first step counts whole structures. */
	for (; step; step = strchr(step + 1, ':')) {
		if (element_of(path->btf, at)) {
			at = offer.holder = element_of(path->btf, at);
			type = element_of(kernel, type);
			continue;
		}
		index = strtoul(step + 1, NULL, 10);
		member = member_at(path->btf, at, index);
		if (!member)
			return;
		offer.place = place_of(path->btf, btf__type_by_id(path->btf, plain(path->btf, at)), (long)index);
		at = member->type;
		found = (struct named){ .name = btf__name_by_offset(path->btf, member->name_off) };
		if (!found.name || !*found.name)
			continue;
		if (!find_member(kernel, type, &found))
			break;
		type = found.type;
		offer.holder = at;
	}
	if (!step)
		return;
	similar_list__init(similar, found.name);
	offer.type = at;
	offer.kernel = type;
	offer.missing = found.name;
	offer_outer(&offer, path, step, kernel);
	each_member(kernel, type, offer_inner, &offer, 0);
	each_member(kernel, type, offer_member, &offer, 0);
	offer.counts = false;
	each_member(kernel, type, offer_member, &offer, 0);
}
