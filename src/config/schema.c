#include "config/schema.h"

#include "config/scan.h"
#include "config/schema_read.h"
#include "config/schema_value.h"
#include "util/alloc.h"
#include "util/file.h"
#include "util/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	FILE_BYTES = 4 << 20, /* of each file */
	FILES_MAX = 64,       /* that are looked at for numbers */
	NUMBER_SHOWN = 40,
};

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

/* What libconfig read, for the words it has none for. */
struct source {
	const char *name;
	const char *text; /* or NULL: read the file of that name */
};

static void source_read(const struct source *source, struct buf *out)
{
	struct err err;

	buf_init(out, FILE_BYTES);
	if (source->text)
		buf_adds(out, source->text);
	else if (file_read(source->name, FILE_BYTES, out, &err) < 0)
		buf_clear(out);
}

static void doubled_problem(
	struct schema_load *load, struct place *place, const char *text)
{
	struct source source = {.name = place->file, .text = text};
	struct buf AUTOBUF content;
	char AUTOFREE *setting = NULL;
	struct span name;

	source_read(&source, &content);
	if (scan_doubled_name(content.data, place->line, &name))
		setting = xstrndup(name.p, name.len);
	place->setting = setting;
	problems_add(load->problems, place, "is given twice");
}

static void syntax_problem(struct schema_load *load, const char *text)
{
	const char *file = config_error_file(&load->config);
	const char *why = str_or_empty(config_error_text(&load->config));
	struct place place = {
		.file = load_file_name(load, file),
		.line = (unsigned)config_error_line(&load->config),
	};

	if (str_eq(why, "duplicate setting name"))
		doubled_problem(load, &place, text);
	else if (str_eq(why, "cannot open include file"))
		problems_add(load->problems, &place,
			"%s (paths are relative to the folder of %s)", why,
			load->name);
	else
		problems_add(load->problems, &place, "%s", why);
}

static void check_numbers(struct schema_load *load, const struct source *source)
{
	static const char *const words[] = {
		[SCAN_NEEDS_L] = "needs an L at its end (more than 32 bits)",
		[SCAN_TOO_LARGE] = "is too large a number",
	};
	struct buf AUTOBUF content;
	struct span token;
	struct scan scan;
	enum scan_token kind;

	source_read(source, &content);
	scan_init(&scan, content.data);
	while ((kind = scan_next(&scan, &token)) != SCAN_END) {
		struct place place = {source->name, scan.line, NULL};
		enum scan_number is = SCAN_FITS;

		if (kind == SCAN_NUMBER)
			is = scan_number_check(token);
		if (is != SCAN_FITS)
			problems_add(load->problems, &place, "%.*s %s",
				token.len < NUMBER_SHOWN ? (int)token.len
							 : NUMBER_SHOWN,
				token.p, words[is]);
	}
}

/* The files that settings came from, main file first. */
struct files {
	const char *list[FILES_MAX];
	size_t count;
};

static void files_add(struct files *files, const char *file)
{
	for (size_t i = 0; i < files->count; i++)
		if (str_eq(files->list[i], file))
			return;
	if (file && files->count < FILES_MAX)
		files->list[files->count++] = file;
}

static void files_collect(struct files *files, config_setting_t *setting)
{
	unsigned n = config_setting_is_aggregate(setting)
			     ? (unsigned)config_setting_length(setting)
			     : 0;

	files_add(files, config_setting_source_file(setting));
	for (unsigned i = 0; i < n; i++)
		files_collect(files, config_setting_get_elem(setting, i));
}

static void check_all_numbers(struct schema_load *load, const char *text)
{
	struct files files = {.count = 0};

	files_add(&files, load->name);
	files_collect(&files, config_root_setting(&load->config));
	for (size_t i = 0; i < files.count; i++) {
		struct source source = {
			.name = load_file_name(load, files.list[i]),
			.text = i ? NULL : text};

		check_numbers(load, &source);
	}
}

static int interpret(struct schema_load *load, const struct schema *schema,
	const char *text, void *config)
{
	size_t before = load->problems->count + load->problems->dropped;

	check_all_numbers(load, text);
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
		error = interpret(&load, schema, NULL, ret_config);
	else
		syntax_problem(&load, NULL);
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
		error = interpret(&load, schema, text, ret_config);
	else
		syntax_problem(&load, text);
	load_release(&load);
	return error;
}
