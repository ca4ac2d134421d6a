#include "powerloss.h"

#include "../unit/support/scratch.h"
#include "util/alloc.h"
#include "util/digest.h"
#include "util/hash.h"
#include "util/str.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	FILES_MAX = 64,
	NAMES_MAX = 16,
	SECTOR = 512,
	NEAR_END = 4, /* writes that are tried one by one */
	RANDOMS = 4,
};

struct bytes {
	char *data;
	size_t len;
};

struct sim_file {
	struct bytes durable;
	size_t *pending; /* indices of operations since the last sync */
	size_t pending_count;
};

struct sim_name {
	char name[DISK_NAME_BYTES];
	size_t file;
};

struct sim_dir {
	struct sim_name names[NAMES_MAX];
	size_t count;
};

/* A state that was recovered already, and what it held. */
struct seen {
	char key[SHA256_HEX_BYTES];
	int64_t mark;
	UT_hash_handle hh;
};

struct sim {
	const struct powerloss_case *c;
	const struct disk_log *log;
	struct sim_file files[FILES_MAX];
	struct sim_dir dir; /* durable */
	size_t *pending;    /* of the directory */
	size_t pending_count;
	int64_t mark; /* the last one */
	bool has_mark;
	uint64_t random;
	struct seen *seen;
	struct powerloss_figures figures;
};

enum shape { NONE, ALL, NOT_FILE, ONLY_FILE, HOLE, ALONE, TORN, RANDOM };

struct plan {
	enum shape shape;
	size_t file;
	size_t op;     /* HOLE, ALONE, TORN */
	size_t names;  /* how many of the pending names' changes */
	uint64_t seed; /* TORN, RANDOM */
};

static uint64_t next_random(uint64_t *random)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return *random;
}

static void bytes_resize(struct bytes *b, size_t len, char filler)
{
	if (len > b->len) {
		b->data = xreallocarray(b->data, len + 1, 1);
		memset(b->data + b->len, filler, len - b->len);
	}
	b->len = len;
}

/* `keep` says for each sector whether it arrived. */
static void bytes_write(
	struct bytes *b, const struct disk_op *op, uint64_t keep, char filler)
{
	size_t at = (size_t)op->offset;

	for (size_t done = 0, i = 0; done < op->len; i++) {
		size_t n = SECTOR - (at + done) % SECTOR;

		if (n > op->len - done)
			n = op->len - done;
		if (keep >> (i % 64) & 1) {
			/* No longer than what arrived. */
			if (at + done + n > b->len)
				bytes_resize(b, at + done + n, filler);
			memcpy(b->data + at + done, op->data + done, n);
		}
		done += n;
	}
}

static void bytes_apply(
	struct bytes *b, const struct disk_op *op, uint64_t keep, char filler)
{
	if (op->kind == OP_TRUNCATE)
		bytes_resize(b, (size_t)op->offset, 0);
	else if (keep != 0)
		bytes_write(b, op, keep, filler);
}

/* Which sectors of a pending operation arrived, all bits for all. */
static uint64_t arrived(
	const struct plan *plan, size_t file, size_t op, uint64_t *random)
{
	uint64_t r;

	switch (plan->shape) {
	case NONE:
		return 0;
	case NOT_FILE:
		return file == plan->file ? 0 : UINT64_MAX;
	case ONLY_FILE:
		return file == plan->file ? UINT64_MAX : 0;
	case HOLE:
		return op == plan->op ? 0 : UINT64_MAX;
	case ALONE:
		return op == plan->op ? UINT64_MAX : 0;
	case TORN:
		return op == plan->op ? plan->seed : UINT64_MAX;
	case RANDOM:
		r = next_random(random);
		if (r % 4 == 0)
			return next_random(random);
		return r % 4 == 1 ? 0 : UINT64_MAX;
	default:
		return UINT64_MAX;
	}
}

static struct bytes file_content(
	const struct sim *sim, size_t number, const struct plan *plan)
{
	const struct sim_file *file = &sim->files[number];
	struct bytes content = {
		xcalloc(file->durable.len + 1, 1), file->durable.len};
	uint64_t random = plan->seed + number * 2654435761U + 1;
	char filler = plan->shape == RANDOM ? (char)plan->seed : 0;

	if (file->durable.len > 0)
		memcpy(content.data, file->durable.data, file->durable.len);
	for (size_t i = 0; i < file->pending_count; i++) {
		size_t op = file->pending[i];

		bytes_apply(&content, &sim->log->ops[op],
			arrived(plan, number, op, &random), filler);
	}
	return content;
}

/* Names. */

static struct sim_name *dir_find(struct sim_dir *dir, const char *name)
{
	for (size_t i = 0; i < dir->count; i++)
		if (strcmp(dir->names[i].name, name) == 0)
			return &dir->names[i];
	return NULL;
}

static void dir_remove(struct sim_dir *dir, const char *name)
{
	struct sim_name *found = dir_find(dir, name);

	if (found)
		*found = dir->names[--dir->count];
}

static void dir_add(struct sim_dir *dir, const char *name, size_t file)
{
	struct sim_name *added;

	dir_remove(dir, name);
	if (dir->count == NAMES_MAX)
		abort();
	added = &dir->names[dir->count++];
	snprintf(added->name, sizeof(added->name), "%s", name);
	added->file = file;
}

static void dir_apply(struct sim_dir *dir, const struct disk_op *op)
{
	struct sim_name *found = dir_find(dir, op->name);

	if (op->kind == OP_CREATE) {
		dir_add(dir, op->name, op->file);
	} else if (found && op->kind == OP_UNLINK) {
		dir_remove(dir, op->name);
	} else if (found && op->kind == OP_RENAME) {
		size_t file = found->file;

		dir_remove(dir, op->name);
		dir_add(dir, op->to, file);
	}
}

static struct sim_dir dir_after(const struct sim *sim, size_t changes)
{
	struct sim_dir dir = sim->dir;

	for (size_t i = 0; i < changes; i++)
		dir_apply(&dir, &sim->log->ops[sim->pending[i]]);
	return dir;
}

/* States. */

static void empty_dir(const char *path)
{
	DIR *list = opendir(path);

	if (!list)
		abort();
	for (struct dirent *entry; (entry = readdir(list));)
		if (entry->d_name[0] != '.') {
			AUTOFREE char *name = scratch_path(path, entry->d_name);

			(void)remove(name);
		}
	closedir(list);
}

struct image {
	struct sim_dir dir;
	struct bytes contents[NAMES_MAX];
};

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct sim_name *)a)->name,
		((const struct sim_name *)b)->name);
}

static void image_make(
	const struct sim *sim, const struct plan *plan, struct image *ret)
{
	ret->dir = dir_after(sim, plan->names);
	qsort(ret->dir.names, ret->dir.count, sizeof(ret->dir.names[0]),
		compare_names);
	for (size_t i = 0; i < ret->dir.count; i++)
		ret->contents[i] =
			file_content(sim, ret->dir.names[i].file, plan);
}

static void image_hash(const struct image *image, char out[SHA256_HEX_BYTES])
{
	char all[NAMES_MAX * (DISK_NAME_BYTES + SHA256_HEX_BYTES)] = "";
	size_t len = 0;

	for (size_t i = 0; i < image->dir.count; i++) {
		char one[SHA256_HEX_BYTES];

		sha256_hex(
			image->contents[i].data, image->contents[i].len, one);
		len += (size_t)snprintf(all + len, sizeof(all) - len, "%s=%s\n",
			image->dir.names[i].name, one);
	}
	sha256_hex(all, len, out);
}

static void image_write(const struct image *image, const char *dir)
{
	empty_dir(dir);
	for (size_t i = 0; i < image->dir.count; i++) {
		AUTOFREE char *path =
			scratch_path(dir, image->dir.names[i].name);

		scratch_write(
			path, image->contents[i].data, image->contents[i].len);
	}
}

static void try_plan(struct sim *sim, const struct plan *plan)
{
	struct image image;
	char key[SHA256_HEX_BYTES];
	struct seen *seen = NULL;

	image_make(sim, plan, &image);
	image_hash(&image, key);
	HASH_FIND_STR(sim->seen, key, seen);
	if (!seen) {
		image_write(&image, sim->c->dir);
		seen = xcalloc(1, sizeof(*seen));
		memcpy(seen->key, key, sizeof(key));
		seen->mark = sim->c->recover(sim->c->dir, sim->c->arg);
		HASH_ADD_STR(sim->seen, key, seen);
		sim->figures.states++;
		sim->figures.bad += seen->mark < 0;
	}
	if (seen->mark >= 0 && seen->mark < sim->mark) {
		sim->figures.lost++;
		/* Counted once. */
		seen->mark = INT64_MAX;
	}
	for (size_t i = 0; i < image.dir.count; i++)
		free(image.contents[i].data);
}

static void try_near_end(struct sim *sim, size_t file, size_t names)
{
	static const uint64_t torn[] = {0x0f, 0xf0, 0x5a};
	const struct sim_file *f = &sim->files[file];

	for (size_t i = 0; i < f->pending_count && i < NEAR_END; i++) {
		size_t op = f->pending[f->pending_count - 1 - i];

		try_plan(sim, &(struct plan){HOLE, file, op, names, 0});
		try_plan(sim, &(struct plan){ALONE, file, op, names, 0});
		for (size_t t = 0; i == 0 && t < ARRAY_LEN(torn); t++)
			try_plan(sim,
				&(struct plan){TORN, file, op, names, torn[t]});
	}
}

static void try_names(struct sim *sim, size_t names)
{
	try_plan(sim, &(struct plan){.shape = NONE, .names = names});
	try_plan(sim, &(struct plan){.shape = ALL, .names = names});
	for (size_t f = 0; f < FILES_MAX; f++) {
		if (sim->files[f].pending_count == 0)
			continue;
		try_plan(sim, &(struct plan){NOT_FILE, f, 0, names, 0});
		try_plan(sim, &(struct plan){ONLY_FILE, f, 0, names, 0});
		try_near_end(sim, f, names);
	}
	for (int i = 0; i < RANDOMS; i++)
		try_plan(sim, &(struct plan){.shape = RANDOM,
				      .names = names,
				      .seed = next_random(&sim->random)});
}

static void lose_power(struct sim *sim)
{
	sim->figures.points++;
	for (size_t names = 0; names <= sim->pending_count; names++)
		try_names(sim, names);
}

/* Steps. */

static void push(size_t **list, size_t *count, size_t value)
{
	*list = xreallocarray(*list, *count + 1, sizeof(**list));
	(*list)[(*count)++] = value;
}

static bool is_believed(const struct sim *sim, const char *name)
{
	const char *broken = sim->c->broken_sync;

	if (!broken)
		return true;
	if (broken[0] == '\0' || name[0] == '\0')
		return broken[0] != name[0];
	return strcmp(broken, "*") != 0 && !str_ends(name, broken);
}

static void sync_file(struct sim *sim, size_t number)
{
	struct sim_file *file = &sim->files[number];

	for (size_t i = 0; i < file->pending_count; i++)
		bytes_apply(&file->durable, &sim->log->ops[file->pending[i]],
			UINT64_MAX, 0);
	file->pending_count = 0;
}

static void sync_dir(struct sim *sim)
{
	sim->dir = dir_after(sim, sim->pending_count);
	sim->pending_count = 0;
}

static void step(struct sim *sim, size_t index)
{
	const struct disk_op *op = &sim->log->ops[index];
	/* Before the first mark: how it was, not what is tested. */
	bool is_believable = !sim->has_mark || is_believed(sim, op->name);

	switch (op->kind) {
	case OP_WRITE:
	case OP_TRUNCATE:
		push(&sim->files[op->file].pending,
			&sim->files[op->file].pending_count, index);
		break;
	case OP_SYNC:
		if (is_believable)
			sync_file(sim, op->file);
		break;
	case OP_SYNC_DIR:
		if (is_believable)
			sync_dir(sim);
		break;
	case OP_MARK:
		sim->has_mark = true;
		sim->mark = op->offset;
		break;
	default:
		push(&sim->pending, &sim->pending_count, index);
	}
}

static void sim_release(struct sim *sim)
{
	struct seen *seen;
	struct seen *next;

	for (size_t i = 0; i < FILES_MAX; i++) {
		free(sim->files[i].durable.data);
		free(sim->files[i].pending);
	}
	free(sim->pending);
	HASH_ITER (hh, sim->seen, seen, next) {
		HASH_DEL(sim->seen, seen);
		free(seen);
	}
}

static bool has_enough(const struct sim *sim)
{
	return sim->c->enough > 0 &&
	       sim->figures.lost + sim->figures.bad >= sim->c->enough;
}

struct powerloss_figures powerloss_run(
	const struct powerloss_case *c, const struct disk_log *log)
{
	struct sim sim = {.c = c, .log = log, .random = 88172645463325252U};

	for (size_t i = 0; i < log->count && !has_enough(&sim); i++) {
		step(&sim, i);
		if (sim.has_mark)
			lose_power(&sim);
	}
	sim_release(&sim);
	return sim.figures;
}

void powerloss_print(const char *title, const struct powerloss_figures *f)
{
	printf("%s: power lost after each of %zu steps, %zu states: "
	       "%zu with lost records, %zu not recovered\n",
		title, f->points, f->states, f->lost, f->bad);
	fflush(stdout);
}
