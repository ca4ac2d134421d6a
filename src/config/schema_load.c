#include "config/schema_load.h"

#include "util/alloc.h"
#include "util/str.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* libconfig leaves the include folder out of the name of an included file. */
const char *load_file_name(struct schema_load *load, const char *file)
{
	if (!file || str_eq(file, load->name))
		return load->name;
	if (file[0] == '/' || str_eq(load->folder, "."))
		return file;
	free(load->included);
	load->included = xasprintf("%s/%s", load->folder, file);
	return access(load->included, F_OK) == 0 ? load->included : file;
}

struct place load_place_of(
	struct schema_load *load, const config_setting_t *setting)
{
	struct place place = {.file = load->name, .line = 1};

	/* The root has neither. */
	if (setting && config_setting_source_line(setting))
		place.line = config_setting_source_line(setting);
	if (setting)
		place.file = load_file_name(
			load, config_setting_source_file(setting));
	return place;
}

void load_problem(struct schema_load *load, const config_setting_t *setting,
	const char *fmt, ...)
{
	struct place place = load_place_of(load, setting);
	va_list ap;

	place.setting = load->path.data;
	va_start(ap, fmt);
	problems_vadd(load->problems, &place, fmt, ap);
	va_end(ap);
}

size_t load_enter(struct schema_load *load, const char *name)
{
	size_t mark = load->path.len;

	if (mark)
		buf_addc(&load->path, '.');
	buf_adds(&load->path, name);
	return mark;
}

void load_leave(struct schema_load *load, size_t mark)
{
	buf_truncate(&load->path, mark);
}

/* "a[0].b" is "a.[0].b" in libconfig's words. */
static void lookup_path(const char *setting, struct buf *out)
{
	for (; *setting; setting++) {
		if (*setting == '[')
			buf_addc(out, '.');
		buf_addc(out, *setting);
	}
}

bool schema_is_given(const struct schema_load *load, const char *setting)
{
	struct buf AUTOBUF path;

	buf_init(&path, 2 * LOAD_PATH_BYTES);
	lookup_path(setting, &path);
	return config_lookup(&load->config, path.data) != NULL;
}

/* The setting, or its nearest parent that is given. */
static const config_setting_t *nearest_setting(
	const struct schema_load *load, const char *setting)
{
	const config_setting_t *found = NULL;
	struct buf AUTOBUF path;
	char *dot;

	buf_init(&path, 2 * LOAD_PATH_BYTES);
	lookup_path(setting, &path);
	while (!(found = config_lookup(&load->config, path.data)) &&
		(dot = strrchr(path.data, '.')))
		buf_truncate(&path, (size_t)(dot - path.data));
	return found;
}

void schema_vproblem(struct schema_load *load, const char *setting,
	const char *fmt, va_list ap)
{
	struct place place =
		load_place_of(load, nearest_setting(load, setting));

	place.setting = setting;
	problems_vadd(load->problems, &place, fmt, ap);
}

void schema_problem(
	struct schema_load *load, const char *setting, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	schema_vproblem(load, setting, fmt, ap);
	va_end(ap);
}

static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return xstrdup(".");
	return slash == path ? xstrdup("/")
			     : xstrndup(path, (size_t)(slash - path));
}

char *schema_resolve(const char *folder, const char *path)
{
	const char *credentials = getenv("CREDENTIALS_DIRECTORY");
	char *candidate;

	if (path[0] == '/')
		return xstrdup(path);
	if (credentials && credentials[0] == '/') {
		candidate = xasprintf("%s/%s", credentials, path);
		if (access(candidate, F_OK) == 0)
			return candidate;
		free(candidate);
	}
	return xasprintf("%s/%s", folder, path);
}

void load_init(
	struct schema_load *load, const char *name, struct problems *problems)
{
	*load = (struct schema_load){
		.name = name,
		.folder = folder_of(name),
		.problems = problems,
	};
	buf_init(&load->path, LOAD_PATH_BYTES);
	config_init(&load->config);
	config_set_include_dir(&load->config, load->folder);
}

void load_release(struct schema_load *load)
{
	config_destroy(&load->config);
	buf_release(&load->path);
	free(load->folder);
	free(load->included);
}
