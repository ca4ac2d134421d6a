#include "config/schema.h"

#include "config/schema_read.h"
#include "config/schema_value.h"
#include "util/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_BYTES = 4 << 20 }; /* of the main file */

/* Release. */

static void release(const struct schema_row *rows, void *base);

static void release_list(const struct schema_row *row, void *base)
{
	char **items = schema_target(row, base);
	size_t *count = (size_t *)(void *)((char *)base + row->count_offset);

	for (size_t i = 0; i < *count; i++)
		release(row->rows, *items + i * row->size);
	free(*items);
	*items = NULL;
	*count = 0;
}

static void release(const struct schema_row *rows, void *base)
{
	for (; rows->name; rows++) {
		if (rows->type == SCHEMA_GROUP)
			release(rows->rows, schema_target(rows, base));
		else if (rows->type == SCHEMA_LIST)
			release_list(rows, base);
		else
			schema_value_release(rows, base);
	}
}

void schema_free(const struct schema *schema, void *config)
{
	release(schema->rows, config);
	memset(config, 0, schema->size);
}

void schema_defaults(const struct schema *schema, void *ret_config)
{
	memset(ret_config, 0, schema->size);
	schema_rows_default(schema->rows, ret_config);
}

/* The whole. */

static void syntax_problem(struct schema_load *load)
{
	const char *file = config_error_file(&load->config);
	struct place place = {
		.file = file ? file : load->name,
		.line = (unsigned)config_error_line(&load->config),
	};

	problems_add(load->problems, &place, "%s",
		str_or_empty(config_error_text(&load->config)));
}

static int interpret(
	struct schema_load *load, const struct schema *schema, void *config)
{
	size_t before = load->problems->count + load->problems->dropped;

	schema_read(load, schema->rows, config);
	if (schema->check)
		schema->check(load, config);
	problems_sort(load->problems);
	if (load->problems->count + load->problems->dropped == before)
		return 0;
	schema_free(schema, config);
	return -EINVAL;
}

/* libconfig says only "file I/O error"; say what it is. */
static int check_readable(const char *path, struct problems *problems)
{
	struct place place = {.file = path};
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int error = fd < 0 || fstat(fd, &st) < 0 ? errno : 0;

	if (fd >= 0)
		close(fd);
	if (error)
		problems_add(problems, &place, "cannot be read: %s",
			strerror(error));
	else if (!S_ISREG(st.st_mode))
		problems_add(problems, &place, "is not a file");
	else if (st.st_size > FILE_BYTES)
		problems_add(problems, &place, "is larger than %d bytes",
			FILE_BYTES);
	else
		return 0;
	return -EINVAL;
}

int schema_load(const struct schema *schema, const char *path, void *ret_config,
	struct problems *problems)
{
	struct schema_load load;
	int error = -EINVAL;

	memset(ret_config, 0, schema->size);
	if (check_readable(path, problems) < 0)
		return -EINVAL;
	load_init(&load, path, problems);
	if (config_read_file(&load.config, path))
		error = interpret(&load, schema, ret_config);
	else
		syntax_problem(&load);
	load_release(&load);
	return error;
}

int schema_load_text(const struct schema *schema, const char *name,
	const char *text, void *ret_config, struct problems *problems)
{
	struct schema_load load;
	int error = -EINVAL;

	memset(ret_config, 0, schema->size);
	load_init(&load, name, problems);
	if (config_read_string(&load.config, text))
		error = interpret(&load, schema, ret_config);
	else
		syntax_problem(&load);
	load_release(&load);
	return error;
}
