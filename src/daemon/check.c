#include "daemon/check.h"

#include "util/alloc.h"
#include "util/log.h"
#include "util/str.h"

#include <stdlib.h>
#include <sysexits.h>

enum { LINE_BYTES = 4096 };

typedef void line_fn(const char *line, void *arg);

static void each_line(const struct problems *problems, line_fn *fn, void *arg)
{
	struct buf AUTOBUF line;

	buf_init(&line, LINE_BYTES);
	for (size_t i = 0; i < problems->count; i++) {
		buf_clear(&line);
		problems_format(problems, i, &line);
		fn(line.data, arg);
	}
	if (problems->dropped == 0)
		return;
	buf_clear(&line);
	buf_addf(&line, "and %zu more problems", problems->dropped);
	fn(line.data, arg);
}

static struct belfry_config *load(const char *path, line_fn *fn, void *arg)
{
	struct belfry_config *config = xcalloc(1, sizeof(*config));
	struct problems problems;

	problems_init(&problems);
	if (belfry_config_load(path, config, &problems) < 0) {
		each_line(&problems, fn, arg);
		free(config);
		config = NULL;
	}
	problems_release(&problems);
	return config;
}

static void print_line(const char *line, void *arg)
{
	fprintf(arg, "%s\n", line);
}

static void log_line(const char *line, void *arg UNUSED)
{
	log_error("config", "%s", line);
}

struct belfry_config *check_load(const char *path, FILE *complain)
{
	return load(path, print_line, complain);
}

struct belfry_config *check_reload(const char *path)
{
	return load(path, log_line, NULL);
}

void check_free(struct belfry_config *config)
{
	if (!config)
		return;
	belfry_config_free(config);
	free(config);
}

void check_describe(const struct belfry_config *config, char *out, size_t size)
{
	snprintf(out, size, "%zu network%s, %zu mapping%s",
		config->network_count, str_plural(config->network_count),
		config->mapping_count, str_plural(config->mapping_count));
}

int check_run(const char *path, FILE *out, FILE *complain)
{
	struct belfry_config *config = check_load(path, complain);
	char counts[CHECK_TEXT_BYTES];

	if (!config)
		return EX_CONFIG;
	check_describe(config, counts, sizeof(counts));
	fprintf(out, "%s: ok, %s\n", path, counts);
	check_free(config);
	return 0;
}
